"""A family handed to the official in the room, with what it brings forward."""

from datetime import timedelta

import pytest

from tests.make import World
from tests.web.conftest import PASSWORD, Site, Start
from tests.web.day import Booked, booked
from visitation import cases
from visitation.audit import SYSTEM
from visitation.words import Attendance, CaseKind, Role

WORDS = "مرخصی برای عروسی"


@pytest.fixture
async def today(site: Site, world: World) -> Booked:
    official = await site.add_account(Role.OFFICIAL, username="judge")
    async with site.database.write() as session:
        return await booked(
            session,
            world,
            site.keyring,
            starts_at=site.clock() + timedelta(minutes=10),
            official=official,
            attendance=Attendance.VILLAGE,
        )


@pytest.fixture
async def official(start_site: Start, today: Booked) -> Site:
    other = await start_site()
    await other.post("/sign-in", {"username": "judge", "password": PASSWORD})
    return other


async def test_what_the_clerk_writes_the_official_reads_and_takes_over(
    site: Site, world: World, today: Booked, official: Site
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    path = f"/visits/{today.visit.reference}/handover"
    assert WORDS not in await (await official.get("/handover")).text()

    await site.post(path, {"text": WORDS})
    read = await (await official.get("/handover")).text()
    assert WORDS in read
    assert f'action="{path}/take"' in read
    assert f"/call/{today.visit.reference}?part=companion" in read

    site.clock.forward(timedelta(minutes=1))
    await official.post(f"{path}/take")
    seen = await (await site.get("/handover")).text()
    assert "تحویل گرفته شد، ساعت ۱۲:۰۱" in seen
    assert f'action="{path}"' not in seen


async def test_what_was_taken_over_is_changed_behind_nobodys_back(
    site: Site, world: World, today: Booked, official: Site
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    path = f"/visits/{today.visit.reference}/handover"
    await site.post(path, {"text": WORDS})
    await official.post(f"{path}/take")

    again = await site.post(path, {"text": WORDS})
    refused = await site.post(path, {"text": "چیز دیگر"})

    assert again.status == 303
    assert refused.status == 409
    assert "مقام قضایی خانواده را تحویل گرفته است" in await refused.text()
    assert "چیز دیگر" not in await (await official.get("/handover")).text()


async def test_what_was_asked_for_earlier_stands_beside_the_family(
    site: Site, world: World, today: Booked
) -> None:
    async with site.database.write() as session:
        await cases.after.wish(
            session,
            participant_id=today.visitor.id,
            kind=CaseKind.MEDICAL,
            text="انسولین",
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    assert "انسولین" in await (await site.get("/handover")).text()


async def test_too_much_is_refused_and_kept(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])
    long = "الف" * 200

    refused = await site.post(
        f"/visits/{today.visit.reference}/handover", {"text": long}
    )

    assert refused.status == 422
    assert long in await refused.text()


async def test_only_who_attends_takes_over_and_only_clerks_hand(
    site: Site, world: World, today: Booked
) -> None:
    await site.sign_in(Role.OFFICIAL, username="other")
    path = f"/visits/{today.visit.reference}/handover"

    assert (await site.post(path, {"text": WORDS})).status == 404
    assert (await site.post(f"{path}/take")).status == 404
    assert world.visitor.name not in await (await site.get("/handover")).text()
