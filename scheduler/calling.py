"""The call list: whom no message reached, with the number to ring and what to say.

A line stands at the visit's service point, or at its prison where it has none. It is
done when somebody was told or the number is wrong, may be taken back for a while, and
is given up once it is too late to help, or closed when the message arrives after all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, func
from sqlmodel import col, exists, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.standing import first_key
from visitation import audit, calls
from visitation.audit import Actor
from visitation.errors import NotFound, VisitationError
from visitation.lifecycle import ParticipantState
from visitation.messages import CallTask, Message
from visitation.people import Account, Scope, Visitor
from visitation.places import Site
from visitation.visits import Participant, Visit
from visitation.wording import WORDINGS
from visitation.words import CallOutcome

#: How long what was ticked may be taken back.
UNDO = timedelta(minutes=10)
#: Somebody has not come since the line was written, and is not in the call.
_MISSING = (
    or_(
        col(Participant.arrived_at).is_(None),
        col(Participant.arrived_at) <= col(CallTask.created_at),
    ),
    or_(col(Participant.joined_at).is_(None), col(Participant.left_at).is_not(None)),
)
#: What a person may say of a call.
SAID = (CallOutcome.TOLD, CallOutcome.NO_ANSWER, CallOutcome.WRONG_NUMBER)


class AlreadyRung(VisitationError):
    """The line is not open any more, or can no longer be taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Somebody to ring.

    Attributes:
        message: what did not arrive; None if it is not kept any more.
        point: where the line stands.
    """

    task: CallTask
    visitor: Visitor | None
    official: Account | None
    message: Message | None
    participant: Participant
    visit: Visit
    point: str

    @property
    def name(self) -> str:
        """Whom it is about."""
        person = self.visitor or self.official
        return person.name if person else ""

    @property
    def phone(self) -> str | None:
        """Their own number, if they have one."""
        person = self.visitor or self.official
        return person.phone if person else None

    @property
    def helper(self) -> str | None:
        """The number of whoever helps them, if there is one."""
        return self.visitor.helper_phone if self.visitor else None


async def ask(
    session: AsyncSession, message: Message, visit: Visit, *, now: datetime
) -> bool:
    """Put whoever a message did not reach on the call list; False without a number."""
    assert message.participant_id is not None
    rows = await session.exec(
        select(CallTask).where(
            CallTask.visit_id == visit.id,
            CallTask.participant_id == message.participant_id,
            CallTask.template == message.template,
        )
    )
    # The same may have been said of an earlier time of the visit.
    task = rows.first() or CallTask(
        visit_id=visit.id,
        participant_id=message.participant_id,
        template=message.template,
        site_id=visit.prison_id,
        created_at=now,
        due_by=message.expires_at,
    )
    task.site_id = visit.point_id or visit.prison_id
    task.message_id = message.id
    task.created_at, task.due_by = now, message.expires_at
    task.tries, task.outcome, task.done_at, task.done_by = 0, None, None, None
    session.add(task)
    await session.flush()
    return True


async def open_ones(
    session: AsyncSession, *, scope: Scope, now: datetime
) -> Sequence[Ring]:
    """The open lines within reach: those that are late first come first.

    Whoever has come since, or is in the call, need not be rung up.
    """
    return await _found(session, scope, col(CallTask.done_at).is_(None), *_MISSING)


async def just_done(
    session: AsyncSession, *, scope: Scope, now: datetime
) -> Sequence[Ring]:
    """The lines that were ticked a moment ago and may be taken back."""
    return await _found(
        session,
        scope,
        col(CallTask.done_at) > now - UNDO,
        col(CallTask.done_by).is_not(None),
    )


async def count(session: AsyncSession, *, scope: Scope) -> int:
    """How many lines are open within reach."""
    rows = await session.exec(
        select(func.count())
        .select_from(CallTask)
        .join(Site, col(Site.id) == col(CallTask.site_id))
        .join(Participant, col(Participant.id) == col(CallTask.participant_id))
        .where(col(CallTask.done_at).is_(None), scope.of_sites(), *_MISSING)
    )
    return rows.one()


async def one(session: AsyncSession, *, task_id: int, scope: Scope) -> Ring:
    """One line.

    Raises:
        NotFound: if there is none such within reach.
    """
    found = await _found(session, scope, col(CallTask.id) == task_id)
    if not found:
        raise NotFound("call")
    return found[0]


async def tick(
    session: AsyncSession,
    ring: Ring,
    outcome: CallOutcome,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Note what came of a call; who did not answer is rung again.

    Whoever was told what tells of their visit counts as told of it.

    Raises:
        AlreadyRung: if somebody else was quicker, or it was given up.
    """
    done = outcome is not CallOutcome.NO_ANSWER
    await _change(
        session,
        ring.task.id,
        col(CallTask.done_at).is_(None),
        outcome=outcome,
        tries=CallTask.tries + 1,
        done_at=now if done else None,
        done_by=by.account_id,
    )
    audit.note(
        session,
        by,
        f"ring_{outcome}",
        f"participant:{ring.participant.id}",
        now=now,
        visit_id=ring.visit.id,
        template=ring.task.template.value,
    )
    if outcome is CallOutcome.TOLD and WORDINGS[ring.task.template].tells:
        await calls.tick(
            session, ring.participant, ParticipantState.TOLD, by=by, now=now
        )


