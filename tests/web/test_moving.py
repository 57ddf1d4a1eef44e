"""A place is chosen on the day for a visit, looked at, and the visit moved there."""

import re
from datetime import timedelta

import pytest

from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import TEN, book, english, made, slot, text
from visitation.visits import Visit
from visitation.words import Role

HOUR = timedelta(hours=1)
TOMORROW = "2026-11-24"


@pytest.fixture
async def world(site: Site) -> World:
    return await made(site)


@pytest.fixture
async def scheduler(site: Site, world: World) -> Site:
    await site.sign_in(Role.SCHEDULER)
    await english(site)
    return site


@pytest.fixture
async def visit(site: Site, world: World) -> Visit:
    return await book(site, world)


async def again(site: Site, visit: Visit) -> Visit:
    async with site.database.read() as session:
        return await session.get_one(Visit, visit.id)


def check_path(visit: Visit, world: World, **query: str) -> str:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    name = slot(world, TEN + HOUR)
    return f"/visits/{visit.reference}/move/check?slot={name}{more}"


async def test_with_a_visit_in_hand_free_places_lead_to_moving_it(
    scheduler: Site, world: World, visit: Visit
) -> None:
    page = await text(await scheduler.get(f"/schedule?move={visit.reference}"))
    assert "You are moving the visit of" in page
    assert TOMORROW in page
    assert page.count("Move here") == 24
    assert f"/visits/{visit.reference}/move/check?slot={slot(world, TEN + HOUR)}" in (
        page
    )
    assert "This one is moving" in page


async def test_the_page_says_whence_whither_and_who_is_told_and_moves_nothing(
    scheduler: Site, world: World, visit: Visit
) -> None:
    page = await text(await scheduler.get(check_path(visit, world)))
    assert "10:00 to 10:25" in page
    assert "11:00 to 11:25" in page
    told = page.split('class="who-told"')[1].split("</ul>")[0]
    assert world.visitor.name in told
    assert "Text message" in told
    assert (await again(scheduler, visit)).starts_at == TEN


async def test_moving_leads_back_to_the_day(
    scheduler: Site, world: World, visit: Visit
) -> None:
    page = await text(await scheduler.get(check_path(visit, world)))
    hidden = dict(
        re.findall(r'type="hidden" name="(slot|place|back)" value="(.*?)"', page)
    )
    assert hidden == {
        "slot": slot(world, TEN + HOUR),
        "place": str(world.kiosk.id),
        "back": "day",
    }
    moved = await scheduler.post(f"/visits/{visit.reference}/move", hidden)
    assert moved.status == 303
    assert moved.headers["Location"].startswith("/schedule?site=")
    assert (await again(scheduler, visit)).starts_at == TEN + HOUR


async def test_what_speaks_against_it_is_said_with_other_times_instead_of_a_button(
    scheduler: Site, world: World, visit: Visit
) -> None:
    async with scheduler.database.write() as session:
        brother = await make.prisoner(session, world.prison, name="ناصر", number="4004")
        await make.contact(session, brother, world.visitor)
    await book(scheduler, world, TEN + HOUR, prisoner_id=brother.id)
    page = await text(await scheduler.get(check_path(visit, world)))
    assert "This cannot be done so:" in page
    assert ">Move the visit<" not in page
    assert "Next times that suit everybody" in page
    assert f"/visits/{visit.reference}/move/check?slot=" in page


async def test_another_place_at_its_own_time_needs_no_other_terminal(
    scheduler: Site, world: World, visit: Visit
) -> None:
    path = f"/visits/{visit.reference}/move/check?slot={slot(world)}&place=own"
    page = await text(await scheduler.get(path))
    assert "This cannot be done so:" not in page
    assert "Their own phone or computer" in page
    typed = {"slot": slot(world), "place": "own", "back": "day"}
    await scheduler.post(f"/visits/{visit.reference}/move", typed)
    moved = await again(scheduler, visit)
    assert (moved.starts_at, moved.kiosk_id) == (TEN, None)


