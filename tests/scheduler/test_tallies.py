"""How full prisons are: as their calendars say, in as many queries whatever comes."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from scheduler import calendar, closures, tallies
from scheduler.tallies import Tally, Totals
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.scheduler.queries import counted
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.errors import NotFound
from visitation.lifecycle import VisitState
from visitation.places import Province, holidays
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import VisitKind

TODAY = date(2026, 11, 23)
LAST = date(2026, 12, 22)
HOUR = timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)
EVERY_KIND = frozenset(VisitKind)


def visit(
    world: World, prisoner_id: int, number: int, terminal_id: int, state: VisitState
) -> Visit:
    """A visit at a terminal, an hour after the one of the number before."""
    starts_at = NOON + (number - 2) * HOUR
    return Visit(
        reference=f"v-{terminal_id}-{number}",
        kind=VisitKind.FAMILY,
        state=state,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=25),
        booked_end_at=starts_at + timedelta(minutes=25),
        prison_id=world.prison.id,
        terminal_id=terminal_id,
        prisoner_id=prisoner_id,
        created_at=NOON,
        changed_at=NOON,
    )


async def busy(database: Database) -> World:
    """A prison with four terminals, visits of every state, closures and a holiday."""
    async with database.write() as session:
        world = await make.world(session)
        others = [await make.terminal(session, world.prison) for _ in range(2)]
        await make.terminal(session, world.prison, out_of_order="دوربین")
        for number, state in enumerate(VisitState):
            held = await make.prisoner(session, world.prison)
            seat = others[number % 2].id
            session.add(visit(world, held.id, number, seat, state))
        for station_id, hours in ((others[0].id, 20), (None, 22)):
            await closures.close(
                session,
                site_id=world.prison.id,
                station_id=station_id,
                span=Timespan(NOON + hours * HOUR, NOON + (hours + 1) * HOUR),
                reason="تعمیر",
                by=SYSTEM,
                now=NOON,
            )
        await holidays.add(
            session, day=date(2026, 11, 26), name="برف", by=SYSTEM, now=NOON
        )
    return world


@pytest.mark.parametrize("now", [NOON, NOON + 18 * HOUR], ids=["noon", "next day"])
async def test_a_month_counts_what_the_calendar_lists(
    database: Database, now: datetime
) -> None:
    world = await busy(database)
    site_id = world.prison.id
    async with database.read() as session:
        found = await tallies.month(
            session, site_id=site_id, first=TODAY, last=LAST, now=now
        )
        for day in (TODAY + timedelta(days=n) for n in range(5)):
            rows = await calendar.day(session, site_id=site_id, day=day, now=now)
            listed = Counter((row.span, row.state.value) for row in rows)
            counts = {
                (one.span, state): getattr(one, state)
                for one in found[day]
                for state in ("free", "taken", "closed", "past")
            }
            assert {key: n for key, n in counts.items() if n} == listed
    assert list(found) == [TODAY + timedelta(days=n) for n in range(30)]
    assert found[date(2026, 11, 26)] == []
    assert found[LAST][0] == Tally(
        span=found[LAST][0].span, free=3, closed=1, kinds=EVERY_KIND
    )


async def test_a_tally_is_for_the_kinds_of_what_is_free(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        terminals = [await make.terminal(session, prison) for _ in range(2)]
        for terminal, kind in zip(terminals, VisitKind, strict=False):
            await make.template(
                session, prison, weekday=1, stations=[terminal.id], kinds=[kind]
            )
        await closures.close(
            session,
            site_id=prison.id,
            station_id=terminals[1].id,
            span=Timespan(NOON + 20 * HOUR, NOON + 21 * HOUR),
            reason="-",
            by=SYSTEM,
            now=NOON,
        )
        tuesday = TODAY + timedelta(days=1)
        found = await tallies.month(
            session, site_id=prison.id, first=tuesday, last=tuesday, now=NOON
        )
    first, *_, last = found[tuesday]
    assert (first.free, first.closed) == (1, 1)
    assert first.kinds == {VisitKind.FAMILY}
    assert last.kinds == {VisitKind.FAMILY, VisitKind.LEGAL}


async def test_a_prison_that_was_given_up_is_closed(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        world.prison.closed_at = NOON + HOUR
        session.add(world.prison)
        span = {"first": TODAY, "last": TODAY}
        found = await tallies.month(session, site_id=world.prison.id, now=NOON, **span)
        assert [(one.free, one.closed) for one in found[TODAY][-15:-12]] == [
            (1, 0),
            (0, 1),
            (0, 1),
        ]
        day = await tallies.province_day(
            session, province_id=world.prison.province_id, day=TODAY, now=NOON
        )
        assert day == []


async def test_a_provinces_day_is_the_day_of_each_of_its_prisons(
    database: Database,
) -> None:
    world = await busy(database)
    tomorrow = TODAY + timedelta(days=1)
    async with database.write() as session:
        other = await make.prison(
            session, await session.get_one(Province, world.prison.province_id)
        )
        await make.open_every_day(session, other)
        await make.terminal(session, other)
        await make.prison(session)
        found = await tallies.province_day(
            session, province_id=world.prison.province_id, day=tomorrow, now=NOON
        )
        alone = await tallies.month(
            session, site_id=world.prison.id, first=tomorrow, last=tomorrow, now=NOON
        )
    assert [one.site_id for one in found] == [world.prison.id, other.id]
    assert list(found[0].tallies) == alone[tomorrow]
    assert found[1].free == 24


async def test_more_visits_prisons_or_days_take_no_more_queries(
    database: Database,
) -> None:
    world = await busy(database)
    province_id = world.prison.province_id

    async def month(last: date) -> int:
        with counted(database) as sent:
            async with database.read() as session:
                await tallies.month(
                    session, site_id=world.prison.id, first=TODAY, last=last, now=NOON
                )
        return len(sent)

    async def whole_day() -> int:
        with counted(database) as sent:
            async with database.read() as session:
                await tallies.province_day(
                    session, province_id=province_id, day=TODAY, now=NOON
                )
        return len(sent)

    before = (await month(TODAY), await month(LAST), await whole_day())
    async with database.write() as session:
        province = await session.get_one(Province, province_id)
        for _ in range(3):
            prison = await make.prison(session, province)
            await make.open_every_day(session, prison)
            await make.terminal(session, prison)
        for number in range(100, 120):
            held = await make.prisoner(session, world.prison)
            state = VisitState.BOOKED
            session.add(visit(world, held.id, number, world.terminal.id, state))
    after = (await month(TODAY), await month(LAST), await whole_day())
    assert before == after == (6, 6, 6)


async def test_only_a_prison_has_months(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        for site_id in (world.point.id, 999_999):
            with pytest.raises(NotFound):
                await tallies.month(
                    session, site_id=site_id, first=TODAY, last=LAST, now=NOON
                )
        assert (
            await tallies.province_day(
                session, province_id=999_999, day=TODAY, now=NOON
            )
            == []
        )


async def test_a_provinces_month_is_the_sum_of_its_days(database: Database) -> None:
    world = await busy(database)
    province_id = world.prison.province_id
    async with database.write() as session:
        other = await make.prison(session, await session.get_one(Province, province_id))
        await make.open_every_day(session, other)
        await make.terminal(session, other)
    with counted(database) as sent:
        async with database.read() as session:
            found = await tallies.province_month(
                session, province_id=province_id, first=TODAY, last=LAST, now=NOON
            )
    async with database.read() as session:
        for day in (TODAY + timedelta(days=n) for n in range(4)):
            expected = await tallies.province_day(
                session, province_id=province_id, day=day, now=NOON
            )
            assert {one.site_id: Totals.of(one.tallies) for one in expected} == {
                site_id: days.get(day, Totals()) for site_id, days in found.items()
            }
    assert len(sent) == 6
    assert found[other.id][LAST] == Totals(free=24)
