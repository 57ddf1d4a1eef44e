"""What a prison's day looks like, and what is free next."""

from datetime import date, timedelta

import pytest

from scheduler import booking, calendar, closures
from scheduler.calendar import SlotState
from tests import make
from tests.conftest import NOON
from tests.scheduler.queries import counted
from tests.scheduler.test_booking import BY, LENGTH, TEN, at, book
from visitation.database import Database
from visitation.errors import NotFound
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.timespan import Timespan
from visitation.words import Outcome

TODAY = date(2026, 11, 23)
TOMORROW = date(2026, 11, 24)
HALF_HOUR = timedelta(minutes=30)


async def test_a_day_shows_what_is_free_taken_closed_and_past(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        await closures.close(
            session,
            site_id=world.prison.id,
            station_id=None,
            span=Timespan(TEN + HALF_HOUR, TEN + 2 * HALF_HOUR),
            reason="تعمیر",
            by=BY,
            now=NOON,
        )
    async with database.read() as session:
        rows = await calendar.day(
            session, site_id=world.prison.id, day=TOMORROW, now=TEN - HALF_HOUR
        )
    assert [row.span.start for row in rows] == [
        TEN + n * HALF_HOUR for n in range(-4, 20)
    ]
    assert [row.state for row in rows] == [
        *[SlotState.PAST] * 3,
        SlotState.FREE,
        SlotState.TAKEN,
        SlotState.CLOSED,
        *[SlotState.FREE] * 18,
    ]
    assert [(r.visit, r.visit_state, r.reason) for r in rows[3:6]] == [
        (None, None, None),
        (visit.reference, VisitState.BOOKED, None),
        (None, None, "تعمیر"),
    ]


async def test_a_visit_beside_the_slots_is_shown_once_and_takes_what_it_touches(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        # From 10:20 to 10:45, changing until 10:50: the slots of 10:00 and 10:30.
        aside = at(TEN + timedelta(minutes=20))
        visit = await book(session, world, keyring, span=aside, override_reason="سفر")
        late = at(TEN + timedelta(hours=12))
        other = await book(session, world, keyring, span=late, override_reason="سفر")
    async with database.read() as session:
        rows = await calendar.day(
            session, site_id=world.prison.id, day=TOMORROW, now=NOON
        )
    taken = [(row.span, row.visit) for row in rows if row.state is SlotState.TAKEN]
    assert taken == [
        (at(TEN), visit.reference),
        (at(TEN + HALF_HOUR), visit.reference),
        (late, other.reference),
    ]


async def test_a_cancelled_visit_leaves_its_slot_free_and_a_broken_terminal_closes_it(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        await booking.cancel(
            session,
            visit=visit,
            outcome=Outcome.CANCELLED_BY_PRISON,
            reason="-",
            by=BY,
            now=NOON,
        )
        rows = await calendar.day(
            session, site_id=world.prison.id, day=TOMORROW, now=NOON
        )
        assert {row.state for row in rows} == {SlotState.FREE}
        world.terminal.out_of_order = "دوربین"
        session.add(world.terminal)
        await session.flush()
        rows = await calendar.day(
            session, site_id=world.prison.id, day=TOMORROW, now=NOON
        )
        assert {(row.state, row.reason) for row in rows} == {
            (SlotState.CLOSED, "دوربین")
        }
        soon = await calendar.free(
            session, site_id=world.prison.id, after=NOON, limit=3
        )
        assert soon == []


async def test_a_week_has_seven_days_and_as_many_queries_as_a_day(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await book(session, world, keyring)
        await make.terminal(session, world.prison)
        await book(session, world, keyring, span=at(TEN + HALF_HOUR))
    site_id = world.prison.id
    with counted(database) as for_a_day:
        async with database.read() as session:
            await calendar.day(session, site_id=site_id, day=TOMORROW, now=NOON)
    with counted(database) as for_a_week:
        async with database.read() as session:
            week = await calendar.week(session, site_id=site_id, first=TODAY, now=NOON)
    assert list(week) == [TODAY + timedelta(days=n) for n in range(7)]
    assert {len(rows) for rows in week.values()} == {48}
    assert (len(for_a_day), len(for_a_week)) == (6, 6)


async def test_the_next_free_slots_suit_everybody_named(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        second = await make.terminal(session, world.prison)
        await book(session, world, keyring)
        anybody = await calendar.free(
            session, site_id=world.prison.id, after=TEN, limit=2
        )
        assert [(s.terminal_id, s.span) for s in anybody] == [
            (second.id, at(TEN)),
            (world.terminal.id, at(TEN + HALF_HOUR)),
        ]
        for named in (
            {"kiosk_id": world.kiosk.id},
            {"prisoner_id": world.prisoner.id},
            {"visitor_ids": [world.visitor.id]},
        ):
            (soonest,) = await calendar.free(
                session, site_id=world.prison.id, after=TEN, limit=1, **named
            )
            assert soonest.span == at(TEN + HALF_HOUR)


async def test_the_next_free_slot_may_be_weeks_away_but_not_past_the_horizon(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await closures.close(
            session,
            site_id=world.prison.id,
            station_id=None,
            span=Timespan(NOON, NOON + timedelta(days=20)),
            reason="تعمیر",
            by=BY,
            now=NOON,
        )
        with counted(database) as sent:
            found = await calendar.free(
                session, site_id=world.prison.id, after=NOON, limit=1
            )
        assert len(sent) <= 7
        # At noon of the twentieth day the closure ends.
        assert found[0].span == Timespan(
            NOON + timedelta(days=20), NOON + timedelta(days=20) + LENGTH
        )
        await make.policy(session, world.prison, horizon_days=19)
        none = await calendar.free(
            session, site_id=world.prison.id, after=NOON, limit=1
        )
        assert none == []


async def test_only_a_prison_has_a_calendar(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        for site_id in (world.point.id, 999_999):
            with pytest.raises(NotFound):
                await calendar.day(session, site_id=site_id, day=TODAY, now=NOON)