async def test_a_slot_that_is_none_or_of_another_prison_is_not_found(
    scheduler: Site, world: World, visit: Visit
) -> None:
    async with scheduler.database.write() as session:
        other = await make.prison(session, name="زندان دیگر")
        there = await make.terminal(session, other, name="کابین")
    name = slot(world).replace(f"{world.terminal.id}-", f"{there.id}-", 1)
    for wanted in ("nonsense", name):
        path = f"/visits/{visit.reference}/move/check?slot={wanted}"
        assert (await scheduler.get(path)).status == 404


async def test_the_day_by_kiosk_has_a_column_for_each_and_one_for_own_phones(
    scheduler: Site, world: World, visit: Visit
) -> None:
    path = f"/schedule?by=kiosk&day={TOMORROW}"
    page = await text(await scheduler.get(path))
    heads = re.findall(r'<th scope="col">(.*?)</th>', page)
    assert len(heads) == 3
    assert world.kiosk.name in heads[1]
    assert heads[2].endswith("Own phone</bdi>")
    assert page.count(f"&amp;place={world.kiosk.id}") == 23
    assert page.count("No terminal free") == 1
    async with scheduler.database.write() as session:
        world.kiosk.out_of_order = "دوربین"
        session.add(world.kiosk)
    page = await text(await scheduler.get(path))
    assert page.count("دوربین") == 23
    assert world.prisoner.name in page


async def test_a_prisoner_in_mind_goes_along_to_the_booking(
    scheduler: Site, world: World
) -> None:
    page = await text(
        await scheduler.get(f"/schedule?prisoner={world.prisoner.id}&by=kiosk")
    )
    assert "You are booking for" in page
    link = re.search(r'class="slot__book" href="(.*?)"', page)
    assert link is not None
    booking = await text(await scheduler.get(link[1].replace("&amp;", "&")))
    assert world.prisoner.name in booking
    assert re.search(rf'name="place" value="{world.kiosk.id}"[^>]* checked', booking)


async def test_the_prison_that_was_chosen_is_shown_next_time(
    scheduler: Site, world: World
) -> None:
    async with scheduler.database.write() as session:
        other = await make.prison(session, name="آبادان")
    assert "آبادان</bdi></h1>" in await text(await scheduler.get("/schedule"))
    await scheduler.get(f"/schedule?site={world.prison.id}")
    for path in ("/schedule", "/schedule/week"):
        page = await text(await scheduler.get(path))
        assert f"{world.prison.name}</bdi></h1>" in page
    assert other.id != world.prison.id


async def test_a_closure_begins_with_the_day_that_was_looked_at(
    scheduler: Site, world: World
) -> None:
    page = await text(await scheduler.get(f"/schedule?day={TOMORROW}"))
    link = f"/sites/{world.prison.id}/closures/new?day={TOMORROW}"
    assert link in page
    assert f'value="{TOMORROW}"' in await text(await scheduler.get(link))


async def test_for_a_while_a_move_can_be_taken_back(
    scheduler: Site, world: World, visit: Visit
) -> None:
    page = await text(await scheduler.get(check_path(visit, world)))
    await scheduler.post(
        f"/visits/{visit.reference}/move",
        {"slot": slot(world, TEN + HOUR), "place": "own", "back": "day"},
    )
    page = await text(await scheduler.get(f"/visits/{visit.reference}"))
    assert "moving it back to Tuesday 24 November 2026" in page
    path = re.search(r'href="([^"]*/move/check[^"]*)"', page)[1].replace("&amp;", "&")
    assert path.endswith(f"?slot={slot(world, TEN)}&place={visit.kiosk_id}")

    page = await text(await scheduler.get(path))
    assert "11:00 to 11:25" in page
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(.*?)"', page))
    await scheduler.post(f"/visits/{visit.reference}/move", hidden)
    moved = await again(scheduler, visit)
    assert (moved.starts_at, moved.kiosk_id) == (TEN, visit.kiosk_id)


async def test_after_a_quarter_of_an_hour_going_back_is_not_offered(
    scheduler: Site, world: World, visit: Visit
) -> None:
    await scheduler.post(
        f"/visits/{visit.reference}/move",
        {"slot": slot(world, TEN + HOUR), "place": "own", "back": "day"},
    )
    scheduler.clock.forward(timedelta(minutes=16))
    page = await text(await scheduler.get(f"/visits/{visit.reference}"))
    assert "Move it back" not in page
