"""A family is told to be there, and called back, while that is of any use."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from scheduler import summoning
from scheduler.summoning import NobodyToTell, NotTheTime
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler import lost
from tests.scheduler.test_booking import BY, LENGTH, TEN
from visitation import calls, visits
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import ParticipantState
from visitation.messages import Message
from visitation.visits import Visit
from visitation.wording import Template
from visitation.words import Part

MINUTE = timedelta(minutes=1)


async def summon(
    database: Database, visit: Visit, template: Template, clock: Clock
) -> int:
    async with database.write() as session:
        current = await visits.by_reference(session, visit.reference)
        return await summoning.summon(session, current, template, by=BY, now=clock())


async def newest(database: Database) -> Message:
    async with database.read() as session:
        rows = await session.exec(select(Message).order_by(col(Message.id).desc()))
        return rows.first()


async def test_a_family_is_told_once_that_its_visit_is_ready(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit = await lost.booked(database, keyring)
    clock.now = TEN - 30 * MINUTE
    assert await summon(database, visit, Template.READY, clock) == 1
    clock.now += MINUTE
    assert await summon(database, visit, Template.READY, clock) == 0
    said = await newest(database)
    assert (said.template, said.priority, said.expires_at) == (
        Template.READY,
        1,
        TEN - 10 * MINUTE,
    )


async def test_a_family_is_called_back_as_often_as_needed_but_not_at_once(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit = await lost.booked(database, keyring)
    clock.now = TEN
    assert await summon(database, visit, Template.RECALL, clock) == 1
    assert await summon(database, visit, Template.RECALL, clock) == 0
    clock.now += 2 * MINUTE
    assert await summon(database, visit, Template.RECALL, clock) == 1
    assert (await newest(database)).expires_at == TEN + 22 * MINUTE


@pytest.mark.parametrize("now", [NOON, TEN + LENGTH])
async def test_nobody_is_told_to_come_too_early_or_too_late(
    database: Database, clock: Clock, keyring: Keyring, now: object
) -> None:
    _world, visit = await lost.booked(database, keyring)
    clock.now = now
    with pytest.raises(NotTheTime):
        await summon(database, visit, Template.READY, clock)


async def test_who_is_there_already_needs_no_message(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit = await lost.booked(database, keyring)
    clock.now = TEN - 5 * MINUTE
    async with database.write() as session:
        people = await visits.participants(session, visit.id)
        (mother,) = (one for one in people if one.part is Part.VISITOR)
        await calls.tick(session, mother, ParticipantState.ARRIVED, by=BY, now=clock())
    with pytest.raises(NobodyToTell):
        await summon(database, visit, Template.READY, clock)
    assert await summon(database, visit, Template.RECALL, clock) == 1


async def test_who_has_no_number_cannot_be_told(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit = await lost.booked(database, keyring, phone=None)
    clock.now = TEN - 5 * MINUTE
    with pytest.raises(NobodyToTell):
        await summon(database, visit, Template.READY, clock)


async def test_called_back_twice_within_a_moment_is_once(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit = await lost.booked(database, keyring)
    clock.now = TEN + 2 * MINUTE - timedelta(seconds=1)
    assert await summon(database, visit, Template.RECALL, clock) == 1
    clock.now += timedelta(seconds=2)
    assert await summon(database, visit, Template.RECALL, clock) == 0


async def test_a_late_interpreter_is_called_like_the_family(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit = await lost.booked(database, keyring)
    async with database.write() as session:
        await calls.interpreting.add(
            session,
            await visits.by_reference(session, visit.reference),
            name="سارا محمودی",
            phone="+989121112233",
            keyring=keyring,
            by=BY,
            now=NOON,
        )
    clock.now = TEN
    assert await summon(database, visit, Template.RECALL, clock) == 2
    assert (await newest(database)).phone == "+989121112233"
