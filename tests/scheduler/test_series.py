"""Standing visits: each date on its own, at the same wall time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, series
from scheduler.proposals import Refusal
from scheduler.series import Occurrence
from tests import make
from tests.conftest import NOON
from tests.scheduler.test_booking import BY, TEN, at, book, somebody_else
from visitation import visits
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.visits import Series, Visit
from visitation.words import Outcome

WEEK = timedelta(weeks=1)
#: The local day of `TEN`.
DAY = date(2026, 11, 24)


async def repeat(
    session: AsyncSession, visit: Visit, keyring: Keyring, **how: Any
) -> tuple[Occurrence, ...]:
    return await series.repeat(
        session,
        visit,
        keyring=keyring,
        by=BY,
        now=NOON,
        **({"every_weeks": 1} | how),
    )


async def test_a_visit_repeats_and_each_date_is_reported(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        await somebody_else(session, world, keyring, TEN + 2 * WEEK)
        found = await repeat(session, visit, keyring, times=3)
    async with database.read() as session:
        rows = await series.visits_of(session, visit.series_id)
    assert [one.starts_at for one in rows] == [TEN, TEN + WEEK, TEN + 3 * WEEK]
    assert {one.state for one in rows} == {VisitState.BOOKED}
    assert [(one.day, one.visit, one.reasons) for one in found] == [
        (DAY + WEEK, rows[1].reference, ()),
        (DAY + 2 * WEEK, None, (Refusal.TERMINAL_TAKEN,)),
        (DAY + 3 * WEEK, rows[2].reference, ()),
    ]
    free = found[1].next_free
    assert free is not None
    assert free.span == at(TEN + 2 * WEEK + timedelta(minutes=30))


async def test_asking_again_books_nothing_twice_and_keeps_what_became_of_dates(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        first = await repeat(session, visit, keyring, times=2)
        rows = await series.visits_of(session, visit.series_id)
        await booking.cancel(
            session,
            visit=rows[1],
            outcome=Outcome.CANCELLED_BY_FAMILY,
            reason="سفر",
            by=BY,
            now=NOON,
        )
        again = await repeat(session, visit, keyring, times=3)
        assert len((await session.exec(select(Series))).all()) == 1
    assert [one.visit for one in again[:2]] == [one.visit for one in first]
    assert [one.booked_before for one in again] == [True, True, False]


async def test_a_date_that_moved_elsewhere_is_not_booked_again_from_there(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, visits_per_week=5)
        first = await book(session, world, keyring)
        (second,) = await repeat(session, first, keyring, times=1)
        moved = await visits.by_reference(session, second.visit)
        await booking.move(
            session,
            visit=moved,
            terminal_id=world.terminal.id,
            span=at(TEN + timedelta(hours=2)),
            kiosk_id=world.kiosk.id,
            by=BY,
            now=NOON,
        )
        (again,) = await repeat(session, moved, keyring, times=1)
    assert again == replace(second, booked_before=True)


async def test_a_series_until_a_day_keeps_its_pace(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        found = await repeat(
            session, visit, keyring, every_weeks=2, until=DAY + 4 * WEEK
        )
        assert [one.day for one in found] == [DAY + 2 * WEEK, DAY + 4 * WEEK]
        with pytest.raises(Invalid) as other:
            await repeat(session, visit, keyring, every_weeks=1, times=1)
    assert other.value.reason == "other_series"


async def test_the_wall_time_stays_when_clocks_change(
    sqlite: Database, keyring: Keyring
) -> None:
    now = datetime(2026, 10, 20, 8, tzinfo=UTC)
    ten = datetime(2026, 10, 21, 8, tzinfo=UTC)  # 10:00 in Berlin, in summer time
    async with sqlite.write() as session:
        world = await make.world(session)
        world.prison.zone = "Europe/Berlin"
        session.add(world.prison)
        await session.flush()
        visit = await book(session, world, keyring, span=at(ten), now=now)
        await series.repeat(
            session, visit, every_weeks=1, times=1, keyring=keyring, by=BY, now=now
        )
        rows = await series.visits_of(session, visit.series_id)
    assert rows[1].starts_at == datetime(2026, 10, 28, 9, tzinfo=UTC)


async def test_ending_a_series_cancels_what_is_to_come_from_a_day(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        await repeat(session, visit, keyring, times=3)
        row = await session.get_one(Series, visit.series_id)
        ended = await series.end_series(
            session,
            row,
            after=TEN + 2 * WEEK,
            outcome=Outcome.CANCELLED_BY_FAMILY,
            reason="انتقال خانواده",
            by=BY,
            now=NOON,
        )
        assert row.ended_at == NOON
    async with database.read() as session:
        rows = await series.visits_of(session, visit.series_id)
    assert ended == 2
    assert [one.state for one in rows] == [
        *[VisitState.BOOKED] * 2,
        *[VisitState.CANCELLED] * 2,
    ]


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"times": 1, "until": DAY}, "times"),
        ({}, "times"),
        ({"times": 0}, "times"),
        ({"times": 53}, "times"),
        ({"times": 1, "every_weeks": 0}, "every_weeks"),
        ({"until": DAY + timedelta(days=400)}, "until"),
    ],
    ids=repr,
)
async def test_a_series_has_a_pace_and_one_end(
    sqlite: Database, keyring: Keyring, how: dict[str, Any], field: str
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        with pytest.raises(Invalid) as refused:
            await repeat(session, visit, keyring, **how)
    assert refused.value.field == field
