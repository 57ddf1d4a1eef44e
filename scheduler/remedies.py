"""What can be done about a flagged visit: kept as it is, moved, or cancelled.

Which of it is offered follows from the reasons, as data. Knows no page; a move is
`booking`'s, and asks the rules again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from scheduler.fitting import Fit
from scheduler.proposals import Refusal
from visitation.audit import Actor
from visitation.errors import Invalid, VisitationError
from visitation.lifecycle import VisitState
from visitation.visits import Visit, flags
from visitation.visits.tables import Flag
from visitation.words import Outcome


class NotOffered(VisitationError):
    """What speaks against the visit by now does not go away like that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """What may be done about a visit.

    Attributes:
        keep: whether it may stay as it is, with a reason.
        move: whether another time or seat at the same prison may help.
        anew: whether it may be booked anew, where the prisoner is now.
        outcome: who cancels it, if it is cancelled.
    """

    keep: bool = False
    move: bool = False
    anew: bool = False
    outcome: Outcome = Outcome.CANCELLED_BY_PRISON


_ANYTHING = Remedies(keep=True, move=True)
_SHUT = Remedies(keep=True, move=True, outcome=Outcome.CANCELLED_BY_CLOSURE)
_ANOTHER_TIME = Remedies(move=True)
_AS_IT_IS = Remedies(keep=True)
_NOTHING = Remedies()

#: What may be done about each reason; what is not named yields to anything.
REMEDIES: Final[Mapping[Refusal, Remedies]] = {
    Refusal.CLOSED: _SHUT,
    Refusal.HOLIDAY: _SHUT,
    Refusal.NOT_A_SLOT: _SHUT,
    Refusal.KIOSK_NOT_THERE: Remedies(move=True, outcome=Outcome.CANCELLED_BY_CLOSURE),
    Refusal.KEPT_APART: _ANOTHER_TIME,
    Refusal.BANNED: _ANOTHER_TIME,
    Refusal.BARRED: _ANOTHER_TIME,
    Refusal.NOT_APPROVED: _NOTHING,
    Refusal.NOT_A_LAWYER: _NOTHING,
    Refusal.PRISONER_RELEASED: _NOTHING,
    Refusal.PRISONER_ELSEWHERE: Remedies(keep=True, anew=True),
    Refusal.OTHER_PROVINCE: _AS_IT_IS,
    Refusal.PARTY_TOO_LARGE: _AS_IT_IS,
    Refusal.NO_ADULT: _AS_IT_IS,
    Refusal.OFFICIAL_MISSING: _AS_IT_IS,
    Refusal.OFFICIAL_NOT_ADMITTED: _AS_IT_IS,
    Refusal.OFFICIAL_NOT_ACTIVE: _AS_IT_IS,
}


def remedies(reasons: Iterable[str]) -> Remedies:
    """What may be done about all of some reasons together."""
    each = [REMEDIES.get(Refusal(reason), _ANYTHING) for reason in reasons]
    if not each:
        return _NOTHING
    return Remedies(
        keep=all(one.keep for one in each),
        move=all(one.move for one in each),
        anew=any(one.anew for one in each),
        outcome=each[0].outcome,
    )


async def undecided(session: AsyncSession, visit_id: int) -> list[Flag]:
    """The open flags of a visit on which nobody has decided, oldest first."""
    found = await flags.open_flags(session, visit_id)
    return [flag for flag in found if flag.kept_at is None]


async def keep(
    session: AsyncSession, visit: Visit, *, because: str, by: Actor, now: datetime
) -> None:
    """Leave a flagged visit as it is, and say why. Keeping it twice changes nothing.

    Raises:
        Invalid: if no reason is given.
        NotOffered: if something speaks against it that nobody may pass over.
    """
    if not because.strip():
        raise Invalid("reason", "reason_needed")
    # Held, so that no sweep raises another flag between looking and keeping.
    await session.exec(
        select(Visit.id).where(col(Visit.id) == visit.id).with_for_update()
    )
    due = await undecided(session, visit.id)
    if due and not remedies(flag.reason for flag in due).keep:
        raise NotOffered(visit.reference)
    await flags.keep(session, due, because=because, by=by, now=now)


async def move(
    session: AsyncSession, visit: Visit, to: Fit, *, by: Actor, now: datetime
) -> None:
    """Move a flagged visit to a place that was found for it, and tell everybody.

    Where it is there already, nothing changes and nobody is told again.

    Raises:
        NotMovable: if the visit is not booked.
        NotOffered: if moving it does not help.
        Refused: with every reason not to, and the next free slots; nothing changes.
        Overtaken: if somebody else changed the visit first.
    """
    here = (visit.starts_at, visit.ends_at, visit.terminal_id, visit.kiosk_id)
    if here == (to.span.start, to.span.end, to.terminal_id, to.kiosk_id):
        return
    due = await undecided(session, visit.id)
    if visit.state is VisitState.BOOKED and not remedies(f.reason for f in due).move:
        raise NotOffered(visit.reference)
    await booking.move(
        session,
        visit=visit,
        terminal_id=to.terminal_id,
        span=to.span,
        kiosk_id=to.kiosk_id,
        by=by,
        now=now,
    )
