"""The sweep that counts: what it counts anew, how soon, and that it is right."""

import random
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, counting, sweeps
from scheduler.timetable import TIMETABLE
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.flagged import LENGTH, TEN, actor, book
from tests.visitation.statistics import counted
from tests.visitation.statistics.counted import AZAR, DAY, NOW, Ground
from visitation import audit, visits
from visitation.audit import SYSTEM
from visitation.calls.tables import Feedback
from visitation.calls.words import Mood
from visitation.cases.tables import Case
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState, VisitAction, VisitState
from visitation.messages import Message
from visitation.places import MobileDay
from visitation.services.tables import ServiceRecord
from visitation.statistics import (
    Measure,
    Month,
    Number,
    Period,
    Tally,
    TallyPlace,
    TallySum,
)
from visitation.statistics.counting import FADING
from visitation.timespan import Timespan
from visitation.visits import Participant, Visit
from visitation.words import CaseState, MobileDayState, Outcome

CALM = {"state": VisitState.BOOKED, "outcome": None, "started_at": None}


@pytest.fixture
def tools(clock: Clock, keyring: Keyring):
    return means(clock, keyring, FakeGateway())


async def swept(database: Database, tools, now: datetime = NOW) -> int:
    await sweeps.seal_audit(database, now=now, means=tools)
    return await counting.count_changes(database, now=now, means=tools)


async def rows(database: Database) -> list[tuple]:
    """Everything that was counted."""
    async with database.read() as session:
        found = [
            tuple(sorted(one.model_dump().items()))
            for table in (Tally, TallySum, TallyPlace)
            for one in (await session.exec(select(table))).all()
        ]
    return sorted(found, key=str)


async def counted_at_once(database: Database, now: datetime = NOW) -> list[tuple]:
    """The same from nothing."""
    async with database.write() as session:
        await session.exec(delete(Tally))
        await session.exec(delete(TallySum))
        await session.exec(delete(TallyPlace))
    await counting.count_all(database, now=now)
    return await rows(database)


