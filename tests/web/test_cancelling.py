"""The cancel page: who waited goes back in line; a family that is late is marked."""

import re
from datetime import timedelta

import pytest

from scheduler import booking
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import TEN, book, text
from visitation import waiting
from visitation.audit import SYSTEM
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.waiting import Days, WaitingEntry
from visitation.words import Outcome, WaitingState

PRISON = {"outcome": "cancelled_by_prison", "reason": "repairs"}


@pytest.fixture
async def placed(site: Site, world: World) -> tuple[Visit, WaitingEntry]:
    """A visit that a family waited for."""
    async with site.database.write() as session:
        entry = await waiting.join(
            session,
            prisoner_id=world.prisoner.id,
            visitor_ids=[world.visitor.id],
            days=Days(first=TEN.date(), last=TEN.date() + timedelta(days=6)),
            points=[world.point.id],
            keyring=site.keyring,
            by=SYSTEM,
            now=site.clock(),
        )
    visit = await book(site, world)
    async with site.database.write() as session:
        entry = await session.get_one(WaitingEntry, entry.id)
        await waiting.shift(
            session,
            entry,
            WaitingState.PLACED,
            by=SYSTEM,
            now=site.clock(),
            visit_id=visit.id,
        )
    return visit, entry


async def state(site: Site, entry: WaitingEntry) -> WaitingState:
    async with site.database.read() as session:
        return (await session.get_one(WaitingEntry, entry.id)).state


async def test_a_family_that_waited_goes_back_in_line_unless_told_otherwise(
    scheduler: Site, placed: tuple[Visit, WaitingEntry]
) -> None:
    visit, entry = placed
    path = f"/visits/{visit.reference}/cancel"
    page = await text(await scheduler.get(path))
    assert re.search(r'name="back_in_line" value="on" checked', page)
    assert "until Monday 30 November 2026" in page

    typed = {**PRISON, "back_in_line": "on"}
    for _click in range(2):
        answer = await scheduler.post(path, typed)
        assert answer.headers["Location"] == f"/visits/{visit.reference}"

    assert await state(scheduler, entry) is WaitingState.WAITING
    assert "No visit yet" in await text(await scheduler.get("/waiting"))


async def test_it_can_be_left_out_and_is_not_lost_by_a_mistake(
    scheduler: Site, placed: tuple[Visit, WaitingEntry]
) -> None:
    visit, entry = placed
    path = f"/visits/{visit.reference}/cancel"
    wrong = await text(
        await scheduler.post(path, {**PRISON, "reason": "", "back_in_line": "on"})
    )
    assert re.search(r'name="back_in_line" value="on" checked', wrong)

    await scheduler.post(path, PRISON)
    assert await state(scheduler, entry) is WaitingState.PLACED


async def test_who_did_not_wait_is_not_asked(scheduler: Site, world: World) -> None:
    visit = await book(scheduler, world)
    page = await text(await scheduler.get(f"/visits/{visit.reference}/cancel"))
    assert "back_in_line" not in page


async def test_a_late_cancellation_is_said_on_the_visit(
    scheduler: Site, world: World
) -> None:
    visit = await book(scheduler, world)
    async with scheduler.database.write() as session:
        row = await session.get_one(Visit, visit.id)
        await booking.cancel(
            session,
            visit=row,
            outcome=Outcome.CANCELLED_BY_FAMILY,
            reason="ill",
            by=SYSTEM,
            now=TEN - timedelta(minutes=30),
        )
        assert row.state is VisitState.CANCELLED

    page = await text(await scheduler.get(f"/visits/{visit.reference}"))
    assert "Too late for another family" in page
    assert "Cancelled too late for another family: " in page


async def test_whose_visit_is_cancelled_on_review_is_back_in_line(
    scheduler: Site, placed: tuple[Visit, WaitingEntry]
) -> None:
    visit, entry = placed
    path = f"/visits/{visit.reference}/review/cancel"

    answer = await scheduler.post(path, PRISON)

    assert answer.status == 303
    async with scheduler.database.read() as session:
        entry = await session.get_one(WaitingEntry, entry.id)
    assert entry.state is WaitingState.WAITING