async def undo(session: AsyncSession, ring: Ring, *, by: Actor, now: datetime) -> None:
    """Open a line again that was ticked a moment ago.

    Raises:
        AlreadyRung: if it is open, or was ticked too long ago.
    """
    was = ring.task.outcome
    await _change(
        session,
        ring.task.id,
        col(CallTask.done_at) > now - UNDO,
        col(CallTask.done_by).is_not(None),
        outcome=None,
        done_at=None,
        done_by=None,
    )
    audit.note(
        session,
        by,
        "ring_undone",
        f"participant:{ring.participant.id}",
        now=now,
        visit_id=ring.visit.id,
        template=ring.task.template.value,
    )
    if was is CallOutcome.TOLD and ring.participant.told_at == ring.task.done_at:
        await calls.not_told(session, ring.participant, by=by, now=now)


async def give_up(session: AsyncSession, *, now: datetime) -> int:
    """Close the lines that it is too late for; of whoever has come nothing is said."""
    missing = exists().where(col(Participant.id) == CallTask.participant_id, *_MISSING)
    closed = await session.exec(
        update(CallTask)
        .where(col(CallTask.done_at).is_(None), col(CallTask.due_by) <= now, missing)
        .values(outcome=CallOutcome.TOO_LATE, done_at=now)
        .returning(col(CallTask.visit_id), col(CallTask.participant_id))
        .execution_options(synchronize_session=False)
    )
    given_up = closed.all()
    for visit_id, participant_id in given_up:
        audit.note(
            session,
            audit.SYSTEM,
            f"ring_{CallOutcome.TOO_LATE}",
            f"participant:{participant_id}",
            now=now,
            visit_id=visit_id,
        )
    return len(given_up)


async def arrived(session: AsyncSession, message: Message, *, now: datetime) -> None:
    """Close the line of somebody whom a message reached after all: they know."""
    if message.visit_id is None:
        return
    rows = await session.exec(
        select(CallTask.id, Participant, Message)
        .join(Participant, col(Participant.id) == col(CallTask.participant_id))
        .join(Message, col(Message.id) == col(CallTask.message_id))
        .where(
            CallTask.visit_id == message.visit_id,
            CallTask.participant_id == message.participant_id,
            CallTask.template == message.template,
            col(CallTask.done_at).is_(None),
        )
    )
    for number, participant, lost in rows.all():
        if first_key(lost) == first_key(message):
            await _knows(session, number, participant, message, now=now)


async def _knows(
    session: AsyncSession,
    task_id: int,
    participant: Participant,
    message: Message,
    *,
    now: datetime,
) -> None:
    still_open = col(CallTask.done_at).is_(None)
    outcome = CallOutcome.ARRIVED
    try:
        await _change(session, task_id, still_open, outcome=outcome, done_at=now)
    except AlreadyRung:
        return
    audit.note(
        session,
        audit.SYSTEM,
        f"ring_{outcome}",
        f"participant:{participant.id}",
        now=now,
        visit_id=message.visit_id,
        template=message.template.value,
    )
    if WORDINGS[message.template].tells:
        told = ParticipantState.TOLD
        await calls.tick(session, participant, told, by=audit.SYSTEM, now=now)


async def _change(
    session: AsyncSession, task_id: int, *only: ColumnElement[bool], **to: object
) -> None:
    changed = await session.exec(
        update(CallTask)
        .where(col(CallTask.id) == task_id, *only)
        .values(**to)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount == 0:
        raise AlreadyRung


async def _found(
    session: AsyncSession, scope: Scope, *only: ColumnElement[bool]
) -> Sequence[Ring]:
    rows = await session.exec(
        select(CallTask, Participant, Visit, Site)
        .join(Site, col(Site.id) == col(CallTask.site_id))
        .join(Participant, col(Participant.id) == col(CallTask.participant_id))
        .join(Visit, col(Visit.id) == col(CallTask.visit_id))
        .where(scope.of_sites(), *only)
        .order_by(col(CallTask.due_by), col(CallTask.id))
    )
    found = rows.all()
    people = [participant for _task, participant, *_where in found]
    visitors = await _by_id(session, Visitor, [one.visitor_id for one in people])
    officials = await _by_id(session, Account, [one.account_id for one in people])
    said = await _by_id(session, Message, [task.message_id for task, *_who in found])
    return [
        Ring(
            task=task,
            visitor=visitors.get(participant.visitor_id),
            official=officials.get(participant.account_id),
            message=said.get(task.message_id),
            participant=participant,
            visit=visit,
            point=site.name,
        )
        for task, participant, visit, site in found
    ]


Row = TypeVar("Row", Visitor, Account, Message)


async def _by_id(
    session: AsyncSession, table: type[Row], ids: Sequence[int | None]
) -> dict[int | None, Row]:
    rows = await session.exec(select(table).where(col(table.id).in_(set(ids))))
    return {row.id: row for row in rows.all()}