async def test_a_visit_that_moves_into_another_month_counts_there_alone(
    database: Database, keyring: Keyring, tools
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        booked = await book(session, world, keyring)
    await swept(database, tools, NOON)
    async with database.write() as session:
        visit = await session.get_one(Visit, booked.id)
        later = Timespan(TEN + 40 * DAY, TEN + 40 * DAY + LENGTH)
        await booking.move(
            session,
            visit=visit,
            terminal_id=visit.terminal_id,
            span=later,
            kiosk_id=visit.kiosk_id,
            by=actor(world.scheduler),
            now=NOON,
        )
    await swept(database, tools, NOON)

    assert await _visits_of(database, AZAR) == 0
    assert await _visits_of(database, Month(1405, 10)) == 1
    assert await rows(database) == await counted_at_once(database, NOON)


async def test_a_visit_is_counted_within_a_minute_of_its_end(
    database: Database, tools
) -> None:
    async with database.write() as session:
        at = await counted.ground(session)
        visit = await counted.visit(session, at, NOW, **CALM)
    await swept(database, tools)
    async with database.write() as session:
        row = await session.get_one(Visit, visit.id)
        await visits.move(session, row, VisitAction.START, by=SYSTEM, now=NOW)
        await visits.move(
            session,
            row,
            VisitAction.FINISH,
            by=SYSTEM,
            now=NOW,
            outcome=Outcome.COMPLETED,
        )
    assert await _held_of(database) == 0
    await swept(database, tools)

    assert await _held_of(database) == 1
    every = {job.name: job.every for job in TIMETABLE}
    most = every["seal_audit"] + every["count_statistics"]
    assert most < timedelta(minutes=1) / 2


async def test_what_nobody_did_is_found_by_its_own_time(
    database: Database, tools
) -> None:
    async with database.write() as session:
        at = await counted.ground(session)
        visit = await counted.visit(session, at, NOW - timedelta(hours=2))
        mother = await counted.participant(session, visit)
        sent = await counted.message(session, NOW, visit, state=MessageState.ACCEPTED)
        await counted.case(session, at.prisoner, NOW - 10 * DAY)
    await swept(database, tools, NOW - timedelta(minutes=1))
    before = await _numbers(database)
    async with database.write() as session:
        await counted.felt(session, mother, Mood.GOOD)
        await counted.line(session, mother, 100.0, 10.0)
        row = await session.get_one(Message, sent.id)
        row.state = MessageState.DELIVERED
        session.add(row)
    await swept(database, tools, NOW + timedelta(minutes=1))

    assert before == {"messages accepted": Number(1, 2)}
    assert await _numbers(database) == {
        "audio_only ": Number(1, 10),
        "due late": Number(1),
        "felt good": Number(1),
        "line_time ": Number(1, 100),
        "messages delivered": Number(1, 2),
    }


@pytest.mark.parametrize(
    "later",
    [
        # What was said on its day is deleted from this day on.
        NOW + FADING,
        NOW + 300 * DAY,
    ],
)
async def test_what_is_deleted_one_day_stays_counted(
    database: Database, tools, later: datetime
) -> None:
    async with database.write() as session:
        at = await counted.ground(session)
        visit = await counted.visit(session, at, NOW)
        await counted.felt(session, await counted.participant(session, visit), Mood.BAD)
    await swept(database, tools)
    async with database.write() as session:
        await session.exec(delete(Feedback))
    await counting.count_all(database, now=later)

    assert (await counted.read(database)).count(Measure.FELT) == 1


async def test_whoever_doubts_a_month_has_it_counted_anew(
    database: Database, tools
) -> None:
    async with database.write() as session:
        at = await counted.ground(session)
        await counted.service(session, at.office, date(2026, 4, 1))
    await swept(database, tools)
    right = await rows(database)
    async with database.write() as session:
        await session.exec(update(Tally).values(count=99))
        await session.exec(delete(TallySum))
        spring = Period.quarter(1405, 1)
        await counting.order(session, spring, now=NOW)
    await swept(database, tools)

    assert await rows(database) == right
    assert await swept(database, tools) == 0
    async with database.write() as session:
        await session.exec(delete(Tally))
        await counting.order(session, None, now=NOW)
    await swept(database, tools)
    assert await rows(database) == right


@pytest.mark.parametrize("seed", range(2))
async def test_after_any_changes_it_is_what_counting_from_nothing_gives(
    database: Database, tools, seed: int
) -> None:
    chance = random.Random(seed)
    async with database.write() as session:
        at = await counted.ground(session)
        for _ in range(6):
            await _some(session, at, chance)
    now = NOW
    await swept(database, tools, now)
    for _ in range(3):
        now += timedelta(hours=chance.choice((0, 1, 20)))
        async with database.write() as session:
            for _ in range(chance.randrange(1, 5)):
                await _some(session, at, chance, now)
                await _changed(session, chance, now)
        await swept(database, tools, now)
        # What is due by now, and faces by their own time: this is when they are asked.
        assert await rows(database) == await counted_at_once(database, now)


async def _some(
    session: AsyncSession, at: Ground, chance: random.Random, now: datetime = NOW
) -> None:
    """Something new, with what the record says of it."""
    start = now - DAY * chance.randrange(-20, 60)
    match chance.randrange(5):
        case 0:
            state = chance.choice([{}, {}, CALM])
            place = chance.choice([None, at.office.id, at.village.id])
            row = await counted.visit(
                session, at, start, came=chance.randrange(3), point_id=place, **state
            )
            _told(session, f"visit:{row.id}", now, "visit_finish", row.id)
        case 1:
            site = chance.choice([at.office, at.village])
            of = await counted.service(session, site, start.date())
            _told(session, f"service:{of.id}", now)
        case 2:
            one = await counted.case(session, at.prisoner, start)
            _told(session, f"case:{one.id}", now)
        case 3:
            await counted.message(session, now - timedelta(hours=1), None)
        case _:
            known = select(MobileDay.id).where(MobileDay.day == start.date())
            if (await session.exec(known)).first() is None:
                planned = await counted.stop(session, at, start.date())
                _told(session, f"mobile_day:{planned.id}", now)


async def _changed(session: AsyncSession, chance: random.Random, now: datetime) -> None:
    """Something that there is becomes something else."""
    table = chance.choice([Visit, ServiceRecord, Case, Message, MobileDay, Participant])
    one = (await session.exec(select(table).order_by(col(table.id)))).all()
    if not one:
        return
    row = chance.choice(one)
    if isinstance(row, Visit):
        left = [row.terminal_id, row.starts_at.isoformat(), row.ends_at.isoformat()]
        shift = DAY * chance.randrange(-40, 40)
        row.starts_at, row.ends_at = row.starts_at + shift, row.ends_at + shift
        row.state = chance.choice([VisitState.COMPLETED, VisitState.CANCELLED])
        _told(session, f"visit:{row.id}", now, "visit_finish", row.id, left=left)
    elif isinstance(row, ServiceRecord):
        row.withdrawn_at = now
        _told(session, f"service:{row.id}", now)
    elif isinstance(row, Case):
        row.state = chance.choice([CaseState.GRANTED, CaseState.REOPENED])
        row.decided_at = now if row.state is CaseState.GRANTED else None
        _told(session, f"case:{row.id}", now)
    elif isinstance(row, Message):
        row.state = chance.choice([MessageState.FAILED, MessageState.DELIVERED])
    elif isinstance(row, MobileDay):
        row.state = MobileDayState.CANCELLED
        _told(session, f"mobile_day:{row.id}", now)
    else:
        row.arrived_at = None if row.arrived_at else now
        _told(session, f"participant:{row.id}", now, visit_id=row.visit_id)
    session.add(row)
    await session.flush()


def _told(
    session: AsyncSession,
    subject: str,
    now: datetime,
    action: str = "act",
    visit_id: int | None = None,
    **facts: object,
) -> None:
    audit.note(session, SYSTEM, action, subject, now=now, visit_id=visit_id, **facts)


async def _visits_of(database: Database, month: Month) -> int:
    return (await counted.read(database, month=month)).count(Measure.VISITS)


async def _held_of(database: Database) -> int:
    return (await counted.read(database)).count(Measure.HELD)


async def _numbers(database: Database) -> dict[str, Number]:
    """What was found by its own time."""
    wanted = {"audio_only", "due", "felt", "line_time", "messages"}
    found = await counted.read(database)
    return {
        f"{cell.measure} {cell.key}": number
        for cell, number in sorted(found.numbers.items())
        if cell.measure in wanted
    }
