"""Whether a family sits at the kiosk its visit was booked for.

Two families may come to one kiosk, or one to another's; nobody's visit is lost to it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.lifecycle import VisitState
from visitation.places import Site, Station
from visitation.visits.tables import Participant, Visit

_AHEAD = (VisitState.BOOKED, VisitState.LIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A family's visit has another seat than the one it stands before.

    Attributes:
        seat: the kiosk it was booked for; empty where it was booked for a phone.
        site: where that stands.
        taken: whether somebody else's visit needs the seat here meanwhile.
    """

    seat: str
    site: str
    taken: bool


async def elsewhere(
    session: AsyncSession, *, participant_id: int, station_id: int, now: datetime
) -> Elsewhere | None:
    """Where a participant should sit, if that is not at this kiosk."""
    person = await session.get_one(Participant, participant_id)
    visit = await session.get_one(Visit, person.visit_id)
    if visit.kiosk_id == station_id:
        return None
    rows = await session.exec(
        select(Visit.id).where(
            col(Visit.kiosk_id) == station_id,
            col(Visit.id) != visit.id,
            col(Visit.state).in_(_AHEAD),
            col(Visit.starts_at) < visit.ends_at,
            col(Visit.ends_at) > now,
        )
    )
    seat = await session.get(Station, visit.kiosk_id) if visit.kiosk_id else None
    site = await session.get(Site, seat.site_id) if seat else None
    return Elsewhere(
        seat=seat.name if seat else "",
        site=site.name if site else "",
        taken=rows.first() is not None,
    )
