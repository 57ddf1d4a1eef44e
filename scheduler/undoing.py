"""Taking a cancellation back, for a few minutes, while what it freed is still free.

The cancelled visit stays as it is in the record: the same is booked anew, with new
codes. What had not gone out yet about the cancellation is not sent.
"""

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from scheduler.wishes import Wish, proposal_of
from visitation import audit, messages, visits, waiting
from visitation.audit import Actor
from visitation.audit.tables import AuditEntry
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.waiting import WaitingEntry
from visitation.words import Outcome, WaitingState

#: How long after it a cancellation can be taken back.
WITHIN = timedelta(minutes=15)
#: Cancellations that a person of the staff made on purpose, and may regret.
_BY_STAFF = (
    Outcome.CANCELLED_BY_FAMILY,
    Outcome.CANCELLED_BY_PRISON,
    Outcome.CANCELLED_BY_OFFICIAL,
)
#: What the audit says of a visit that was more than held or asked for.
_BOOKED = ("visit_confirm", "visit_approve")
_UNDONE = "undo_cancel"


class TooLateToUndo(VisitationError):
    """The cancellation was too long ago, was no staff's, or is undone already."""


async def until(
    session: AsyncSession, visit: Visit, *, now: datetime
) -> datetime | None:
    """Until when the cancellation of a visit can be taken back; None if it cannot."""
    end = visit.changed_at + WITHIN
    if visit.state is not VisitState.CANCELLED or visit.outcome not in _BY_STAFF:
        return None
    if now > end or visit.starts_at <= now:
        return None
    undone = await _was(session, visit, _UNDONE)
    booked = await _was(session, visit, *_BOOKED)
    return end if booked and not undone else None


async def book_again(
    session: AsyncSession, visit: Visit, *, keyring: Keyring, by: Actor, now: datetime
) -> Visit:
    """Book a visit anew that was cancelled a moment ago, as it was.

    A family that was put back in line is placed again. A visit that the family lost
    from its allowance is given back before it is counted anew.

    Raises:
        TooLateToUndo: if it was cancelled too long ago, or is booked again already.
        Refused: with every reason not to, and the next free slots; nothing changes.
    """
    if await until(session, visit, now=now) is None:
        raise TooLateToUndo(visit.reference)
    await visits.give_back(session, visit, by=by, now=now)
    again = await booking.book(
        session, keyring=keyring, by=by, now=now, **await _wish(session, visit)
    )
    await messages.discard(session, visit_id=visit.id)
    audit.note(
        session,
        by,
        _UNDONE,
        f"visit:{visit.id}",
        now=now,
        visit_id=visit.id,
        again=again.reference,
    )
    entry = await _back_in_line(session, visit)
    if entry is not None:
        await waiting.shift(
            session, entry, WaitingState.PLACED, by=by, now=now, visit_id=again.id
        )
    return again


async def _wish(session: AsyncSession, visit: Visit) -> Wish:
    people = await visits.participants(session, visit.id)
    was = proposal_of(visit, people)
    return Wish(
        prison_id=was.prison_id,
        terminal_id=was.terminal_id,
        span=was.span,
        kind=was.kind,
        prisoner_id=was.prisoner_id,
        visitor_ids=was.visitor_ids,
        kiosk_id=was.kiosk_id,
        official_id=was.official_id,
        cover_id=was.cover_id,
        official_wanted=was.official_wanted,
        attendance=visit.attendance,
        series_id=visit.series_id,
        note=visit.note,
    )


async def _was(session: AsyncSession, visit: Visit, *actions: str) -> bool:
    rows = await session.exec(
        select(AuditEntry.id).where(
            AuditEntry.visit_id == visit.id, col(AuditEntry.action).in_(actions)
        )
    )
    return rows.first() is not None


async def _back_in_line(session: AsyncSession, visit: Visit) -> WaitingEntry | None:
    """The place in line that the family got back when the visit was cancelled."""
    rows = await session.exec(
        select(WaitingEntry).where(
            WaitingEntry.visit_id == visit.id,
            WaitingEntry.state == WaitingState.WAITING,
        )
    )
    return rows.first()
