"""Holding a slot while it is checked: ten minutes, one per account, nothing lost."""

import re
from datetime import timedelta

from sqlmodel import col, select

from tests.make import World
from tests.web.conftest import Site
from tests.web.test_booking import hidden, wish
from tests.web.worlds import TEN, book, slot, text
from visitation.lifecycle import VisitState
from visitation.visits import Visit

HALF = timedelta(minutes=30)
LONG = timedelta(minutes=10)


async def states(site: Site) -> list[VisitState]:
    async with site.database.read() as session:
        rows = await session.exec(select(Visit.state).order_by(col(Visit.id)))
        return list(rows.all())


async def check(site: Site, world: World, **changes: str) -> str:
    return await text(await site.post("/booking/check", wish(world, **changes)))


async def test_what_is_checked_is_held_and_the_page_says_until_when(
    scheduler: Site, world: World
) -> None:
    page = await check(scheduler, world)

    assert "Held for you until 12:10." in page
    assert "data-count hidden>Time left: <bdi" in page
    assert 'data-until="2026-11-23T08:40:00+00:00"' in page
    assert await states(scheduler) == [VisitState.HELD]
    # Looking again makes it no longer, and holds nothing beside it.
    scheduler.clock.forward(timedelta(minutes=3))
    assert "Held for you until 12:10." in await check(scheduler, world)
    assert await states(scheduler) == [VisitState.HELD]


async def test_whoever_holds_it_still_finds_it_free_to_change(
    scheduler: Site, world: World
) -> None:
    page = await check(scheduler, world)
    changed = await text(await scheduler.post("/booking/change", hidden(page)))
    first = await text(await scheduler.get(f"/booking?slot={slot(world)}"))

    for shown in (changed, first):
        assert "This slot is not free any more" not in shown
    assert "in another visit at this time" not in changed
    assert re.search(rf'value="{world.kiosk.id}" checked', changed)


async def test_another_slot_takes_the_hold_with_it(
    scheduler: Site, world: World
) -> None:
    await check(scheduler, world)
    page = await check(scheduler, world, slot=slot(world, TEN + HALF))
    booked = await scheduler.post("/booking", hidden(page))

    assert booked.status == 303
    assert await states(scheduler) == [VisitState.EXPIRED, VisitState.BOOKED]


async def test_a_hold_that_ran_out_is_said_and_taken_up_again(
    scheduler: Site, world: World
) -> None:
    page = await check(scheduler, world, note="با نوزاد")
    scheduler.clock.forward(LONG)

    answer = await scheduler.post("/booking", hidden(page))
    again = await text(answer)

    assert "The ten minutes were over" in again
    assert "Held for you until 12:20." in again
    assert "با نوزاد" in again
    assert await states(scheduler) == [VisitState.EXPIRED, VisitState.HELD]
    assert (await scheduler.post("/booking", hidden(again))).status == 303
    assert await states(scheduler) == [VisitState.EXPIRED, VisitState.BOOKED]


async def test_who_was_too_slow_keeps_everything_but_the_slot(
    scheduler: Site, world: World
) -> None:
    page = await check(scheduler, world, note="با نوزاد")
    scheduler.clock.forward(LONG)
    async with scheduler.database.write() as session:
        (held,) = (await session.exec(select(Visit))).all()
        held.booked_by_id = world.scheduler.id
        session.add(held)

    answer = await scheduler.post("/booking", hidden(page))
    shown = await text(answer)

    assert answer.status == 409
    assert "somebody else was quicker" in shown
    assert "The terminal is taken then" in shown
    assert "با نوزاد" in shown
    assert slot(world, TEN + HALF) in shown


async def test_the_hold_of_another_is_not_booked(scheduler: Site, world: World) -> None:
    page = await check(scheduler, world)
    async with scheduler.database.write() as session:
        (held,) = (await session.exec(select(Visit))).all()
        held.booked_by_id = world.scheduler.id
        session.add(held)

    assert (await scheduler.post("/booking", hidden(page))).status == 409
    assert await states(scheduler) == [VisitState.HELD]


async def test_a_booking_without_a_look_lets_go_of_the_hold(
    scheduler: Site, world: World
) -> None:
    await check(scheduler, world)
    booked = await scheduler.post("/booking", wish(world, slot=slot(world, TEN + HALF)))

    assert booked.status == 303
    assert await states(scheduler) == [VisitState.EXPIRED, VisitState.BOOKED]


async def test_a_refused_look_keeps_the_hold_there_is(
    scheduler: Site, world: World
) -> None:
    await book(scheduler, world, TEN + HALF)
    await check(scheduler, world)
    refused = await scheduler.post(
        "/booking/check", wish(world, slot=slot(world, TEN + HALF))
    )

    assert refused.status == 409
    assert await states(scheduler) == [VisitState.BOOKED, VisitState.HELD]
