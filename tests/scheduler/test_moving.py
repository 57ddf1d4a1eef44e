"""Moving and cancelling: the whole thing, or a refusal; codes stay, slots are free."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from scheduler.booking import NotMovable, Refused
from scheduler.proposals import Refusal
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.scheduler.test_booking import BY, LENGTH, TEN, at, book, claims, wish
from visitation import messages, visits
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.lifecycle import (
    IllegalMove,
    MessageState,
    ParticipantState,
    VisitState,
)
from visitation.visits import Claim, Visit
from visitation.wording import Template
from visitation.words import (
    Outcome,
)


async def move(
    session: AsyncSession, world: World, visit: Visit, start: datetime, **more: Any
) -> None:
    """Move a visit to another time at the prison's terminal."""
    await booking.move(
        session,
        visit=visit,
        terminal_id=world.terminal.id,
        span=at(start),
        by=BY,
        now=NOON,
        **({"kiosk_id": None} | more),
    )


async def test_a_moved_visit_keeps_its_codes_and_frees_its_old_slot(
    database: Database, keyring: Keyring
) -> None:
    then = TEN + timedelta(minutes=30)
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        codes = [
            visits.code_of(p, keyring=keyring)
            for p in await visits.participants(session, visit.id)
        ]
        people = await visits.participants(session, visit.id)
        people[1].state = ParticipantState.TOLD
        people[1].told_at = NOON
        await session.flush()
        await move(session, world, visit, then)
    async with database.read() as session:
        stored = await visits.by_reference(session, visit.reference)
        assert (stored.starts_at, stored.ends_at) == (then, then + LENGTH)
        assert (stored.version, stored.kiosk_id, stored.point_id) == (2, None, None)
        people = await visits.participants(session, visit.id)
        assert [visits.code_of(p, keyring=keyring) for p in people] == codes
        assert {(p.state, p.told_at) for p in people} == {
            (ParticipantState.EXPECTED, None)
        }
        rows = (await session.exec(select(Claim))).all()
        assert min(row.quantum for row in rows) == at(then).quanta().start
        assert await claims(session) == {
            f"prisoner:{world.prisoner.id}": 5,
            f"terminal:{world.terminal.id}": 6,
            f"visitor:{world.visitor.id}": 5,
        }
        told = await messages.of_visit(session, visit_id=visit.id)
        assert [(m.template, m.state) for m in told] == [
            (Template.BOOKED, MessageState.SUPPRESSED),
            (Template.MOVED, MessageState.PENDING),
        ]
        assert told[1].variables["place"] == "تلفن خودتان"


async def test_a_visit_may_move_into_its_own_time(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, visits_per_week=1)
        visit = await book(session, world, keyring)
        await move(
            session,
            world,
            visit,
            TEN + timedelta(minutes=10),
            kiosk_id=world.kiosk.id,
            override_reason="ترافیک",
        )
        assert visit.version == 2


async def test_a_stated_reason_to_move_is_kept_beside_what_was_noted(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring, note="ن" * 500)
        await move(
            session,
            world,
            visit,
            TEN + timedelta(minutes=10),
            kiosk_id=world.kiosk.id,
            override_reason="ترافیک",
        )
        assert visit.note == "ن" * (500 - 7) + "\nترافیک"


async def test_a_refused_move_changes_nothing(
    database: Database, keyring: Keyring
) -> None:
    then = TEN + timedelta(minutes=30)
    async with database.write() as session:
        world = await make.world(session)
        first = await book(session, world, keyring)
        await book(session, world, keyring, span=at(then))
    async with database.write() as session:
        before = await claims(session)
        with pytest.raises(Refused) as refusal:
            await move(session, world, first, then, kiosk_id=world.kiosk.id)
        assert refusal.value.reasons == (
            Refusal.TERMINAL_TAKEN,
            Refusal.KIOSK_TAKEN,
            Refusal.PRISONER_BUSY,
            Refusal.VISITOR_BUSY,
        )
    async with database.read() as session:
        assert await claims(session) == before
        stored = await visits.by_reference(session, first.reference)
        assert (stored.starts_at, stored.version) == (TEN, 1)


async def test_only_a_booked_visit_moves(database: Database, keyring: Keyring) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await booking.hold(
            session, keyring=keyring, by=BY, now=NOON, **wish(world)
        )
        with pytest.raises(NotMovable):
            await move(session, world, visit, TEN)


async def test_a_move_overtaken_by_another_is_told_so(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        await session.exec(
            update(Visit).values(version=2).execution_options(synchronize_session=False)
        )
        with pytest.raises(visits.Overtaken):
            await move(session, world, visit, TEN + timedelta(minutes=30))


async def test_a_cancelled_slot_is_free_again(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring, official_id=world.official.id)
        await booking.cancel(
            session,
            visit=visit,
            outcome=Outcome.CANCELLED_BY_FAMILY,
            reason="سفر",
            by=BY,
            now=NOON,
        )
        assert await claims(session) == {}
        again = await book(session, world, keyring, official_id=world.official.id)
    async with database.read() as session:
        stored = await visits.by_reference(session, visit.reference)
        assert (stored.state, stored.outcome, stored.outcome_reason) == (
            VisitState.CANCELLED,
            Outcome.CANCELLED_BY_FAMILY,
            "سفر",
        )
        people = await visits.participants(session, visit.id)
        assert {p.code_sealed for p in people} == {None}
        told = await messages.of_visit(session, visit_id=visit.id)
        assert [(m.template, m.state) for m in told] == [
            (Template.BOOKED, MessageState.SUPPRESSED),
            (Template.OFFICIAL_BOOKED, MessageState.SUPPRESSED),
            (Template.CANCELLED, MessageState.PENDING),
            (Template.OFFICIAL_CANCELLED, MessageState.PENDING),
        ]
        assert again.state is VisitState.BOOKED


@pytest.mark.parametrize(
    ("outcome", "reason", "field"),
    [
        (Outcome.COMPLETED, "سفر", "outcome"),
        (Outcome.CANCELLED_BY_FAMILY, "  ", "reason"),
    ],
)
async def test_a_cancellation_says_who_and_why(
    sqlite: Database, keyring: Keyring, outcome: Outcome, reason: str, field: str
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        with pytest.raises(Invalid) as invalid:
            await booking.cancel(
                session, visit=visit, outcome=outcome, reason=reason, by=BY, now=NOON
            )
        assert invalid.value.field == field


async def test_a_cancelled_visit_is_not_cancelled_again(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        cancelled = {
            "visit": visit,
            "outcome": Outcome.CANCELLED_BY_PRISON,
            "reason": "تعمیر",
            "by": BY,
            "now": NOON,
        }
        await booking.cancel(session, **cancelled)
        with pytest.raises(IllegalMove):
            await booking.cancel(session, **cancelled)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ((TEN + timedelta(hours=1), 1), Template.MOVED),
        ((TEN + timedelta(hours=1), 2), Template.MOVED),
        ((TEN, 2), Template.CHANGED),
        ((TEN, None), Template.CHANGED),
        # Only the seat is another: they are told once more when and where it is.
        ((TEN, 1), Template.BOOKED),
    ],
)
def test_a_family_is_told_what_is_new_for_it(
    to: tuple[datetime, int | None], said: Template
) -> None:
    assert booking.moved((TEN, 1), to) is said
