"""What was lately done to visits, and whom it concerns: the source of a board's news.

Reads the newest audit entries. Knows what changed, not how, and nothing of who looks.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry
from visitation.places.tables import Station
from visitation.visits.tables import Participant, Visit

#: Entries are numbered before they are committed, so that an older one may appear after
#: a newer; none appears later than so many.
WINDOW = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that was done.

    Attributes:
        entry_id: of the audit; 0 for what is in no audit.
        visit_id: None for what concerns no visit, as a closure does.
        sites: the prison, the point, and where the kiosk belongs.
    """

    entry_id: int
    visit_id: int | None
    sites: frozenset[int]


async def newest(session: AsyncSession) -> tuple[Change, ...]:
    """The newest entries of the audit, whatever they are about."""
    rows = await session.exec(
        select(
            AuditEntry.id,
            AuditEntry.visit_id,
            Visit.prison_id,
            Visit.point_id,
            Station.site_id,
        )
        .outerjoin(Visit, col(Visit.id) == col(AuditEntry.visit_id))
        .outerjoin(Station, col(Station.id) == col(Visit.kiosk_id))
        .order_by(col(AuditEntry.id).desc())
        .limit(WINDOW)
    )
    return tuple(_change(*row) for row in rows.all())


async def of_visits(
    session: AsyncSession, references: Collection[str]
) -> tuple[Change, ...]:
    """A change of each of these visits that no audit entry tells of."""
    if not references:
        return ()
    rows = await session.exec(
        select(Visit.id, Visit.prison_id, Visit.point_id, Station.site_id)
        .outerjoin(Station, col(Station.id) == col(Visit.kiosk_id))
        .where(col(Visit.reference).in_(references))
    )
    return tuple(_change(0, *row) for row in rows.all())


async def visits_of(
    session: AsyncSession, *, visitor_ids: Collection[int]
) -> frozenset[int]:
    """The visits that any of these visitors takes part in."""
    rows = await session.exec(
        select(Participant.visit_id).where(
            col(Participant.visitor_id).in_(tuple(visitor_ids))
        )
    )
    return frozenset(rows.all())


def _change(entry_id: int, visit_id: int | None, *sites: Any) -> Change:
    at = frozenset(site for site in sites if site is not None)
    return Change(entry_id=entry_id, visit_id=visit_id, sites=at)
