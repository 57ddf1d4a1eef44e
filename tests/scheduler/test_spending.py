"""What a booking, a move and an ending do to the prisoner's allowance."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from scheduler import booking, sweeps
from scheduler.booking import Refused
from scheduler.proposals import Refusal
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_booking import BY, LENGTH, TEN, at, book, wish
from visitation import calls
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.visits import Allowance, Visit
from visitation.words import (
    Outcome,
    VisitKind,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WHY = {"override_reason": "مادر از راه دور آمده است"}


async def used(database: Database) -> set[tuple[str, int, int]]:
    async with database.read() as session:
        rows = (await session.exec(select(Allowance))).all()
    return {(row.period, row.granted, row.used) for row in rows}


async def test_who_had_all_visits_is_told_from_when_there_are_more(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, visits_per_week=1, visits_per_month=2)
        await book(session, world, keyring)
        with pytest.raises(Refused) as week:
            await book(session, world, keyring, span=at(TEN + DAY))
        await book(session, world, keyring, span=at(TEN + 7 * DAY))
        with pytest.raises(Refused) as month:
            await book(session, world, keyring, span=at(TEN + 14 * DAY))
    assert (week.value.reasons, week.value.again_from) == (
        (Refusal.WEEKLY_LIMIT,),
        date(2026, 11, 28),
    )
    assert (month.value.reasons, month.value.again_from) == (
        (Refusal.MONTHLY_LIMIT,),
        date(2026, 12, 22),
    )
    assert min(slot.span.start.date() for slot in month.value.next_free) == date(
        2026, 12, 22
    )


async def test_a_stated_reason_gives_one_visit_more_and_says_why(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, visits_per_week=1)
        await book(session, world, keyring, **WHY)
        await book(session, world, keyring, span=at(TEN + DAY), **WHY)
    assert await used(database) == {("week:2026-11-21", 2, 2), ("month:1405-09", 8, 2)}


@pytest.mark.parametrize(
    ("outcome", "hours_before", "left"),
    [
        (Outcome.CANCELLED_BY_FAMILY, 3, 0),
        (Outcome.CANCELLED_BY_FAMILY, 1, 1),
        (Outcome.CANCELLED_BY_PRISON, 1, 0),
    ],
)
async def test_a_cancelled_visit_is_given_back_unless_the_family_is_late(
    database: Database, keyring: Keyring, outcome: Outcome, hours_before: int, left: int
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        await booking.cancel(
            session,
            visit=visit,
            outcome=outcome,
            reason="-",
            by=BY,
            now=TEN - hours_before * HOUR,
        )
    assert await used(database) == {
        ("week:2026-11-21", 2, left),
        ("month:1405-09", 8, left),
    }


async def test_a_hold_counts_until_it_runs_out(
    database: Database, keyring: Keyring, clock: Clock
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await booking.hold(session, keyring=keyring, by=BY, now=NOON, **wish(world))
    assert ("week:2026-11-21", 2, 1) in await used(database)
    tools = means(clock, keyring, FakeGateway())
    await sweeps.expire_holds(database, now=NOON + booking.HOLD, means=tools)
    assert ("week:2026-11-21", 2, 0) in await used(database)


async def test_a_move_counts_where_it_leads(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        for day in (1, 7):
            await booking.move(
                session,
                visit=visit,
                terminal_id=visit.terminal_id,
                span=at(TEN + day * DAY),
                kiosk_id=visit.kiosk_id,
                by=BY,
                now=NOON,
            )
    assert await used(database) == {
        ("week:2026-11-21", 2, 0),
        ("week:2026-11-28", 2, 1),
        ("month:1405-09", 8, 1),
    }


@pytest.mark.parametrize(
    ("outcome", "left"),
    [(Outcome.COMPLETED, 1), (Outcome.TECHNICAL_SERVER, 0)],
)
async def test_a_visit_that_our_side_spoiled_is_given_back(
    database: Database, keyring: Keyring, outcome: Outcome, left: int
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        await calls.start(session, visit, by=BY, now=TEN)
        await calls.finish(session, visit, outcome=outcome, by=BY, now=TEN + LENGTH)
    assert ("month:1405-09", 8, left) in await used(database)


async def test_meetings_with_officials_are_not_counted(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        official = {"kind": VisitKind.OFFICIAL, "official_id": world.official.id}
        visit = await book(session, world, keyring, visitor_ids=[], **official)
        assert isinstance(visit, Visit)
    assert await used(database) == set()
