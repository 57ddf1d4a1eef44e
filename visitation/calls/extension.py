"""Making a live visit longer: because staff say so, or to give back what was lost.

Knows no room: whoever is in the call is told by those who ask for this.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, places, visits
from visitation.audit import Actor
from visitation.calls import losses
from visitation.errors import Invalid, VisitationError
from visitation.lifecycle import VisitState
from visitation.timespan import QUANTUM, Timespan, floor_quantum
from visitation.visits import Participant, Visit

LONGEST: Final = timedelta(minutes=60)
_MINUTE: Final = timedelta(minutes=1)


class NotExtendable(VisitationError):
    """The visit cannot go on: it is not live, or somebody needs the seat or a person.

    Attributes:
        taken: the resources that somebody else holds; empty when it is not live.
    """

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        super().__init__(", ".join(sorted(taken)) or "not live")
        self.taken = taken


async def extend(
    session: AsyncSession, visit: Visit, *, by_minutes: int, by: Actor, now: datetime
) -> None:
    """Let a live visit go on, if the terminal and the people are free.

    Raises:
        Invalid: if the minutes are no whole quanta, or more than an hour.
        NotExtendable: if it is not live, or something is taken.
    """
    more = timedelta(minutes=by_minutes)
    if not timedelta(0) < more <= LONGEST or more % QUANTUM:
        raise Invalid("minutes", "extension_length")
    await _lengthen(session, visit, more, now=now)
    _note(session, visit, "visit_extend", by_minutes, by=by, now=now)


async def give_back(
    session: AsyncSession, visit: Visit, *, by: Actor, now: datetime
) -> int:
    """Make a live visit longer by what was lost of it, as far as things are free.

    Returns:
        The minutes it was made longer by; what is not given stays owed.

    Raises:
        NotExtendable: if it is not live.
    """
    policy = await places.policy_of(session, visit.prison_id)
    lost = await losses.of(session, visit)
    allowed = policy.credit_max_minutes - visit.minutes_given_back
    for minutes in _steps(visit.ends_at, min(lost.minutes_owed, allowed)):
        given = visit.minutes_given_back + minutes
        more = timedelta(minutes=minutes)
        try:
            await _lengthen(session, visit, more, now=now, minutes_given_back=given)
        except NotExtendable as refused:
            if not refused.taken:
                raise
            continue
        _note(session, visit, "visit_give_back", minutes, by=by, now=now)
        return minutes
    return 0


def seats_of(visit: Visit, participants: Iterable[Participant]) -> frozenset[str]:
    """Everything a visit occupies, as its claims name it."""
    return visits.resources(
        terminal_id=visit.terminal_id,
        kiosk_id=visit.kiosk_id,
        prisoner_id=visit.prisoner_id,
        visitor_ids=[p.visitor_id for p in participants if p.visitor_id is not None],
        official_id=visit.official_id,
    )


def _steps(ends_at: datetime, minutes: int) -> list[int]:
    """So many minutes, then as many as need a quantum less, and so on."""
    steps = []
    while minutes > 0:
        steps.append(minutes)
        until = ends_at + minutes * _MINUTE
        minutes = (floor_quantum(until - _MINUTE) - ends_at) // _MINUTE
    return steps


async def _lengthen(
    session: AsyncSession,
    visit: Visit,
    more: timedelta,
    *,
    now: datetime,
    **columns: int,
) -> None:
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
        .values(ends_at=then, changed_at=now, **columns)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:
        raise visits.Overtaken(visit.reference)
    await session.refresh(visit)


def _note(
    session: AsyncSession,
    visit: Visit,
    action: str,
    minutes: int,
    *,
    by: Actor,
    now: datetime,
) -> None:
    subject = f"visit:{visit.id}"
    audit.note(
        session, by, action, subject, now=now, visit_id=visit.id, minutes=minutes
    )
