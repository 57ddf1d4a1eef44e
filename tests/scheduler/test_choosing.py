"""Holding while one chooses: one slot per account, for ten minutes, never two."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, choosing, requests, sweeps
from scheduler.booking import Refused
from scheduler.choosing import HoldOver
from scheduler.proposals import Refusal
from scheduler.ranked import Place
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.make import World
from tests.scheduler import queue
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_booking import TEN, at, claims, wish
from visitation.audit import Actor
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.waiting import Offer
from visitation.words import Role, VisitKind

HALF = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)


def scheduler(world: World) -> Actor:
    return Actor.account(world.scheduler.id, Role.SCHEDULER)


async def keep(
    session: AsyncSession, world: World, keyring: Keyring, **changes: Any
) -> Visit:
    now = changes.pop("now", NOON)
    by = changes.pop("by", scheduler(world))
    return await choosing.keep(
        session, keyring=keyring, by=by, now=now, **wish(world, **changes)
    )


async def all_visits(session: AsyncSession) -> list[tuple[datetime, VisitState]]:
    rows = await session.exec(select(Visit).order_by(col(Visit.id)))
    return [(one.starts_at, one.state) for one in rows.all()]


async def test_the_same_choice_again_finds_the_same_hold_and_makes_it_no_longer(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        first = await keep(session, world, keyring, note=" با نوزاد ")
        again = await keep(
            session, world, keyring, note="با نوزاد", now=NOON + 5 * MINUTE
        )
        assert (again.id, again.hold_until) == (first.id, NOON + 10 * MINUTE)
        held = await choosing.kept(session, by=scheduler(world), now=NOON + 9 * MINUTE)
        assert held is not None
        assert held.id == first.id
        assert (
            await choosing.kept(session, by=scheduler(world), now=NOON + 10 * MINUTE)
            is None
        )


async def test_another_choice_lets_go_of_the_one_before(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, visits_per_week=1)
        await keep(session, world, keyring)
        # Neither the prisoner's week nor anybody's time stands in its own way.
        moved = await keep(session, world, keyring, span=at(TEN + HALF))
        assert await all_visits(session) == [
            (TEN, VisitState.EXPIRED),
            (TEN + HALF, VisitState.HELD),
        ]
        assert (await claims(session))[f"terminal:{world.terminal.id}"] == 6
        await choosing.confirm(
            session, moved.reference, keyring=keyring, by=scheduler(world), now=NOON
        )
        assert moved.state is VisitState.BOOKED


async def test_a_refused_choice_leaves_the_hold_as_it_was(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        first = await keep(session, world, keyring)
    with pytest.raises(Refused) as refused:
        async with database.write() as session:
            await keep(session, world, keyring, span=at(TEN + 5 * MINUTE))
    assert refused.value.reasons == (Refusal.NOT_A_SLOT,)
    async with database.read() as session:
        held = await choosing.kept(session, by=scheduler(world), now=NOON)
        assert held is not None
        assert held.id == first.id


async def test_what_ran_out_is_not_booked_and_can_be_chosen_again(
    database: Database, keyring: Keyring
) -> None:
    late = NOON + 10 * MINUTE
    async with database.write() as session:
        world = await make.world(session)
        first = await keep(session, world, keyring)
        with pytest.raises(HoldOver):
            await choosing.confirm(
                session, first.reference, keyring=keyring, by=scheduler(world), now=late
            )
        # Before any sweep came by.
        again = await keep(session, world, keyring, now=late)
        assert again.id != first.id
        assert again.hold_until == late + 10 * MINUTE
        assert await all_visits(session) == [
            (TEN, VisitState.EXPIRED),
            (TEN, VisitState.HELD),
        ]


async def test_nobody_books_what_another_holds(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        other = await make.account(session, Role.SCHEDULER)
        mine = await keep(session, world, keyring)
        with pytest.raises(HoldOver):
            await choosing.confirm(
                session,
                mine.reference,
                keyring=keyring,
                by=Actor.account(other.id, Role.SCHEDULER),
                now=NOON,
            )
        with pytest.raises(Refused):
            await keep(
                session,
                world,
                keyring,
                by=Actor.account(other.id, Role.SCHEDULER),
            )
        assert mine.state is VisitState.HELD


async def test_a_hold_runs_out_by_itself(
    database: Database, keyring: Keyring, clock: Clock
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await keep(session, world, keyring)
    at_hand = means(clock, keyring, FakeGateway())
    later = NOON + 10 * MINUTE
    assert await sweeps.expire_holds(database, now=later, means=at_hand) == 1
    async with database.read() as session:
        assert await claims(session) == {}


async def test_two_windows_of_one_account_never_hold_two_slots(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)

    async def choose(start: datetime) -> None:
        async with database.write() as session:
            await keep(session, world, keyring, span=at(start))

    await asyncio.gather(*(choose(TEN + n * HALF) for n in range(6)))
    async with database.read() as session:
        states = [state for _start, state in await all_visits(session)]
        assert states.count(VisitState.HELD) == 1
        assert states.count(VisitState.EXPIRED) == 5
        assert (await claims(session))[f"prisoner:{world.prisoner.id}"] == 5


async def test_asking_takes_the_place_of_what_was_held_while_choosing(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, visits_per_week=1)
        later = TEN + timedelta(days=2)
        await keep(session, world, keyring, span=at(later))
        place = Place(
            terminal_id=world.terminal.id, kiosk_id=world.kiosk.id, span=at(later)
        )
        visit = await requests.submit(
            session,
            ranked=[place],
            keyring=keyring,
            by=scheduler(world),
            now=NOON,
            **wish(world),
        )
        assert (visit.state, visit.starts_at) == (VisitState.REQUESTED, later)
        # What is asked for is no hold of theirs any more.
        assert await choosing.kept(session, by=scheduler(world), now=NOON) is None


async def test_what_is_offered_to_a_waiting_family_is_nobodys_choice(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        here = await queue.queue(session)
        one = await queue.family(session, here, keyring)
        account = await make.account(session, Role.SCHEDULER)
        by = Actor.account(account.id, Role.SCHEDULER)
        visit = await booking.hold(
            session,
            prison_id=here.prison.id,
            terminal_id=here.terminal.id,
            span=at(TEN),
            kind=VisitKind.FAMILY,
            prisoner_id=one.prisoner.id,
            visitor_ids=[one.visitor.id],
            keyring=keyring,
            by=by,
            now=NOON,
        )
        session.add(
            Offer(
                reference="offer",
                entry_id=one.entry.id,
                visit_id=visit.id,
                made_at=NOON,
                expires_at=NOON + timedelta(hours=2),
            )
        )
        await session.flush()
        await choosing.make_way(session, [], by=by, now=NOON)
        assert await choosing.kept(session, by=by, now=NOON) is None
        assert visit.state is VisitState.HELD
