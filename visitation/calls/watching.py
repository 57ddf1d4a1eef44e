"""When staff watched a visit: for its pages, and for those who were in it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.calls.tables import Presence
from visitation.visits.tables import Participant
from visitation.words import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One time that somebody of the staff watched a visit.

    Attributes:
        participant_id: who; for staff alone, families read no names.
        until: None while it lasts.
    """

    participant_id: int
    since: datetime
    until: datetime | None


async def times(session: AsyncSession, *, visit_id: int) -> tuple[Watched, ...]:
    """Every time a visit was watched, the first one first."""
    rows = await session.exec(
        select(Presence)
        .join(Participant, col(Participant.id) == Presence.participant_id)
        .where(Presence.visit_id == visit_id, Participant.part == Part.MONITOR)
        .order_by(col(Presence.joined_at), col(Presence.id))
    )
    return tuple(
        Watched(
            participant_id=one.participant_id, since=one.joined_at, until=one.left_at
        )
        for one in rows.all()
    )
