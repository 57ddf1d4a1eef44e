"""A kiosk between families: it forgets, it asks in time, and staff have a way in."""

from datetime import timedelta

from sqlmodel import select

from tests.make import World
from tests.web.conftest import Site
from tests.web.day import become, booked
from visitation import devices
from visitation.audit.tables import AuditEntry
from visitation.words import Role
from web import station_frame
from web.sessions import DEVICE_COOKIE, SESSION_COOKIE


async def _number(site: Site, world: World) -> str:
    async with site.database.read() as session:
        paired = await devices.paired(session, station_ids=[world.kiosk.id])
    return station_frame.operator_number(site.keyring, paired[world.kiosk.id].id)


async def test_a_kiosk_asks_for_the_code_shortly_before_the_visit(
    site: Site, world: World
) -> None:
    site.cookies["lang"] = "en"
    async with site.database.write() as session:
        await booked(
            session, world, site.keyring, starts_at=site.clock() + timedelta(minutes=20)
        )
    await become(site, world.kiosk)

    early = await (await site.get("/station/board")).text()
    site.clock.forward(timedelta(minutes=11))
    due = await (await site.get("/station/board")).text()

    assert 'data-module="due"' not in early
    assert 'data-module="due" data-href="/join"' in due
    assert "It is the turn of the visit at" in due
    assert world.prisoner.name not in due
    assert world.visitor.name not in due


async def test_the_end_of_a_turn_forgets_session_language_and_voice(
    site: Site, world: World
) -> None:
    async with site.database.write() as session:
        today = await booked(session, world, site.keyring, starts_at=site.clock())
    await become(site, world.kiosk)
    await site.post("/language", {"language": "en", "back": "/station"})
    await site.post("/ease", {"voice": "off", "back": "/station"})
    await site.post("/join", {"code": today.code})

    response = await site.post("/station/over")

    assert (response.status, response.headers["Location"]) == (303, "/station")
    assert set(site.cookies) - {"flash"} == {DEVICE_COOKIE}
    assert '<html lang="fa"' in await (await site.get("/station")).text()


async def test_staff_who_signed_in_at_a_kiosk_do_not_stay_there(
    site: Site, world: World
) -> None:
    await become(site, world.kiosk)
    await site.sign_in(Role.CLERK)

    response = await site.get("/station")

    assert response.status == 303
    assert SESSION_COOKIE not in site.cookies


async def test_only_a_station_can_be_at_an_end(site: Site) -> None:
    assert (await site.post("/station/over")).status == 404
    assert (await site.get("/station/operator")).status == 404


async def test_a_station_begins_at_its_own_first_page(site: Site, world: World) -> None:
    await become(site, world.kiosk)

    assert (await site.get("/")).headers["Location"] == "/station"


async def test_staff_open_the_menu_with_the_stations_number(
    site: Site, world: World
) -> None:
    site.cookies["lang"] = "en"
    await become(site, world.kiosk)
    number = await _number(site, world)
    wrong = f"{(int(number) + 1) % 1_000_000:06}"

    refused = await site.post("/station/operator", {"number": wrong})
    opened = await site.post("/station/operator", {"number": number})

    assert refused.status == 422
    assert "This is not the operator’s number." in await refused.text()
    text = await opened.text()
    assert opened.status == 200
    assert 'action="/station/over"' in text
    assert 'href="/pair"' in text
    async with site.database.read() as session:
        acts = (await session.exec(select(AuditEntry.action))).all()
    assert "open_station_menu" in acts


async def test_the_number_is_on_the_administrators_page_and_not_on_the_kiosk(
    site: Site, world: World
) -> None:
    await become(site, world.kiosk)
    number = await _number(site, world)
    asked = await (await site.get("/station/operator")).text()
    site.cookies.clear()
    site.cookies["lang"] = "en"
    await site.sign_in(Role.ADMINISTRATOR)

    page = await (await site.get(f"/stations/{world.kiosk.id}")).text()

    assert number in page
    assert number not in asked


async def test_the_number_is_not_guessed_at_for_ever(site: Site, world: World) -> None:
    await become(site, world.kiosk)
    number = await _number(site, world)
    wrong = f"{(int(number) + 1) % 1_000_000:06}"

    answers = [
        (await site.post("/station/operator", {"number": one})).status
        for one in [wrong] * 10 + [number]
    ]

    assert answers == [422] * 10 + [429]


async def test_pairing_anew_changes_the_number(site: Site, world: World) -> None:
    await become(site, world.kiosk)
    before = await _number(site, world)
    await become(site, world.kiosk)

    assert await _number(site, world) != before
