"""Stations: pairing one, and what it shows between visits."""

from datetime import timedelta

from tests.make import World
from tests.web.conftest import Site
from tests.web.day import become, booked
from visitation import devices
from visitation.audit import SYSTEM
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from web.sessions import DEVICE_COOKIE, SESSION_COOKIE


async def _pairing_code(site: Site, world: World) -> str:
    async with site.database.write() as session:
        return await devices.issue_pairing_code(
            session,
            station_id=world.terminal.id,
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )


async def test_a_code_makes_a_browser_a_station(site: Site, world: World) -> None:
    code = await _pairing_code(site, world)

    response = await site.post("/pair", {"code": f"{code[:4]} {code[4:]}"})

    assert (response.status, response.headers["Location"]) == (303, "/station")
    cookie = response.cookies[DEVICE_COOKIE]
    assert cookie["httponly"]
    assert cookie["secure"]
    page = await (await site.get("/station")).text()
    assert world.terminal.name in page


async def test_wrong_used_and_old_codes_get_one_answer(
    site: Site, world: World
) -> None:
    used = await _pairing_code(site, world)
    await site.post("/pair", {"code": used})
    old = await _pairing_code(site, world)
    site.clock.forward(timedelta(minutes=31))

    answers = [
        await site.post("/pair", {"code": code}) for code in ("00000000", used, old)
    ]

    assert {one.status for one in answers} == {422}
    for answer in answers:
        assert "این کد نادرست، استفاده‌شده یا قدیمی است" in await answer.text()


async def test_a_code_of_another_length_is_said_so(site: Site) -> None:
    response = await site.post("/pair", {"code": "123456"})

    assert response.status == 422
    assert "کد هشت رقم دارد" in await response.text()


async def test_pairing_codes_are_not_guessed_at_for_ever(site: Site) -> None:
    answers = [await site.post("/pair", {"code": "00000000"}) for _ in range(31)]

    assert [one.status for one in answers] == [*[422] * 30, 429]


async def test_a_browser_that_is_no_station_is_told_how_to_become_one(
    site: Site,
) -> None:
    response = await site.get("/station")

    assert response.status == 200
    assert 'href="/pair"' in await response.text()
    assert (await site.get("/station/board")).status == 404


async def test_a_terminal_shows_its_next_visit_and_no_code(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        later = await booked(
            session, world, site.keyring, starts_at=site.clock() + timedelta(hours=2)
        )
    await become(site, world.terminal)

    page = await (await site.get("/station")).text()

    assert world.prisoner.name in page
    assert world.visitor.name not in page
    assert later.code not in page
    assert "ساعت ۱۳:۳۰ خودش باز می‌شود" in page
    assert 'data-module="go"' not in page


async def test_a_terminal_goes_to_its_visit_when_the_door_opens(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        soon = await booked(
            session, world, site.keyring, starts_at=site.clock() + timedelta(minutes=29)
        )
    await become(site, world.terminal)

    part = await (await site.get("/station/board")).text()

    assert f'data-module="go" data-href="/call/{soon.visit.reference}"' in part
    assert "<html" not in part


async def test_a_live_visit_comes_before_the_one_that_follows(
    site: Site, world: World
) -> None:
    now = site.clock()
    async with site.database.write() as session:
        live = await booked(
            session,
            world,
            site.keyring,
            starts_at=now - timedelta(minutes=31),
            state=VisitState.LIVE,
        )
        following = await booked(session, world, site.keyring, starts_at=now)
    await become(site, world.terminal)

    before = await (await site.get("/station/board")).text()
    async with site.database.write() as session:
        (await session.get_one(Visit, live.visit.id)).state = VisitState.COMPLETED
    after = await (await site.get("/station/board")).text()

    assert f'data-href="/call/{live.visit.reference}"' in before
    assert f'data-href="/call/{following.visit.reference}"' in after


async def test_a_visit_nobody_started_gives_way_when_its_time_has_passed(
    site: Site, world: World
) -> None:
    now = site.clock()
    async with site.database.write() as session:
        await booked(
            session, world, site.keyring, starts_at=now - timedelta(minutes=31)
        )
        following = await booked(session, world, site.keyring, starts_at=now)
    await become(site, world.terminal)

    part = await (await site.get("/station/board")).text()

    assert f'data-href="/call/{following.visit.reference}"' in part


async def test_a_terminal_without_visits_says_so(site: Site, world: World) -> None:
    await become(site, world.terminal)

    assert "امروز اینجا ملاقات دیگری نیست" in await (await site.get("/station")).text()


async def test_a_kiosk_shows_times_and_no_names(site: Site, world: World) -> None:
    async with site.database.write() as session:
        await booked(
            session, world, site.keyring, starts_at=site.clock() + timedelta(hours=2)
        )
    await become(site, world.kiosk)

    page = await (await site.get("/station")).text()

    assert 'href="/join"' in page
    assert "از ۱۴:۰۰ تا ۱۴:۳۰" in page
    assert world.prisoner.name not in page
    assert world.visitor.name not in page


async def test_a_kiosk_forgets_the_family_that_left_it(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        today = await booked(session, world, site.keyring, starts_at=site.clock())
    await become(site, world.kiosk)
    await site.post("/join", {"code": today.code})
    assert SESSION_COOKIE in site.cookies

    await site.get("/station")

    assert SESSION_COOKIE not in site.cookies
    assert (await site.get("/check")).headers["Location"] == "/join"


async def test_a_station_that_was_unpaired_is_none(site: Site, world: World) -> None:
    await become(site, world.terminal)
    async with site.database.write() as session:
        await devices.unpair(
            session, station_id=world.terminal.id, by=SYSTEM, now=site.clock()
        )

    assert 'href="/pair"' in await (await site.get("/station")).text()


async def test_a_station_takes_itself_back_when_its_call_is_over(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        today = await booked(session, world, site.keyring, starts_at=site.clock())
    await become(site, world.terminal)

    page = await (await site.get(f"/call/{today.visit.reference}")).text()

    assert 'data-module="hand-back" data-href="/station"' in page
