"""Starting, finishing and closing a visit.

Knows no room and no media; says only what becomes of the record.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import messages, places, visits
from visitation.audit import Actor
from visitation.calls import chat, entrance, losses
from visitation.errors import Invalid
from visitation.lifecycle import VisitAction
from visitation.visits import Participant, Visit
from visitation.words import ABSENCES, CLOSINGS, SIDES, Outcome, Part, Side


async def start(
    session: AsyncSession, visit: Visit, *, by: Actor, now: datetime
) -> None:
    """Start a booked visit, from when its door opens until it closes.

    Raises:
        Denied: if it is too early or too late, or the visit is over.
        IllegalMove: if it is not booked.
        Overtaken: if somebody else moved it first.
    """
    await entrance.check(session, visit, Part.PRISONER, now=now)
    await visits.move(session, visit, VisitAction.START, by=by, now=now, started_at=now)


async def finish(
    session: AsyncSession,
    visit: Visit,
    *,
    outcome: Outcome,
    by: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """End a live visit; what is left of its time is free for others.

    Raises:
        Invalid: if the outcome is none that closes a visit.
        IllegalMove: if it is not live.
        Overtaken: if somebody else moved it first.
    """
    if outcome not in CLOSINGS:
        raise Invalid("outcome", "not_a_closing")
    owed = (await losses.of(session, visit)).minutes_owed
    await visits.move(
        session,
        visit,
        VisitAction.FINISH,
        by=by,
        now=now,
        facts={"outcome": outcome.value} | ({"minutes_owed": owed} if owed else {}),
        outcome=outcome,
        outcome_reason=reason,
        ended_at=now,
    )
    policy = await places.policy_of(session, visit.prison_id)
    await visits.release(session, visit_id=visit.id, after=now + policy.turnover)
    await _settle(session, visit, by=by, now=now)


async def close(
    session: AsyncSession,
    visit: Visit,
    *,
    outcome: Outcome,
    by: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Give an outcome to a visit that nobody closed, or that will not begin.

    A booked visit may be closed as missed; what is left of its time is free then.

    Raises:
        Invalid: if the outcome is none that closes a visit.
        IllegalMove: if the visit's state does not allow that outcome.
    """
    if outcome not in CLOSINGS:
        raise Invalid("outcome", "not_a_closing")
    await visits.move(
        session,
        visit,
        VisitAction.MISS if outcome in ABSENCES else VisitAction.CLOSE,
        by=by,
        now=now,
        facts={"outcome": outcome.value},
        outcome=outcome,
        outcome_reason=reason,
        ended_at=visit.ended_at or now,
    )
    await visits.release(session, visit_id=visit.id, after=now)
    await _settle(session, visit, by=by, now=now)


def outcome_of(participants: Iterable[Participant]) -> Outcome:
    """How a visit ended that ran out of time: by who was ever in the call."""
    there = {SIDES[p.part] for p in participants if p.joined_at and p.part in _SEATED}
    if Side.PRISON not in there:
        return Outcome.PRISONER_ABSENT
    if Side.FAMILY not in there and Side.OFFICIAL not in there:
        return Outcome.FAMILY_ABSENT
    return Outcome.COMPLETED


_SEATED = frozenset({Part.PRISONER, Part.VISITOR, Part.OFFICIAL})


async def _settle(
    session: AsyncSession, visit: Visit, *, by: Actor, now: datetime
) -> None:
    if visits.refunds(visit.outcome):
        await visits.give_back(session, visit, by=by, now=now)
    await chat.count(session, visit, by=by, now=now)
    await messages.discard(session, visit_id=visit.id)
    await visits.wipe(session, visit_id=visit.id)
