"""Calling for help from a family's pages, and staff who say that they go."""

import pytest

from signaling.hub import Hub
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import Booked, become, booked
from visitation import calls
from visitation.words import Role

JSON = {"Accept": "application/json"}


@pytest.fixture
async def site(start_site: Start, hub: Hub) -> Site:
    return await start_site(live=hub)


async def at_the_kiosk(site: Site, world: World) -> Booked:
    async with site.database.write() as session:
        visit = await booked(session, world, site.keyring, starts_at=site.clock())
    await become(site, world.kiosk)
    site.cookies["lang"] = "en"
    await site.post("/join", {"code": visit.code})
    return visit


def helping(visit: Booked) -> str:
    return f"/call/{visit.visit.reference}/help"


async def waiting(site: Site, visit: Booked) -> frozenset[str]:
    async with site.database.read() as session:
        return await calls.helping.waiting_in(session, visit_id=visit.visit.id)


async def test_a_family_calls_from_the_checks_and_stays_there(
    site: Site, world: World
) -> None:
    visit = await at_the_kiosk(site, world)
    page = await (await site.get("/check")).text()

    response = await site.post(helping(visit), {"place": "check", "next": "/check"})

    assert f'action="{helping(visit)}"' in page
    assert (response.status, response.headers["Location"]) == (303, "/check")
    assert "Staff have been told" in await (await site.get("/check")).text()
    assert await waiting(site, visit) == {visit.visitor.reference}


async def test_the_call_page_gets_its_answer_where_it_is(
    site: Site, world: World
) -> None:
    visit = await at_the_kiosk(site, world)

    response = await site.post(helping(visit), {"place": "call"}, headers=JSON)

    assert response.status == 200
    assert "Staff have been told" in (await response.json())["done"]


async def test_a_terminal_calls_for_its_prisoner(site: Site, world: World) -> None:
    async with site.database.write() as session:
        visit = await booked(session, world, site.keyring, starts_at=site.clock())
    await become(site, world.terminal)

    await site.post(helping(visit), {"place": "waiting"})

    assert await waiting(site, visit) == {visit.prisoner.reference}


async def test_another_familys_visit_is_not_called_from(
    site: Site, world: World
) -> None:
    await at_the_kiosk(site, world)
    async with site.database.write() as session:
        other = await booked(
            session, world, site.keyring, starts_at=site.clock(), own_phone=True
        )

    assert (await site.post(helping(other))).status == 404


async def test_staff_see_who_waits_and_say_that_they_go(
    site: Site, world: World
) -> None:
    visit = await at_the_kiosk(site, world)
    await site.post(helping(visit), {"place": "waiting"})
    site.cookies.clear()
    await site.sign_in(Role.WARDEN, sites=[world.prison.id], language="en")

    strip = await (await site.get("/help-calls/strip")).text()
    going = await site.post(
        f"/visits/{visit.visit.reference}/help/answer",
        {"participant": visit.visitor.reference, "next": "/help-calls"},
    )
    page = await (await site.get("/help-calls")).text()

    assert world.visitor.name in strip
    assert world.kiosk.name in strip
    assert going.headers["Location"] == "/help-calls"
    assert "Nobody waits for help." in page
    assert await waiting(site, visit) == frozenset()


async def test_staff_of_another_prison_neither_see_nor_answer(
    site: Site, world: World
) -> None:
    visit = await at_the_kiosk(site, world)
    await site.post(helping(visit), {"place": "waiting"})
    site.cookies.clear()
    await site.sign_in(Role.WARDEN, sites=[world.point.id])

    strip = await (await site.get("/help-calls/strip")).text()
    answered = await site.post(
        f"/visits/{visit.visit.reference}/help/answer",
        {"participant": visit.visitor.reference},
    )

    assert strip.strip() == ""
    assert answered.status == 404


async def test_every_page_of_those_who_help_listens_for_calls(
    site: Site, world: World
) -> None:
    await site.sign_in(Role.CLERK, sites=[world.point.id])

    page = await (await site.get("/staff")).text()
    whole = await (await site.get("/help-calls")).text()

    assert 'data-news-url="/help-calls/strip"' in page
    assert "/help-calls/strip" not in whole
