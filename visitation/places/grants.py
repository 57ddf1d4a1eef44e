"""Grants: another province's families may book at a prison, for a reason.

Without a grant a prison takes the families who sit down in its own province.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound
from visitation.places.tables import Province, ProvinceGrant, Site
from visitation.words import SiteKind


async def grant_province(
    session: AsyncSession,
    *,
    prison: Site,
    province_id: int,
    reason: str,
    until: date | None,
    by: Actor,
    now: datetime,
) -> ProvinceGrant:
    """Let the families of another province book at a prison.

    A province that has a grant already gets the new reason and the new last day,
    `until`: that of visits, in the prison's own time, or None for no end.

    Raises:
        NotFound: if there is no such province.
        Invalid: if the site is no prison, the province is the prison's own, the reason
            is empty, or the last day is over.
    """
    if await session.get(Province, province_id) is None:
        raise NotFound("province")
    _check(prison, province_id, reason, until, now)
    # Holding the site's row makes the second of two equal requests wait, then see.
    await session.get_one(Site, prison.id, with_for_update=True)
    found = await session.exec(
        select(ProvinceGrant).where(
            ProvinceGrant.prison_id == prison.id,
            ProvinceGrant.province_id == province_id,
        )
    )
    grant = found.first() or ProvinceGrant(
        prison_id=prison.id, province_id=province_id, reason="", granted_at=now
    )
    grant.reason, grant.until, grant.granted_at = reason.strip(), until, now
    session.add(grant)
    await session.flush()
    audit.note(
        session,
        by,
        "grant_province",
        f"site:{prison.id}",
        now=now,
        province=province_id,
        reason=grant.reason,
        until=until.isoformat() if until else None,
    )
    return grant


def _check(
    prison: Site, province_id: int, reason: str, until: date | None, now: datetime
) -> None:
    if prison.kind is not SiteKind.PRISON:
        raise Invalid("site", "not_a_prison")
    if province_id == prison.province_id:
        raise Invalid("province", "own_province")
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    if until is not None and until < now.astimezone(ZoneInfo(prison.zone)).date():
        raise Invalid("until", "already_over")


async def end_grant(
    session: AsyncSession, grant: ProvinceGrant, *, by: Actor, now: datetime
) -> None:
    """Take a grant back; visits that are booked stay booked."""
    await session.delete(grant)
    await session.flush()
    audit.note(
        session,
        by,
        "end_grant",
        f"site:{grant.prison_id}",
        now=now,
        province=grant.province_id,
    )


async def grants_of(
    session: AsyncSession, prison_id: int
) -> Sequence[tuple[ProvinceGrant, Province]]:
    """The grants of a prison, past ones too, with their provinces, by code."""
    rows = await session.exec(
        select(ProvinceGrant, Province)
        .join(Province, col(Province.id) == col(ProvinceGrant.province_id))
        .where(ProvinceGrant.prison_id == prison_id)
        .order_by(col(Province.code))
    )
    return rows.all()
