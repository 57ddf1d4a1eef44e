"""A cancellation is taken back for some minutes, if nobody has taken the time."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from scheduler import booking, cancelling, undoing
from scheduler.booking import Refused
from scheduler.undoing import TooLateToUndo
from tests import make
from tests.conftest import NOON
from tests.make import World
from visitation import visits, waiting
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState, VisitState
from visitation.messages import Message
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.waiting import Days, WaitingEntry
from visitation.words import Outcome, VisitKind, WaitingState

AT = NOON.replace(hour=6, minute=30) + timedelta(days=1)
SPAN = Timespan(AT, AT + timedelta(minutes=25))


@pytest.fixture
async def world(database: Database) -> World:
    async with database.write() as session:
        return await make.world(session)


async def book(database: Database, world: World, keyring: Keyring) -> Visit:
    async with database.write() as session:
        return await booking.book(
            session,
            prison_id=world.prison.id,
            terminal_id=world.terminal.id,
            span=SPAN,
            kind=VisitKind.FAMILY,
            prisoner_id=world.prisoner.id,
            visitor_ids=[world.visitor.id],
            kiosk_id=world.kiosk.id,
            note="بلیت دارند",
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )


async def cancel(
    database: Database,
    visit: Visit,
    outcome: Outcome = Outcome.CANCELLED_BY_PRISON,
) -> None:
    async with database.write() as session:
        await cancelling.cancel(
            session,
            visit=await session.get_one(Visit, visit.id),
            outcome=outcome,
            reason="اشتباه",
            back_in_line=True,
            by=SYSTEM,
            now=NOON,
        )


async def undo(
    database: Database, visit: Visit, keyring: Keyring, now: datetime = NOON
) -> Visit:
    async with database.write() as session:
        return await undoing.book_again(
            session,
            await session.get_one(Visit, visit.id),
            keyring=keyring,
            by=SYSTEM,
            now=now,
        )


async def test_the_same_is_booked_anew_and_the_cancellation_is_not_sent(
    database: Database, keyring: Keyring, world: World
) -> None:
    visit = await book(database, world, keyring)
    await cancel(database, visit)

    again = await undo(database, visit, keyring)

    async with database.read() as session:
        people = await visits.participants(session, again.id)
        rows = await session.exec(
            select(Message.state).where(Message.visit_id == visit.id)
        )
        was = await session.get_one(Visit, visit.id)
    assert (again.state, again.starts_at, again.ends_at, again.note) == (
        VisitState.BOOKED,
        SPAN.start,
        SPAN.end,
        "بلیت دارند",
    )
    assert (again.kiosk_id, again.terminal_id) == (world.kiosk.id, world.terminal.id)
    assert {one.visitor_id for one in people} == {None, world.visitor.id}
    assert was.state is VisitState.CANCELLED
    assert set(rows.all()) == {MessageState.SUPPRESSED}


async def test_it_is_taken_back_once_only(
    database: Database, keyring: Keyring, world: World
) -> None:
    visit = await book(database, world, keyring)
    await cancel(database, visit)
    await undo(database, visit, keyring)

    with pytest.raises(TooLateToUndo):
        await undo(database, visit, keyring)


async def test_after_a_quarter_of_an_hour_it_is_not_taken_back(
    database: Database, keyring: Keyring, world: World
) -> None:
    visit = await book(database, world, keyring)
    await cancel(database, visit)

    with pytest.raises(TooLateToUndo):
        await undo(
            database, visit, keyring, NOON + undoing.WITHIN + timedelta(seconds=1)
        )


async def test_what_somebody_else_has_taken_meanwhile_is_refused(
    database: Database, keyring: Keyring, world: World
) -> None:
    visit = await book(database, world, keyring)
    await cancel(database, visit)
    await book(database, world, keyring)

    with pytest.raises(Refused):
        await undo(database, visit, keyring)
    async with database.read() as session:
        found = await session.exec(
            select(Visit.id).where(col(Visit.state) == VisitState.BOOKED)
        )
        assert len(found.all()) == 1


async def test_a_visit_that_was_only_held_is_none_to_bring_back(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        held = await booking.hold(
            session,
            prison_id=world.prison.id,
            terminal_id=world.terminal.id,
            span=SPAN,
            kind=VisitKind.FAMILY,
            prisoner_id=world.prisoner.id,
            visitor_ids=[world.visitor.id],
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )
    await cancel(database, held)
    async with database.read() as session:
        visit = await session.get_one(Visit, held.id)
        assert await undoing.until(session, visit, now=NOON) is None


async def test_a_family_that_was_put_back_in_line_is_placed_again(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        entry = await waiting.join(
            session,
            prisoner_id=world.prisoner.id,
            visitor_ids=[world.visitor.id],
            days=Days(first=AT.date(), last=AT.date() + timedelta(days=9)),
            points=[world.point.id],
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )
    visit = await book(database, world, keyring)
    async with database.write() as session:
        await waiting.shift(
            session,
            await session.get_one(WaitingEntry, entry.id),
            WaitingState.PLACED,
            by=SYSTEM,
            now=NOON,
            visit_id=visit.id,
        )
    await cancel(database, visit)

    again = await undo(database, visit, keyring)

    async with database.read() as session:
        found = await session.get_one(WaitingEntry, entry.id)
    assert (found.state, found.visit_id) == (WaitingState.PLACED, again.id)
