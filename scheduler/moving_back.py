"""Where a visit was before staff moved it a moment ago, so that they can take it back.

It only says whence; going back there is a move like any other, by the same rules and
with the same messages, and it is looked at before it is made.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import freed
from scheduler.undoing import WITHIN
from visitation.audit.tables import AuditEntry
from visitation.lifecycle import VisitState
from visitation.timespan import Timespan
from visitation.visits import Visit

#: Acts of people who sit at a desk; a family moves its own visit from its own pages.
_BY_STAFF = "account:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whence:
    """The place that a visit left, and until when going back is offered.

    Attributes:
        kiosk_id: where the family sat; None for their own phone.
        until: how long it is offered.
    """

    terminal_id: int
    span: Timespan
    kiosk_id: int | None
    until: datetime


async def whence(
    session: AsyncSession, visit: Visit, *, now: datetime
) -> Whence | None:
    """Where a visit was until its last move; None if that is no staff's, or too old."""
    if visit.state is not VisitState.BOOKED or visit.starts_at <= now:
        return None
    rows = await session.exec(
        select(AuditEntry)
        .where(AuditEntry.visit_id == visit.id, AuditEntry.action == "visit_move")
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    )
    move = rows.first()
    if move is None or not move.actor.startswith(_BY_STAFF) or move.at + WITHIN < now:
        return None
    left = freed.named(move.facts)
    if left is None or left[1].start <= now:
        return None
    return Whence(
        terminal_id=left[0],
        span=left[1],
        kiosk_id=move.facts.get("sat_at"),
        until=move.at + WITHIN,
    )
