"""Ranked wishes: the first that is possible is taken, at once or on approval."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import deciding, requests
from scheduler.booking import Refused
from scheduler.proposals import Refusal
from scheduler.ranked import Place
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.scheduler.test_booking import TEN, at, somebody_else, wish
from visitation import visits
from visitation.audit import Actor
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.words import Approval, Asker, Role

HALF = timedelta(minutes=30)
LATER = TEN + timedelta(days=2)
CLERK = Actor(key="account:2", role=Role.CLERK)


async def ask(
    session: AsyncSession, world: World, keyring: Keyring, *starts: Any, **more: Any
) -> Visit:
    seats = {"terminal_id": world.terminal.id, "kiosk_id": world.kiosk.id}
    return await requests.ask(
        session,
        ranked=[Place(span=at(start), **seats) for start in starts],
        keyring=keyring,
        by=CLERK,
        now=NOON,
        **wish(world, asked_by=Asker.FAMILY, **more),
    )


@pytest.mark.parametrize("approval", list(Approval))
async def test_the_first_wish_that_is_possible_is_booked_or_held(
    database: Database, keyring: Keyring, approval: Approval
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, approval=approval)
        await somebody_else(session, world, keyring, LATER)
        visit = await ask(session, world, keyring, LATER, LATER + HALF)
    asked = approval is Approval.REQUIRED
    state = VisitState.REQUESTED if asked else VisitState.BOOKED
    assert (visit.state, visit.starts_at) == (state, LATER + HALF)


async def test_where_no_wish_is_possible_the_best_one_says_why(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await somebody_else(session, world, keyring, LATER)
        with pytest.raises(Refused) as refused:
            await ask(session, world, keyring, LATER, TEN)
        assert refused.value.reasons == (Refusal.TERMINAL_TAKEN,)
        # The other is nearer than a family may ask for.
        with pytest.raises(Refused) as refused:
            await ask(session, world, keyring, TEN)
        assert refused.value.reasons == (Refusal.TOO_SOON,)


async def test_a_family_overrides_nothing_whatever_is_stated(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        with pytest.raises(Refused):
            await ask(session, world, keyring, TEN, override_reason="بیماری")


async def test_the_best_that_is_possible_by_now_may_be_better_than_what_is_held(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, approval=Approval.REQUIRED)
        await somebody_else(session, world, keyring, LATER)
        visit = await ask(session, world, keyring, LATER, LATER + HALF)
        assert await deciding.best(session, visit, now=NOON) == 2
        # Whoever had the first time is gone; a day after, nothing is possible.
        other = await session.get_one(Visit, visit.id - 1)
        await visits.release(session, visit_id=other.id)
        assert await deciding.best(session, visit, now=NOON) == 1
        after = LATER + timedelta(days=1)
        assert await deciding.best(session, visit, now=after) is None
