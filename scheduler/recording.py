"""Writing down what became of messages, with all that follows from it.

Many at once in one transaction: what was handed over together is recorded together.
Somebody else may have recorded a message since, because our lease ran out; then what
we know is not written, unless nobody knew.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import deliveries
from scheduler.handing import Outcome
from visitation import audit, calls
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState, ParticipantState
from visitation.messages import Message
from visitation.visits import Participant, Visit
from visitation.wording import WORDINGS, Template

_OPEN = (MessageState.SENDING, MessageState.UNKNOWN)


async def record(
    session: AsyncSession,
    outcomes: Sequence[Outcome],
    *,
    keyring: Keyring,
    now: datetime,
) -> int:
    """Write outcomes down; how many of the messages were accepted."""
    held = await _held(session, outcomes)
    ours = [one for one in outcomes if one.claimed.message.id in held]
    if not ours:
        return 0
    await session.run_sync(
        lambda sync: sync.bulk_update_mappings(
            Message,
            [_row(one) for one in ours],
        )
    )
    accepted = [one.claimed.message.id for one in ours if one.accepted]
    for one in ours:
        message = one.claimed.message
        if one.opted_out:
            await deliveries.remember_opt_out(
                session,
                phone=message.phone,
                gateway=one.claimed.way.gateway.name,
                keyring=keyring,
                now=now,
            )
        if one.values["state"] is MessageState.FAILED:
            deliveries.noted(
                session, message, MessageState.FAILED, one.values["error"], now=now
            )
    if accepted:
        await told(session, accepted, now=now)
        await deliveries.caught_up(session, accepted, now=now)
    return len(accepted)


async def told(session: AsyncSession, ids: Sequence[int], *, now: datetime) -> None:
    """Tick those who know of their visit, because a gateway took a message to them."""
    rows = await session.exec(
        select(Message.template, Message.dedup_key, Participant, Visit.version)
        .join(Participant, col(Participant.id) == col(Message.participant_id))
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .where(col(Message.id).in_(ids), col(Participant.told_at).is_(None))
        .order_by(col(Participant.id))
    )
    for template, dedup_key, participant, version in rows.all():
        # Whoever was told of a time that has changed since has not been told.
        if WORDINGS[Template(template)].tells and f":v{version}:" in dedup_key:
            await calls.tick(
                session, participant, ParticipantState.TOLD, by=audit.SYSTEM, now=now
            )


async def _held(session: AsyncSession, outcomes: Sequence[Outcome]) -> set[int]:
    """Those of the messages that are still ours to write about."""
    attempts = {one.claimed.message.id: one.claimed.attempt for one in outcomes}
    rows = await session.exec(
        select(Message.id, Message.attempts)
        .where(col(Message.id).in_(list(attempts)), col(Message.state).in_(_OPEN))
        .order_by(col(Message.id))
        .with_for_update()
    )
    return {each for each, attempt in rows.all() if attempts[each] == attempt}


def _row(outcome: Outcome) -> dict[str, object]:
    # One that may have been taken keeps its lease: it says when that was.
    unknown = outcome.values["state"] is MessageState.UNKNOWN
    kept = {} if unknown else {"lease_until": None}
    return {"id": outcome.claimed.message.id, **kept, **outcome.values}
