"""The call list: ticked once, taken back for a while, given up in time."""

from datetime import timedelta

import pytest

from scheduler import booking, calling, rings
from scheduler.calling import AlreadyRung
from tests import make
from tests.fakes import Clock
from tests.scheduler import lost
from tests.scheduler.test_booking import BY, TEN, at
from visitation import calls, visits
from visitation.audit import Actor
from visitation.database import Database
from visitation.errors import NotFound
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState, ParticipantState
from visitation.people import Scope
from visitation.visits import Participant, Visit
from visitation.words import CallOutcome, Role

EVERYWHERE = Scope(everywhere=True)
MINUTE = timedelta(minutes=1)


async def to_ring(
    database: Database, clock: Clock, keyring: Keyring
) -> tuple[make.World, Visit, Actor]:
    world, visit = await lost.booked(database, keyring)
    await lost.became(database, MessageState.FAILED, clock())
    await lost.look_after(database, clock, keyring)
    return world, visit, Actor.account(world.scheduler.id, Role.CLERK)


async def tick(
    database: Database, outcome: CallOutcome, by: Actor, clock: Clock
) -> None:
    async with database.write() as session:
        (task,) = await lost.tasks(database)
        ring = await rings.one(session, task_id=task.id, scope=EVERYWHERE)
        await calling.tick(session, ring, outcome, by=by, now=clock())


async def undo(database: Database, by: Actor, clock: Clock) -> None:
    async with database.write() as session:
        (task,) = await lost.tasks(database)
        ring = await rings.one(session, task_id=task.id, scope=EVERYWHERE)
        await calling.undo(session, ring, by=by, now=clock())


async def counts(database: Database, clock: Clock) -> tuple[int, int]:
    """How many lines are open, and how many may be taken back."""
    async with database.read() as session:
        done = await rings.just_done(session, scope=EVERYWHERE, now=clock())
        return await rings.count(session, scope=EVERYWHERE), len(done)


async def mother(database: Database) -> Participant:
    async with database.read() as session:
        (task,) = await lost.tasks(database)
        return await session.get_one(Participant, task.participant_id)


async def test_a_line_says_whom_to_ring_about_what_and_where(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    world, visit, _by = await to_ring(database, clock, keyring)
    async with database.read() as session:
        at_point = Scope(sites=frozenset({world.point.id}))
        (ring,) = await rings.open_ones(session, scope=at_point, now=clock())
        elsewhere = Scope(sites=frozenset({world.prison.id}))
        assert await rings.open_ones(session, scope=elsewhere, now=clock()) == []
        assert await rings.count(session, scope=elsewhere) == 0
        with pytest.raises(NotFound):
            await rings.one(session, task_id=ring.task.id, scope=elsewhere)
    assert (ring.name, ring.phone, ring.helper, ring.point) == (
        world.visitor.name,
        world.visitor.phone,
        None,
        world.point.name,
    )
    assert ring.message is not None
    assert (ring.visit.id, ring.message.id) == (visit.id, ring.task.message_id)


async def test_who_was_told_counts_as_told_and_the_line_is_done(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit, by = await to_ring(database, clock, keyring)
    await tick(database, CallOutcome.TOLD, by, clock)
    assert await counts(database, clock) == (0, 1)
    assert (await mother(database)).told_at == clock()
    assert (await lost.acts(database, visit))[-2:] == ["ring_told", "participant_told"]
    with pytest.raises(AlreadyRung):
        await tick(database, CallOutcome.WRONG_NUMBER, by, clock)


async def test_who_did_not_answer_is_rung_again(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, _visit, by = await to_ring(database, clock, keyring)
    for _ in range(2):
        await tick(database, CallOutcome.NO_ANSWER, by, clock)
    assert await counts(database, clock) == (1, 0)
    (task,) = await lost.tasks(database)
    assert (task.tries, task.outcome) == (2, CallOutcome.NO_ANSWER)
    await tick(database, CallOutcome.WRONG_NUMBER, by, clock)
    assert await counts(database, clock) == (0, 1)
    assert (await mother(database)).told_at is None


async def test_a_tick_is_taken_back_for_a_while(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, _visit, by = await to_ring(database, clock, keyring)
    with pytest.raises(AlreadyRung):
        await undo(database, by, clock)
    await tick(database, CallOutcome.TOLD, by, clock)
    clock.now += 9 * MINUTE
    await undo(database, by, clock)
    assert await counts(database, clock) == (1, 0)
    assert (await mother(database)).told_at is None
    await tick(database, CallOutcome.TOLD, by, clock)
    clock.now += 10 * MINUTE
    with pytest.raises(AlreadyRung):
        await undo(database, by, clock)


async def test_a_line_is_given_up_when_the_visit_begins(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit, _by = await to_ring(database, clock, keyring)
    clock.now = TEN
    assert await lost.look_after(database, clock, keyring) == 1
    assert await lost.look_after(database, clock, keyring) == 0
    (task,) = await lost.tasks(database)
    assert (task.outcome, task.done_at) == (CallOutcome.TOO_LATE, TEN)
    assert await counts(database, clock) == (0, 0)
    assert (await lost.acts(database, visit))[-1] == "ring_too_late"


async def test_what_was_ticked_before_a_visit_was_moved_cannot_be_taken_back(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    world, visit, by = await to_ring(database, clock, keyring)
    await tick(database, CallOutcome.TOLD, by, clock)
    (number,) = [task.id for task in await lost.tasks(database)]
    clock.now += MINUTE
    async with database.write() as session:
        await booking.move(
            session,
            visit=await visits.by_reference(session, visit.reference),
            terminal_id=world.terminal.id,
            kiosk_id=world.kiosk.id,
            span=at(TEN + 60 * MINUTE),
            by=BY,
            now=clock(),
        )
    # Its words would be those of the old time, and its code belongs to the new place.
    assert await counts(database, clock) == (0, 0)
    async with database.read() as session:
        with pytest.raises(NotFound):
            await rings.one(session, task_id=number, scope=EVERYWHERE)


async def test_who_has_come_need_not_be_rung_up(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit, _by = await to_ring(database, clock, keyring)
    who = await mother(database)
    clock.now += MINUTE
    async with database.write() as session:
        here = await session.get_one(Participant, who.id)
        await calls.tick(session, here, ParticipantState.ARRIVED, by=BY, now=clock())
    assert await counts(database, clock) == (0, 0)
    async with database.read() as session:
        lines = await rings.open_ones(session, scope=EVERYWHERE, now=clock())
    assert lines == []
    before = await lost.acts(database, visit)
    clock.now = TEN
    assert await lost.look_after(database, clock, keyring) == 0
    # Nobody was late for somebody who was there.
    assert await lost.acts(database, visit) == before
