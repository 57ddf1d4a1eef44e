"""The call list: whom no message reached, with the number to ring and what to say.

A line stands at the visit's service point, or at its prison where it has none. It is
done when somebody was told or the number is wrong, may be taken back for a while, and
is given up once it is too late to help, or closed when the message arrives after all.
"""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, exists, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.rings import MISSING, UNDO, Ring
from scheduler.standing import first_key
from visitation import audit, calls
from visitation.audit import Actor
from visitation.errors import VisitationError
from visitation.lifecycle import ParticipantState
from visitation.messages import CallTask, Message
from visitation.visits import Participant, Visit
from visitation.wording import WORDINGS
from visitation.words import CallOutcome

#: What a person may say of a call.
SAID = (CallOutcome.TOLD, CallOutcome.NO_ANSWER, CallOutcome.WRONG_NUMBER)


class AlreadyRung(VisitationError):
    """The line is not open any more, or can no longer be taken back."""


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
    missing = exists().where(col(Participant.id) == CallTask.participant_id, *MISSING)
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
