"""What ending weekly times would leave outside is known before they end."""

from datetime import date, timedelta

from sqlmodel import select

from scheduler import outside
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.lifecycle import VisitState
from visitation.places import SessionTemplate, holidays

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
MONDAY = date(2026, 11, 23)
LATE = timedelta(hours=8, minutes=30)


async def mondays(database: Database) -> tuple[World, SessionTemplate, tuple[str, ...]]:
    """Booked today and in a week, asked for in two; and what does not count."""
    async with database.write() as session:
        world = await make.world(session)
        found = [
            await booked(session, world, starts_at=NOON + HOUR),
            await booked(session, world, starts_at=NOON + WEEK),
            await booked(
                session, world, starts_at=NOON + 2 * WEEK, state=VisitState.REQUESTED
            ),
        ]
        await booked(session, world, starts_at=NOON + WEEK + 24 * HOUR)
        # At nine in the evening no hours were open ever.
        await booked(session, world, starts_at=NOON + WEEK + LATE)
        await booked(
            session,
            world,
            starts_at=NOON + WEEK + HOUR,
            state=VisitState.CANCELLED,
        )
        rows = await session.exec(
            select(SessionTemplate).where(SessionTemplate.weekday == MONDAY.weekday())
        )
        template = rows.one()
    return world, template, tuple(visit.reference for visit, _people in found)


async def left_out(
    database: Database, template: SessionTemplate, last_day: date
) -> tuple[str, ...]:
    async with database.read() as session:
        return await outside.without(session, template, last_day=last_day, now=NOON)


async def test_what_lies_after_the_last_day_falls_outside(database: Database) -> None:
    _world, template, references = await mondays(database)

    assert await left_out(database, template, MONDAY) == references[1:]
    assert await left_out(database, template, MONDAY + WEEK) == references[2:]
    # A day before the first one removes the times altogether.
    assert await left_out(database, template, date(2025, 1, 1)) == references


async def test_other_hours_of_the_same_terminal_hold_a_visit(
    database: Database,
) -> None:
    world, template, references = await mondays(database)
    async with database.write() as session:
        other = await make.terminal(session, world.prison, name="کابین ۲")
        await make.template(
            session,
            world.prison,
            weekday=0,
            slot_minutes=60,
            stations=[other.id],
            valid_from=MONDAY + WEEK,
            valid_to=MONDAY + WEEK,
        )
    assert await left_out(database, template, MONDAY) == references[1:]

    async with database.write() as session:
        await make.template(
            session,
            world.prison,
            weekday=0,
            slot_minutes=60,
            stations=[world.terminal.id],
            valid_from=MONDAY + WEEK,
            valid_to=MONDAY + WEEK,
        )
    assert await left_out(database, template, MONDAY) == references[2:]


async def test_a_holiday_on_which_nothing_was_open_puts_nothing_outside(
    database: Database,
) -> None:
    world, template, references = await mondays(database)
    async with database.write() as session:
        await holidays.add(
            session,
            province_id=world.prison.province_id,
            day=MONDAY + WEEK,
            name="عید",
            by=SYSTEM,
            now=NOON,
        )
    assert await left_out(database, template, MONDAY) == references[2:]
