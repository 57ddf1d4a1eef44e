"""One after another, past what somebody else has, and past what fails."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, each, reminders
from scheduler.means import Means
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_booking import BY, TEN, at, book
from visitation import visits
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.visits import Overtaken, Visit
from visitation.wording import Template


class Broken(Exception):
    pass


async def test_what_fails_keeps_nobody_from_their_turn(sqlite: Database) -> None:
    turns = []

    async def change(session: AsyncSession, one: str) -> bool:
        turns.append(one)
        match one:
            case "broken":
                raise Broken
            case "taken":
                raise Overtaken
        return one == "due"

    every = ["broken", "due", "taken", "done", "due", "broken"]
    with pytest.raises(ExceptionGroup) as wrong:
        await each.changed(sqlite, every, change, overtaken=(Overtaken,))
    assert turns == every
    assert [type(error) for error in wrong.value.exceptions] == [Broken, Broken]
    assert await each.changed(sqlite, every[1:3], change, overtaken=(Overtaken,)) == 1


@pytest.fixture
def tools(clock: Clock, keyring: Keyring) -> Means:
    return means(clock, keyring, FakeGateway())


async def reminded(database: Database) -> dict[int, int]:
    """How many reminders each visit has."""
    async with database.read() as session:
        rows = await session.exec(
            select(Message.visit_id).where(Message.template == Template.REMINDER_DAY)
        )
        every = rows.all()
    return {one: every.count(one) for one in every}


async def test_a_visit_that_somebody_holds_is_reminded_of_in_the_next_turn(
    database: Database, keyring: Keyring, tools: Means
) -> None:
    now = TEN - timedelta(hours=3)
    async with database.write() as session:
        world = await make.world(session)
        early = NOON - timedelta(days=2)
        first = await book(session, world, keyring, now=early)
        other = await make.world(session)
        second = await book(session, other, keyring, now=early)
    if database.is_sqlite:
        # There is one writer; nobody can hold a row beside it.
        assert await reminders.remind(database, now=now, means=tools) == 2
        return
    async with database.write() as holding:
        await visits.by_reference(holding, first.reference)
        await holding.exec(
            update(Visit).where(Visit.id == first.id).values(state=first.state)
        )
        async with asyncio.timeout(60):
            assert await reminders.remind(database, now=now, means=tools) == 1
        assert await reminded(database) == {second.id: 1}
    assert await reminders.remind(database, now=now, means=tools) == 1
    assert await reminded(database) == {first.id: 1, second.id: 1}


async def test_a_visit_that_was_moved_meanwhile_is_not_reminded_of_as_it_was(
    sqlite: Database, keyring: Keyring, tools: Means
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        early = NOON - timedelta(days=2)
        visit = await book(session, world, keyring, now=early)
    now = TEN - timedelta(hours=3)
    async with sqlite.read() as session:
        due = await reminders._due(session, Template.REMINDER_DAY, now)
    async with sqlite.write() as session:
        row = await visits.by_reference(session, visit.reference)
        await booking.move(
            session,
            visit=row,
            terminal_id=world.terminal.id,
            span=at(TEN + timedelta(days=1)),
            kiosk_id=None,
            by=BY,
            now=now,
        )
    async with sqlite.write() as session:
        assert await reminders._as_it_was(session, *due, Template.REMINDER_DAY) is None
