"""An official's visits in a calendar of their own."""

from datetime import timedelta

import pytest

from scheduler import covers
from tests.make import World
from tests.web.conftest import Site
from tests.web.day import booked
from visitation.audit import SYSTEM
from visitation.lifecycle import VisitState
from visitation.people import Account
from visitation.timespan import Timespan
from visitation.visits import Cover
from visitation.words import Attendance, Role

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
async def me(site: Site, world: World) -> Account:
    return await site.sign_in(Role.OFFICIAL, sites=[world.prison.id], language="en")


async def _address(site: Site) -> str:
    page = await (await site.post("/official/calendar")).text()
    return page.split('value="http://localhost')[1].split('"')[0]


async def test_the_calendar_says_when_and_where_and_nobodys_name(
    site: Site, world: World, me: Account
) -> None:
    start = site.clock() + timedelta(hours=2)
    async with site.database.write() as session:
        own = await booked(
            session,
            world,
            site.keyring,
            starts_at=start,
            official=me,
            attendance=Attendance.VILLAGE,
        )
        off = await booked(
            session,
            world,
            site.keyring,
            starts_at=start + timedelta(days=1),
            official=me,
            state=VisitState.CANCELLED,
        )
        others = await booked(
            session,
            world,
            site.keyring,
            starts_at=start + timedelta(days=2),
            official=world.official,
        )
    address = await _address(site)
    site.cookies.clear()

    response = await site.get(address)
    read = (await response.read()).decode().replace("\r\n ", "")

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\n" in read
    assert f"LOCATION:{world.point.name}\r\n" in read
    assert f"UID:{own.visit.reference}@officials" in read
    assert read.index(off.visit.reference) < read.index("STATUS:CANCELLED")
    assert others.visit.reference not in read
    assert read.count("BEGIN:VEVENT") == 2
    assert "NAME:Visits to attend\r\n" in read
    for name in (world.prisoner.name, world.visitor.name, me.name):
        assert name not in read


async def test_a_new_address_or_none_ends_the_one_before(
    site: Site, me: Account
) -> None:
    first = await _address(site)
    second = await _address(site)
    answers = [(await site.get(one)).status for one in (first, second)]
    kept = await (await site.get("/official/calendar")).text()
    ended = await site.post("/official/calendar/end")
    await site.post("/official/calendar/end")

    assert answers == [404, 200]
    assert second not in kept
    assert "You have had an address since" in kept
    assert ended.headers["Location"] == "/official/calendar"
    assert (await site.get(second)).status == 404
    assert (await site.get("/calendar/x.ics")).status == 404


async def test_an_official_who_left_office_has_no_calendar(
    site: Site, me: Account
) -> None:
    address = await _address(site)
    async with site.database.write() as session:
        left = await session.get_one(Account, me.id)
        left.disabled_at = site.clock()
        session.add(left)

    assert (await site.get(address)).status == 404


async def test_hours_given_to_a_whole_session_are_in_it_while_they_stand(
    site: Site, world: World, me: Account
) -> None:
    span = Timespan(
        site.clock() + timedelta(hours=1), site.clock() + timedelta(hours=5)
    )
    async with site.database.write() as session:
        cover = await covers.cover(
            session,
            official_id=me.id,
            prison_id=world.prison.id,
            span=span,
            attendance=Attendance.PHONE,
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )
    address = await _address(site)

    standing = await (await site.get(address)).text()
    async with site.database.write() as session:
        found = await session.get_one(Cover, cover.id)
        await covers.uncover(session, found, by=SYSTEM, now=site.clock())
    ended = await (await site.get(address)).text()

    assert "SUMMARY:Whole session to attend" in standing
    assert f"DTSTART:{span.start:%Y%m%dT%H%M%SZ}" in standing
    assert f"DTEND:{span.end:%Y%m%dT%H%M%SZ}" in standing
    assert cover.reference not in ended
