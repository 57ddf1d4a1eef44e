"""The sweep that counts: what it counts anew, how soon, and that it is right."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import delete, select, update

from scheduler import booking, counting, sweeps
from scheduler.timetable import TIMETABLE
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.flagged import LENGTH, TEN, actor, book
from tests.visitation.statistics import counted
from tests.visitation.statistics.counted import AZAR, DAY, NOW
from visitation import calls, people, visits
from visitation.audit import SYSTEM
from visitation.calls.tables import Feedback, LostTime
from visitation.calls.words import Mood
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState, VisitAction, VisitState
from visitation.messages import Message
from visitation.people import Prisoner
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
from visitation.visits import Visit
from visitation.words import Fault, Outcome

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


async def test_seconds_lost_in_a_call_are_counted_however_late_they_are_written(
    database: Database, tools
) -> None:
    async with database.write() as session:
        at = await counted.ground(session)
        visit = await counted.visit(session, at, NOW - 20 * DAY)
        session.add(LostTime(visit_id=visit.id, fault=Fault.FAMILY, seconds=60))
    await swept(database, tools)
    async with database.write() as session:
        await calls.losses.add(session, visit.id, {Fault.FAMILY: 30, Fault.SERVER: 45})
    await swept(database, tools)

    found = await counted.read(database)
    assert found.by_key(Measure.LOST) == {
        "family": Number(1, 90),
        "server": Number(1, 45),
    }
    assert await swept(database, tools) == 0


async def test_a_day_before_this_service_counts_once_it_is_written_down(
    database: Database, keyring: Keyring, tools
) -> None:
    async with database.write() as session:
        at = await counted.ground(session)
        await counted.visit(session, at, NOW - 5 * DAY)
        await counted.visit(session, at, NOW - 3 * DAY)
    await swept(database, tools)
    async with database.write() as session:
        prisoner = await session.get_one(Prisoner, at.prisoner.id)
        await people.edit_prisoner(
            session,
            prisoner,
            number=prisoner.number,
            name=prisoner.name,
            visited_on=(NOW - 45 * DAY).date(),
            keyring=keyring,
            by=SYSTEM,
            now=NOW,
        )
    await swept(database, tools)

    assert (await counted.read(database)).days(Measure.BEFORE) == {40: 1}


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
