"""What time does to visits and records: holds run out, visits are missed or left open.

Each sweep may run late, twice, or on several nodes at once without harm: it looks for
what is due, and then changes each thing in a small transaction of its own, unless
somebody else was quicker.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import tuple_
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import each, keeping, notices, overdue
from scheduler.means import Means
from visitation import attempts, audit, calls, devices, messages, runs, visits
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry, AuditSeal
from visitation.calls import Presence
from visitation.database import Database, is_conflict
from visitation.devices.tables import IdempotencyKey, LoginSession, PairingCode
from visitation.filing import drafts
from visitation.lifecycle import OCCUPYING, IllegalMove, VisitAction, VisitState
from visitation.messages import DeliveryEvent
from visitation.timespan import Timespan
from visitation.visits import Claim, Participant, Visit
from visitation.wording import Template
from visitation.words import SIDES, Outcome, Part, Side

BATCH = 200
SEALS = 1000
#: How many past claims are deleted in one transaction.
CLAIMS = 2000


async def expire_holds(database: Database, *, now: datetime, means: Means) -> int:
    """Give back what was held or requested and not booked in time.

    A family whose request nobody decided is told; who only looked at a slot is not.
    """
    async with database.read() as session:
        rows = await session.exec(
            select(Visit.id)
            .where(
                col(Visit.state).in_([VisitState.HELD, VisitState.REQUESTED]),
                col(Visit.hold_until) <= now,
            )
            .order_by(col(Visit.hold_until))
            .limit(BATCH)
        )
        due = rows.all()

    async def expire(session: AsyncSession, visit: Visit) -> None:
        was_requested = visit.state is VisitState.REQUESTED
        await visits.move(session, visit, VisitAction.EXPIRE, by=SYSTEM, now=now)
        await visits.release(session, visit_id=visit.id)
        await visits.give_back(session, visit, by=SYSTEM, now=now)
        if was_requested:
            await messages.discard(session, visit_id=visit.id)
            await notices.tell(session, visit, Template.EXPIRED, now=now)

    return await _each(database, due, expire)


async def settle_missed(database: Database, *, now: datetime, means: Means) -> int:
    """Settle booked visits whose time and grace are over and that nobody started.

    Who was absent is read from who was ticked as arrived or was in the waiting room.
    If both sides were there, it is no missed visit but one that staff must explain.
    """

    async def settle(session: AsyncSession, visit: Visit) -> None:
        outcome = absent(await visits.participants(session, visit.id))
        if outcome is None:
            await _abandon(session, visit, now)
            return
        await visits.move(
            session,
            visit,
            VisitAction.MISS,
            by=SYSTEM,
            now=now,
            facts={"outcome": outcome.value},
            outcome=outcome,
        )
        if visits.refunds(outcome):
            await visits.give_back(session, visit, by=SYSTEM, now=now)
        await _let_go(session, visit)

    due = await _over(database, VisitState.BOOKED, now)
    return await _each(database, due, settle)


async def flag_unclosed(database: Database, *, now: datetime, means: Means) -> int:
    """Make a work item of live visits long past their end that nobody closed."""

    async def flag(session: AsyncSession, visit: Visit) -> None:
        await _abandon(session, visit, now)

    due = await _over(database, VisitState.LIVE, now - overdue.PATIENCE)
    return await _each(database, due, flag)


async def seal_audit(database: Database, *, now: datetime, means: Means) -> int:
    """Seal new audit entries into the chain."""
    async with database.read() as session:
        entries = (await session.exec(select(func.max(AuditEntry.id)))).one()
        sealed = (await session.exec(select(func.max(AuditSeal.entry_id)))).one()
    if entries == sealed:
        return 0
    try:
        async with database.write() as session:
            return await audit.seal(session, limit=SEALS)
    except IntegrityError as error:
        # Another process sealed the same entries; the next turn sees it.
        if not is_conflict(error):
            raise
        return 0


async def wipe_codes(database: Database, *, now: datetime, means: Means) -> int:
    """Forget the join codes of visits that are over, however they ended."""
    over = (
        col(Participant.code_sealed).is_not(None),
        col(Participant.visit_id).in_(
            select(Visit.id).where(col(Visit.state).not_in(OCCUPYING))
        ),
    )
    async with database.read() as session:
        if (await session.exec(select(Participant.id).where(*over))).first() is None:
            return 0
    async with database.write() as session:
        wiped = await session.exec(
            update(Participant)
            .where(*over)
            .values(code_sealed=None, code_fingerprint=None)
            .execution_options(synchronize_session=False)
        )
        return wiped.rowcount


async def forget(database: Database, *, now: datetime, means: Means) -> int:
    """Delete ended sessions, old answers to programs, old codes and past claims.

    And what gateways told long ago, attempts that no limit looks at, what nodes ran
    that are no more, and requests that nobody came back to write.
    """
    past = Timespan(now - keeping.PAST_CLAIMS, now).quanta().start
    forgotten = 0
    for table, condition in (
        (LoginSession, col(LoginSession.expires_at) <= now - keeping.ENDED_SESSIONS),
        (IdempotencyKey, col(IdempotencyKey.created_at) <= now - keeping.IDEMPOTENCY),
        (PairingCode, col(PairingCode.expires_at) <= now),
        (DeliveryEvent, col(DeliveryEvent.received_at) <= now - keeping.TOLD),
    ):
        async with database.write() as session:
            deleted = await session.exec(delete(table).where(condition))
            forgotten += deleted.rowcount
    async with database.write() as session:
        forgotten += await devices.forget_challenges(session, now=now)
        forgotten += await attempts.forget_past(session, now=now)
        forgotten += await drafts.forget(session, now=now)
        forgotten += await runs.forget(session, before=now - keeping.SILENT_NODES)
    return forgotten + await _forget_claims(database, past)


async def _forget_claims(database: Database, before: int) -> int:
    """Delete a few at a time: a visit has twenty, and meanwhile others book.

    They are looked for in the order of the key, from end to end, which takes no lock.
    """
    key = tuple_(col(Claim.resource), col(Claim.quantum))
    query = (
        select(Claim.resource, Claim.quantum)
        .where(col(Claim.quantum) < before)
        .order_by(col(Claim.resource), col(Claim.quantum))
        .limit(CLAIMS)
    )
    forgotten, last = 0, ("", 0)
    while True:
        async with database.read() as session:
            past = (await session.exec(query.where(key > last))).all()
        if not past:
            return forgotten
        async with database.write() as session:
            gone = await session.exec(
                delete(Claim)
                .where(key.in_(past))
                .execution_options(synchronize_session=False)
            )
        forgotten, last = forgotten + gone.rowcount, past[-1]


def absent(participants: Iterable[Participant]) -> Outcome | None:
    """How a visit was missed, by who came; None if both sides came."""
    everybody = tuple(participants)
    there = {SIDES[p.part] for p in everybody if p.arrived_at or p.identified_at}
    family = {Side.FAMILY, Side.OFFICIAL} & there
    if any(p.part is Part.VISITOR for p in everybody):
        family = {Side.FAMILY} & there
    match (Side.PRISON in there, bool(family)):
        case (False, False):
            return Outcome.NOBODY_CAME
        case (False, True):
            return Outcome.PRISONER_ABSENT
        case (True, False):
            return Outcome.FAMILY_ABSENT
        case _:
            return None


Change = Callable[[AsyncSession, Visit], Awaitable[None]]


async def _each(database: Database, due: Sequence[int], change: Change) -> int:
    async def change_one(session: AsyncSession, visit_id: int) -> bool:
        await change(session, await session.get_one(Visit, visit_id))
        return True

    overtaken = (IllegalMove, visits.Overtaken)
    return await each.changed(database, due, change_one, overtaken=overtaken)


async def _over(database: Database, state: VisitState, now: datetime) -> Sequence[int]:
    """The visits in a state whose end and grace have passed."""
    async with database.read() as session:
        due = await overdue.over(session, state, now=now, limit=BATCH)
    return [visit_id for _since, visit_id in due]


async def _abandon(session: AsyncSession, visit: Visit, now: datetime) -> None:
    await calls.went_down(session, visit, now=now)
    last_seen = await session.exec(
        select(func.max(Presence.left_at)).where(Presence.visit_id == visit.id)
    )
    await visits.move(
        session,
        visit,
        VisitAction.ABANDON,
        by=SYSTEM,
        now=now,
        ended_at=last_seen.one() or visit.ends_at,
    )
    await _let_go(session, visit)


async def _let_go(session: AsyncSession, visit: Visit) -> None:
    await visits.release(session, visit_id=visit.id)
    await messages.discard(session, visit_id=visit.id)
    await visits.wipe(session, visit_id=visit.id)
