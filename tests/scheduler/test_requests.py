"""Requests: a place is held while somebody decides, and one decision is carried out."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, deciding, requests, sweeps
from scheduler.booking import Refused
from scheduler.deciding import NoSuchWish
from scheduler.proposals import Refusal
from scheduler.ranked import Place
from scheduler.requests import TooLateToAsk
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.make import World
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_booking import BY, TEN, at, claims, somebody_else, wish
from visitation import visits
from visitation.audit import Actor
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.lifecycle import IllegalMove, VisitState
from visitation.messages import Message
from visitation.people import Scope
from visitation.visits import Overtaken, RankedWish, Visit
from visitation.wording import Template
from visitation.words import Approval, Role

CLERK = Actor(key="account:2", role=Role.CLERK)
HALF = timedelta(minutes=30)
#: Three days ahead at 10:00 in Tehran.
LATER = TEN + timedelta(days=2)


def places(world: World, *starts: Any) -> list[Place]:
    return [
        Place(terminal_id=world.terminal.id, kiosk_id=world.kiosk.id, span=at(start))
        for start in starts
    ]


async def submit(
    session: AsyncSession, world: World, keyring: Keyring, *starts: Any, **more: Any
) -> Visit:
    ranked = places(world, *(starts or (LATER, LATER + HALF, LATER + 2 * HALF)))
    now = more.pop("now", NOON)
    return await requests.submit(
        session,
        ranked=ranked,
        keyring=keyring,
        by=CLERK,
        now=now,
        **wish(world, **more),
    )


async def said(session: AsyncSession) -> list[Template]:
    rows = await session.exec(select(Message).order_by(Message.id))
    return [message.template for message in rows]


async def test_a_request_holds_its_best_place_and_the_family_is_told(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await submit(session, world, keyring)
    async with database.read() as session:
        stored = await visits.by_reference(session, visit.reference)
        assert (stored.state, stored.starts_at) == (VisitState.REQUESTED, LATER)
        # A half day before its time, though it might wait three days.
        assert stored.hold_until == LATER - timedelta(hours=12)
        assert (await claims(session)).keys() == {
            f"kiosk:{world.kiosk.id}",
            f"prisoner:{world.prisoner.id}",
            f"terminal:{world.terminal.id}",
            f"visitor:{world.visitor.id}",
        }
        assert await said(session) == [Template.REQUESTED]
        ranked = (await session.exec(select(RankedWish))).all()
        assert [(one.rank, one.starts_at) for one in ranked] == [
            (1, LATER),
            (2, LATER + HALF),
            (3, LATER + 2 * HALF),
        ]
        codes = [
            visits.code_of(one, keyring=keyring)
            for one in await visits.participants(session, stored.id)
        ]
        assert codes == [None, None]


async def test_where_the_best_place_is_taken_the_next_one_is_held(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await somebody_else(session, world, keyring, LATER)
        visit = await submit(session, world, keyring)
        offered = await deciding.options(session, visit, now=NOON)
    assert visit.starts_at == LATER + HALF
    assert [(one.rank, one.held, one.reasons) for one in offered] == [
        (1, False, (Refusal.TERMINAL_TAKEN,)),
        (2, True, ()),
        (3, False, ()),
    ]


async def test_what_no_rule_allows_is_refused_with_the_reasons_of_the_best(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        with pytest.raises(Refused) as refused:
            await submit(
                session,
                world,
                keyring,
                LATER + timedelta(minutes=10),
                LATER + timedelta(minutes=20),
            )
        assert refused.value.reasons == (Refusal.NOT_A_SLOT,)
        with pytest.raises(Invalid):
            await submit(session, world, keyring, *[LATER] * 2)
        assert (await session.exec(select(Visit))).all() == []


async def test_nobody_can_ask_for_what_could_not_be_decided_in_time(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, decide_minutes=22 * 60)
        with pytest.raises(TooLateToAsk):
            await submit(session, world, keyring, TEN)


async def test_an_approved_request_is_booked_with_codes(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await submit(session, world, keyring)
        held = await claims(session)
        await deciding.approve(session, visit, keyring=keyring, by=BY, now=NOON)
    async with database.read() as session:
        stored = await visits.by_reference(session, visit.reference)
        assert (stored.state, stored.starts_at) == (VisitState.BOOKED, LATER)
        assert stored.hold_until is None
        assert await claims(session) == held
        codes = [
            visits.code_of(one, keyring=keyring)
            for one in await visits.participants(session, stored.id)
        ]
        assert [code and len(code) for code in codes] == [None, 6]
        assert await said(session) == [Template.REQUESTED, Template.BOOKED]


async def test_another_wish_can_be_granted_in_one_step(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await submit(session, world, keyring)
        with pytest.raises(NoSuchWish):
            await deciding.approve(
                session, visit, rank=4, keyring=keyring, by=BY, now=NOON
            )
        await deciding.approve(session, visit, rank=3, keyring=keyring, by=BY, now=NOON)
        # The first place is free again.
        await booking.book(
            session, keyring=keyring, by=BY, now=NOON, **wish(world, span=at(LATER))
        )
    async with database.read() as session:
        stored = await visits.by_reference(session, visit.reference)
        assert (stored.state, stored.starts_at, stored.booked_end_at) == (
            VisitState.BOOKED,
            LATER + 2 * HALF,
            at(LATER + 2 * HALF).end,
        )


async def test_a_wish_that_was_taken_meanwhile_is_not_granted_and_nothing_changes(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, visits_per_week=5)
        visit = await submit(session, world, keyring)
        await booking.book(
            session,
            keyring=keyring,
            by=BY,
            now=NOON,
            **wish(world, span=at(LATER + HALF)),
        )
        before = await claims(session)
        with pytest.raises(Refused) as refused:
            await deciding.approve(
                session, visit, rank=2, keyring=keyring, by=BY, now=NOON
            )
        assert Refusal.TERMINAL_TAKEN in refused.value.reasons
        assert (visit.state, visit.starts_at) == (VisitState.REQUESTED, LATER)
        assert await claims(session) == before


async def test_a_declined_request_frees_its_place_and_says_so(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await submit(session, world, keyring)
        with pytest.raises(Invalid):
            await deciding.decline(session, visit, reason=" ", by=BY, now=NOON)
        await deciding.decline(session, visit, reason="سند ناقص", by=BY, now=NOON)
        with pytest.raises(IllegalMove):
            await deciding.approve(session, visit, keyring=keyring, by=BY, now=NOON)
    async with database.read() as session:
        stored = await visits.by_reference(session, visit.reference)
        assert (stored.state, stored.outcome_reason) == (
            VisitState.DECLINED,
            "سند ناقص",
        )
        assert await claims(session) == {}
        assert await said(session) == [Template.REQUESTED, Template.DECLINED]


async def test_what_nobody_decided_expires_and_the_family_is_told(
    database: Database, keyring: Keyring, clock: Clock
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await submit(session, world, keyring)
        assert visit.hold_until is not None
        now = visit.hold_until
    at_hand = means(clock, keyring, FakeGateway())
    early = now - timedelta(seconds=1)
    assert await sweeps.expire_holds(database, now=early, means=at_hand) == 0
    assert await sweeps.expire_holds(database, now=now, means=at_hand) == 1
    async with database.read() as session:
        stored = await visits.by_reference(session, visit.reference)
        assert stored.state is VisitState.EXPIRED
        assert await claims(session) == {}
        assert await said(session) == [Template.REQUESTED, Template.EXPIRED]


@pytest.mark.parametrize(
    ("by", "approval", "state"),
    [
        (CLERK, Approval.REQUIRED, VisitState.REQUESTED),
        (CLERK, Approval.NONE, VisitState.BOOKED),
        (BY, Approval.REQUIRED, VisitState.BOOKED),
    ],
)
async def test_a_prison_that_looks_at_wishes_makes_a_clerks_booking_a_request(
    sqlite: Database,
    keyring: Keyring,
    by: Actor,
    approval: Approval,
    state: VisitState,
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, approval=approval)
        visit = await requests.ask(
            session,
            ranked=places(world, LATER),
            keyring=keyring,
            by=by,
            now=NOON,
            **wish(world),
        )
    assert visit.state is state


async def test_requests_wait_in_the_order_of_the_time_that_is_left(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        later = await submit(session, world, keyring, LATER + timedelta(hours=3))
        sooner = await submit(session, world, keyring, LATER)
        elsewhere = await make.prison(session)
        mine = Scope(sites=frozenset({world.prison.id}))
        other = Scope(sites=frozenset({elsewhere.id}))
        assert [v.id for v in await deciding.waiting(session, scope=mine)] == [
            sooner.id,
            later.id,
        ]
        assert await deciding.waiting(session, scope=other) == []


async def test_of_two_who_decide_at_once_one_is_overtaken(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await submit(session, world, keyring)

    async def approve() -> str:
        async with database.write() as session:
            mine = await visits.by_reference(session, visit.reference)
            await deciding.approve(
                session, mine, rank=2, keyring=keyring, by=BY, now=NOON
            )
        return "approved"

    async def decline() -> str:
        async with database.write() as session:
            mine = await visits.by_reference(session, visit.reference)
            await deciding.decline(session, mine, reason="نه", by=BY, now=NOON)
        return "declined"

    results = await asyncio.gather(
        approve(), decline(), approve(), decline(), return_exceptions=True
    )
    done = [one for one in results if isinstance(one, str)]
    assert len(done) == 1
    assert all(isinstance(r, str | IllegalMove | Overtaken) for r in results)
    async with database.read() as session:
        stored = await visits.by_reference(session, visit.reference)
        kept = await claims(session)
    expected = VisitState.BOOKED if done == ["approved"] else VisitState.DECLINED
    assert stored.state is expected
    assert bool(kept) is (done == ["approved"])
