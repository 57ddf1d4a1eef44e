"""What was lately done to visits, and whom it concerns: the source of a board's news.

Reads the newest audit entries. Knows what changed, not how, and nothing of who looks.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry
from visitation.places.tables import Station
from visitation.visits.tables import Participant, Visit

#: Entries are numbered before they are committed, so that an older one may appear after
#: a newer; none appears later than so many.
WINDOW = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A visit that something was done to; None for what concerns none, as a closure.

    Attributes:
        sites: the prison, the point, and where the kiosk belongs; of no visit, the
            site itself that something was done at.
    """

    visit_id: int | None
    sites: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an entry of the audit is about: a visit, a site, or neither."""

    visit_id: int | None = None
    site_id: int | None = None


async def newest(session: AsyncSession) -> Mapping[int, About]:
    """The newest entries of the audit, and what each is about."""
    rows = await session.exec(
        select(AuditEntry.id, AuditEntry.visit_id, AuditEntry.subject)
        .order_by(col(AuditEntry.id).desc())
        .limit(WINDOW)
    )
    return {entry: _about(visit_id, subject) for entry, visit_id, subject in rows.all()}


async def of(
    session: AsyncSession,
    *,
    about: Collection[About],
    references: Collection[str] = (),
) -> tuple[Change, ...]:
    """What these changes concern, and those of some visits by reference."""
    named = [one.visit_id for one in about if one.visit_id is not None]
    elsewhere = {one.site_id for one in about if one.visit_id is None}
    other = tuple(
        Change(visit_id=None, sites=frozenset({site_id} if site_id else ()))
        for site_id in elsewhere
    )
    if not named and not references:
        return other
    rows = await session.exec(
        select(Visit.id, Visit.prison_id, Visit.point_id, Station.site_id)
        .outerjoin(Station, col(Station.id) == col(Visit.kiosk_id))
        .where(or_(col(Visit.id).in_(named), col(Visit.reference).in_(references)))
    )
    found = tuple(
        Change(visit_id=visit_id, sites=frozenset(at for at in sites if at is not None))
        for visit_id, *sites in rows.all()
    )
    return (*other, *found)


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


def _about(visit_id: int | None, subject: str) -> About:
    kind, _, number = subject.partition(":")
    at_site = kind == "site" and number.isdecimal()
    return About(visit_id=visit_id, site_id=int(number) if at_site else None)
