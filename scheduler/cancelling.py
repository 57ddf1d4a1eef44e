"""Cancelling a visit whose family stood in line for it: it may take its place again.

What cancelling itself means is `booking`'s.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from visitation import waiting
from visitation.audit import Actor
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.waiting import WaitingEntry
from visitation.words import CANCELLATIONS, Outcome

#: Cancellations that are not the family's doing.
NOT_THE_FAMILYS = frozenset(CANCELLATIONS) - {Outcome.CANCELLED_BY_FAMILY}


async def cancel(
    session: AsyncSession,
    *,
    visit: Visit,
    outcome: Outcome,
    reason: str,
    back_in_line: bool,
    by: Actor,
    now: datetime,
) -> WaitingEntry | None:
    """Cancel a visit; put the family back in line if wanted and not its own doing.

    It keeps the standing it had: it is in line as if it had never been placed.

    Returns:
        The family's entry on the waiting list, if it is back in line.

    Raises:
        Invalid: if the outcome is no cancellation, or no reason is given.
        IllegalMove: if the visit's state does not allow it.
        Overtaken: if somebody else changed it first.
    """
    entry = await line_of(session, visit, now=now)
    await booking.cancel(
        session, visit=visit, outcome=outcome, reason=reason, by=by, now=now
    )
    if entry is None or not back_in_line or outcome not in NOT_THE_FAMILYS:
        return None
    await waiting.put_back(session, entry, by=by, now=now)
    return entry


async def line_of(
    session: AsyncSession, visit: Visit, *, now: datetime
) -> WaitingEntry | None:
    """The place in line that a booked visit's family could take again, if any."""
    if visit.state is not VisitState.BOOKED:
        return None
    return await waiting.returning(session, visit_id=visit.id, now=now)
