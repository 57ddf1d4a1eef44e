"""The sweeps that review: what they read, what they leave, and who was quicker."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select, update

from scheduler import booking, closures, reviewing, sweeps
from scheduler.closures import AlreadyClosed
from scheduler.proposals import Refusal
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.flagged import (
    LENGTH,
    TEN,
    WHY,
    actor,
    at,
    book,
    flags,
    standing,
)
from visitation import audit, people
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Prisoner
from visitation.timespan import Timespan
from visitation.visits import Claim, Visit
from visitation.words import Outcome, SiteKind

HOUR = timedelta(hours=1)
#: 03:30 in Tehran.
NIGHT = NOON + timedelta(hours=15, minutes=30)
MORNING = Timespan(TEN - HOUR, TEN + HOUR)


@pytest.fixture
def tools(clock: Clock, keyring: Keyring):
    return means(clock, keyring, FakeGateway())


async def swept(database: Database, tools) -> int:
    await sweeps.seal_audit(database, now=NOON, means=tools)
    return await reviewing.review_changes(database, now=NOON, means=tools)


async def test_each_entry_is_read_once_in_the_order_of_the_seals(
    database: Database,
) -> None:
    async with database.write() as session:
        for number in range(3):
            audit.note(session, SYSTEM, "act", f"visit:{number}", now=NOON)
        await audit.seal(session)
    seen = []
    for _ in range(3):
        async with database.write() as session:
            found = await audit.unread(session, "somebody", limit=2)
            await audit.read_up_to(session, "somebody", found)
        seen.append([entry.subject for entry in found.entries])
    async with database.read() as session:
        other = await audit.unread(session, "somebody else", limit=9)
    assert seen == [["visit:0", "visit:1"], ["visit:2"], []]
    assert len(other.entries) == 3


async def test_a_slow_reader_does_not_set_a_quicker_one_back(
    database: Database,
) -> None:
    async with database.write() as session:
        for number in range(2):
            audit.note(session, SYSTEM, "act", f"visit:{number}", now=NOON)
        await audit.seal(session)
        slow = await audit.unread(session, "one", limit=1)
        await audit.read_up_to(
            session, "one", await audit.unread(session, "one", limit=2)
        )
        await audit.read_up_to(session, "one", slow)
        assert (await audit.unread(session, "one", limit=2)).entries == []


async def test_what_is_booked_while_a_fact_changes_is_judged_after_both(
    database: Database, keyring: Keyring, tools
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await people.release_prisoner(
            session, world.prisoner, by=actor(world.scheduler), now=NOON
        )
    assert await swept(database, tools) == 0
    async with database.write() as session:
        # A booking that had read the prisoner before the release was committed.
        await session.exec(update(Prisoner).values(released_at=None))
        visit = await book(session, world, keyring)
        await session.exec(update(Prisoner).values(released_at=NOON))
    assert await swept(database, tools) == 1
    async with database.read() as session:
        assert await standing(session, visit) == [Refusal.PRISONER_RELEASED]


async def test_two_sweeps_at_once_flag_once(
    database: Database, keyring: Keyring, tools
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        await people.release_prisoner(
            session, world.prisoner, by=actor(world.scheduler), now=NOON
        )
    await sweeps.seal_audit(database, now=NOON, means=tools)
    done = await asyncio.gather(
        *(reviewing.review_changes(database, now=NOON, means=tools) for _ in range(4))
    )
    assert sum(done) == 1
    async with database.read() as session:
        assert await standing(session, visit) == [Refusal.PRISONER_RELEASED]


async def test_the_night_finds_what_nobody_wrote_down(
    database: Database, keyring: Keyring, tools
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
    assert await reviewing.review_all(database, now=NOON, means=tools) == 0
    async with database.write() as session:
        await session.exec(update(Prisoner).values(released_at=NOON))
    almost = NIGHT - timedelta(minutes=31)
    done = [
        await reviewing.review_all(database, now=now, means=tools)
        for now in (almost, NIGHT, NIGHT)
    ]
    assert done == [0, 1, 0]
    async with database.read() as session:
        assert await standing(session, visit) == [Refusal.PRISONER_RELEASED]


async def test_a_night_that_nobody_was_up_for_is_made_up_for_once(
    sqlite: Database, keyring: Keyring, tools
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        await book(session, world, keyring)
    assert await reviewing.review_all(sqlite, now=NOON, means=tools) == 0
    done = []
    for release, now in ((NOON, NIGHT + 5 * HOUR), (None, NIGHT + 6 * HOUR)):
        async with sqlite.write() as session:
            await session.exec(update(Prisoner).values(released_at=release))
        done.append(await reviewing.review_all(sqlite, now=now, means=tools))
    assert done == [1, 0]


async def test_a_clock_that_was_wrong_for_a_while_costs_no_night(
    sqlite: Database, keyring: Keyring, tools
) -> None:
    much_later = NIGHT + timedelta(days=3000)
    assert await reviewing.review_all(sqlite, now=much_later, means=tools) == 0
    async with sqlite.write() as session:
        world = await make.world(session)
        await book(session, world, keyring)
        await session.exec(update(Prisoner).values(released_at=NOON))
    assert await reviewing.review_all(sqlite, now=NIGHT, means=tools) == 1


def shutting(world: make.World, **changes):
    return {
        "site_id": world.prison.id,
        "station_id": None,
        "span": MORNING,
        "reason": "قطع برق",
        "over_visits": True,
        "by": actor(world.scheduler),
        "now": NOON,
    } | changes


async def seats(session, closure_id: int) -> set[tuple[str, int]]:
    rows = await session.exec(
        select(Claim.resource, Claim.quantum).where(Claim.closure_id == closure_id)
    )
    return set(rows.all())


async def test_a_closure_over_visits_flags_them_at_once_and_takes_the_rest(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        closure = await closures.close(session, **shutting(world))
        taken = await seats(session, closure.id)
        assert await flags(session, visit) == [(Refusal.CLOSED, False, False)]
        assert visit.state is VisitState.BOOKED
    visited = Timespan(TEN, TEN + LENGTH + timedelta(minutes=5)).quanta()
    assert {quantum for _name, quantum in taken} == set(MORNING.quanta()) - set(visited)


async def test_what_a_visit_leaves_belongs_to_the_closure(
    database: Database, keyring: Keyring, tools
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        by = actor(world.scheduler)
        cancelled = await book(session, world, keyring)
        moved = await book(session, world, keyring, span=at(TEN + HOUR / 2))
        closure = await closures.close(session, **shutting(world))
    await swept(database, tools)
    async with database.write() as session:
        await booking.cancel(
            session,
            visit=await session.get_one(Visit, cancelled.id),
            outcome=Outcome.CANCELLED_BY_CLOSURE,
            reason="قطع برق",
            by=by,
            now=NOON,
        )
        await booking.move(
            session,
            visit=await session.get_one(Visit, moved.id),
            terminal_id=world.terminal.id,
            span=at(TEN + 3 * HOUR),
            kiosk_id=world.kiosk.id,
            by=by,
            now=NOON,
        )
    await swept(database, tools)
    async with database.read() as session:
        taken = await seats(session, closure.id)
        assert await standing(session, moved) == []
    assert taken == {
        (f"terminal:{world.terminal.id}", quantum) for quantum in MORNING.quanta()
    }


async def test_a_visit_that_has_begun_is_not_touched(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        visit.state = VisitState.LIVE
        session.add(visit)
        await session.flush()
        await closures.close(session, **shutting(world, now=TEN + LENGTH / 5))
        assert await flags(session, visit) == []


async def test_a_village_is_not_closed_under_families_unasked(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        village = await make.point(session, kind=SiteKind.VILLAGE, name="ده بالا")
        visit = await book(session, world, keyring)
        visit.point_id = village.id
        session.add(visit)
        await session.flush()
        there = shutting(world, site_id=village.id)
        with pytest.raises(closures.Occupied) as occupied:
            await closures.close(session, **(there | {"over_visits": False}))
        await closures.close(session, **there)
        assert occupied.value.references == (visit.reference,)
        assert await standing(session, visit) == [Refusal.CLOSED]


async def test_what_is_closed_is_not_closed_twice(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await closures.close(session, **shutting(world))
        with pytest.raises(AlreadyClosed):
            await closures.close(session, **shutting(world, reason=WHY))
