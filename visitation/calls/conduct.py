"""Starting, extending, finishing and closing a visit."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, messages, places, visits
from visitation.audit import Actor
from visitation.calls import entrance
from visitation.errors import Invalid, VisitationError
from visitation.lifecycle import VisitAction, VisitState
from visitation.timespan import QUANTUM, Timespan
from visitation.visits import Participant, Visit
from visitation.words import CLOSINGS, SIDES, Outcome, Part, Side

LONGEST_EXTENSION = timedelta(minutes=60)


class NotExtendable(VisitationError):
    """The visit cannot go on: it is not live, or somebody needs the seat or a person.

    Attributes:
        taken: the resources that somebody else holds; empty when it is not live.
    """

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        super().__init__(", ".join(sorted(taken)) or "not live")
        self.taken = taken


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


async def extend(
    session: AsyncSession, visit: Visit, *, by_minutes: int, by: Actor, now: datetime
) -> None:
    """Let a live visit go on, if the terminal and the people are free.

    Raises:
        Invalid: if the minutes are no whole quanta, or more than an hour.
        NotExtendable: if it is not live, or something is taken.
    """
    more = timedelta(minutes=by_minutes)
    if not timedelta(0) < more <= LONGEST_EXTENSION or more % QUANTUM:
        raise Invalid("minutes", "extension_length")
    if visit.state is not VisitState.LIVE:
        raise NotExtendable
    people = await visits.participants(session, visit.id)
    policy = await places.policy_of(session, visit.prison_id)
    then = visit.ends_at + more
    span = Timespan(visit.starts_at, then)
    await visits.line_up(session, [(visit.terminal_id, span)])
    try:
        await visits.retime(
            session, visit, seats_of(visit, people), span, turnover=policy.turnover
        )
    except visits.Taken as taken:
        raise NotExtendable(taken.resources) from None
    moved = await session.exec(
        update(Visit)
        .where(
            col(Visit.id) == visit.id,
            col(Visit.state) == VisitState.LIVE,
            col(Visit.ends_at) == visit.ends_at,
        )
        .values(ends_at=then, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:
        raise visits.Overtaken(visit.reference)
    await session.refresh(visit)
    audit.note(
        session,
        by,
        "visit_extend",
        f"visit:{visit.id}",
        now=now,
        visit_id=visit.id,
        minutes=by_minutes,
    )


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
    await visits.move(
        session,
        visit,
        VisitAction.FINISH,
        by=by,
        now=now,
        facts={"outcome": outcome.value},
        outcome=outcome,
        outcome_reason=reason,
        ended_at=now,
    )
    policy = await places.policy_of(session, visit.prison_id)
    await visits.release(session, visit_id=visit.id, after=now + policy.turnover)
    await _settle(session, visit)


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
    absent = {
        Outcome.FAMILY_ABSENT,
        Outcome.PRISONER_ABSENT,
        Outcome.PRISONER_REFUSED,
    }
    await visits.move(
        session,
        visit,
        VisitAction.MISS if outcome in absent else VisitAction.CLOSE,
        by=by,
        now=now,
        facts={"outcome": outcome.value},
        outcome=outcome,
        outcome_reason=reason,
        ended_at=visit.ended_at or now,
    )
    await visits.release(session, visit_id=visit.id, after=now)
    await _settle(session, visit)


def outcome_of(participants: Iterable[Participant]) -> Outcome:
    """How a visit ended that ran out of time: by who was ever in the call."""
    there = {SIDES[p.part] for p in participants if p.joined_at and p.part in _SEATED}
    if Side.PRISON not in there:
        return Outcome.PRISONER_ABSENT
    if Side.FAMILY not in there and Side.OFFICIAL not in there:
        return Outcome.FAMILY_ABSENT
    return Outcome.COMPLETED


def seats_of(visit: Visit, participants: Iterable[Participant]) -> frozenset[str]:
    """Everything a visit occupies, as its claims name it."""
    return visits.resources(
        terminal_id=visit.terminal_id,
        kiosk_id=visit.kiosk_id,
        prisoner_id=visit.prisoner_id,
        visitor_ids=[p.visitor_id for p in participants if p.visitor_id is not None],
        official_id=visit.official_id,
    )


_SEATED = frozenset({Part.PRISONER, Part.VISITOR, Part.OFFICIAL})


async def _settle(session: AsyncSession, visit: Visit) -> None:
    await messages.discard(session, visit_id=visit.id)
    await visits.wipe(session, visit_id=visit.id)
