"""Whose visit the prison cancels stands in line again, where it stood before."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from scheduler import booking, cancelling, series, sweeps
from scheduler import waiting as sweeping
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler import queue
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.queue import DAY, DAYS, Family, Queue
from visitation import visits, waiting
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Prisoner
from visitation.visits import Series, Visit
from visitation.waiting import Days, WaitingEntry
from visitation.words import Outcome, WaitingState


async def placed(
    database: Database, keyring: Keyring, **wishes: Any
) -> tuple[Queue, Family, Visit]:
    """A family that a plan gave a visit."""
    async with database.write() as session:
        here = await queue.queue(session)
        one = await queue.family(session, here, keyring, **wishes)
        visit = await queue.book(session, here, one, keyring)
        await waiting.shift(
            session,
            one.entry,
            WaitingState.PLACED,
            by=SYSTEM,
            now=NOON,
            visit_id=visit.id,
        )
    return here, one, visit


async def cancel(
    database: Database,
    visit: Visit,
    *,
    outcome: Outcome = Outcome.CANCELLED_BY_PRISON,
    back_in_line: bool = True,
    now: Any = NOON,
) -> WaitingEntry | None:
    async with database.write() as session:
        return await cancelling.cancel(
            session,
            visit=await visits.by_reference(session, visit.reference),
            outcome=outcome,
            reason="تعمیر",
            back_in_line=back_in_line,
            by=SYSTEM,
            now=now,
        )


async def test_a_family_is_back_in_line_with_the_standing_it_had(
    database: Database, keyring: Keyring
) -> None:
    here, one, visit = await placed(database, keyring, joined=NOON - timedelta(days=40))
    async with database.write() as session:
        await queue.family(session, here, keyring, joined=NOON - timedelta(days=9))

    entry = await cancel(database, visit)

    assert entry is not None
    async with database.read() as session:
        line = await waiting.line(session, here.prison.id, now=NOON)
    assert next((w.entry.id, w.waited_days) for w in line) == (one.entry.id, 40)
    assert len(line) == 2


@pytest.mark.parametrize(
    ("outcome", "back_in_line"),
    [
        (Outcome.CANCELLED_BY_FAMILY, True),
        (Outcome.CANCELLED_BY_PRISON, False),
    ],
)
async def test_who_cancels_or_does_not_want_it_is_not_put_back(
    sqlite: Database, keyring: Keyring, outcome: Outcome, back_in_line: bool
) -> None:
    _here, one, visit = await placed(sqlite, keyring)

    entry = await cancel(sqlite, visit, outcome=outcome, back_in_line=back_in_line)

    assert entry is None
    async with sqlite.read() as session:
        kept = await session.get_one(WaitingEntry, one.entry.id)
        again = await session.get_one(Visit, visit.id)
    assert (kept.state, again.state) == (WaitingState.PLACED, VisitState.CANCELLED)


async def test_nobody_is_put_back_in_a_line_that_leads_nowhere(
    sqlite: Database, keyring: Keyring
) -> None:
    here, one, visit = await placed(sqlite, keyring, days=Days(first=DAY, last=DAY))
    async with sqlite.write() as session:
        stored = await session.get_one(Visit, visit.id)
        over = NOON + timedelta(days=2)
        assert await cancelling.line_of(session, stored, now=NOON) is not None
        assert await cancelling.line_of(session, stored, now=over) is None
        anew = await waiting.join(
            session,
            prisoner_id=one.prisoner.id,
            visitor_ids=[one.visitor.id],
            days=DAYS,
            points=[here.point.id],
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )
        assert await cancelling.line_of(session, stored, now=NOON) is None
        await waiting.withdraw(session, anew, by=SYSTEM, now=NOON)
        prisoner = await session.get_one(Prisoner, one.prisoner.id)
        prisoner.released_at = NOON
        session.add(prisoner)
        await session.flush()
        assert await cancelling.line_of(session, stored, now=NOON) is None


async def test_a_family_is_back_in_line_when_its_standing_visit_ends(
    sqlite: Database, keyring: Keyring
) -> None:
    _here, one, visit = await placed(sqlite, keyring)
    async with sqlite.write() as session:
        visit = await visits.by_reference(session, visit.reference)
        await series.repeat(
            session,
            visit,
            every_weeks=1,
            times=1,
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )
        await series.end_series(
            session,
            await session.get_one(Series, visit.series_id),
            after=NOON,
            outcome=Outcome.CANCELLED_BY_PRISON,
            reason="تعمیر",
            by=SYSTEM,
            now=NOON,
        )
        kept = await session.get_one(WaitingEntry, one.entry.id)
        assert kept.state is WaitingState.WAITING


async def test_a_visit_nobody_waited_for_has_no_line(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        here = await queue.queue(session)
        one = await queue.family(session, here, keyring)
        visit = await queue.book(session, here, one, keyring)
    assert await cancel(sqlite, visit) is None


async def test_the_slot_that_was_cancelled_is_not_offered_to_the_same_family(
    database: Database, keyring: Keyring, clock: Clock
) -> None:
    here, one, visit = await placed(database, keyring)
    await cancel(database, visit)
    tools = means(clock, keyring, FakeGateway())

    assert await sweeping.offer_freed(database, now=NOON, means=tools) == 0

    async with database.write() as session:
        other = await queue.family(session, here, keyring)
    assert await sweeping.offer_freed(database, now=NOON, means=tools) == 1
    async with database.read() as session:
        states = [
            (await session.get_one(WaitingEntry, family.entry.id)).state
            for family in (one, other)
        ]
    assert states == [WaitingState.WAITING, WaitingState.OFFERED]
    later = NOON + timedelta(hours=3)
    await sweeps.expire_holds(database, now=later, means=tools)


async def test_what_cannot_be_cancelled_puts_nobody_back(
    sqlite: Database, keyring: Keyring
) -> None:
    _here, one, visit = await placed(sqlite, keyring)
    with pytest.raises(VisitationError):
        await cancel(sqlite, visit, outcome=Outcome.COMPLETED)
    async with sqlite.read() as session:
        kept = await session.get_one(WaitingEntry, one.entry.id)
    assert kept.state is WaitingState.PLACED


@pytest.mark.parametrize(
    ("outcome", "before", "facts"),
    [
        (
            Outcome.CANCELLED_BY_FAMILY,
            timedelta(minutes=119),
            {"outcome": "cancelled_by_family", "late": True},
        ),
        (
            Outcome.CANCELLED_BY_FAMILY,
            timedelta(minutes=120),
            {"outcome": "cancelled_by_family"},
        ),
        (
            Outcome.CANCELLED_BY_PRISON,
            timedelta(minutes=5),
            {"outcome": "cancelled_by_prison"},
        ),
    ],
)
async def test_a_family_that_cancels_late_is_marked_so(
    sqlite: Database,
    keyring: Keyring,
    outcome: Outcome,
    before: timedelta,
    facts: dict[str, Any],
) -> None:
    async with sqlite.write() as session:
        here = await queue.queue(session)
        one = await queue.family(session, here, keyring)
        visit = await queue.book(session, here, one, keyring)
        await booking.cancel(
            session,
            visit=visit,
            outcome=outcome,
            reason="سفر",
            by=SYSTEM,
            now=visit.starts_at - before,
        )
        rows = await session.exec(
            select(AuditEntry).where(AuditEntry.action == "visit_cancel")
        )
        assert [entry.facts for entry in rows.all()] == [facts]
