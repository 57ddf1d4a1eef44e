"""Finding the licences, mandates and clients that URLs are about, within reach."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import professionals
from visitation.cases import Case
from visitation.people import Prisoner
from visitation.places import Site
from visitation.professionals import Client, Licence, Mandate
from visitation.words import CaseSource
from web.principals import (
    DevicePrincipal,
    Principal,
    StaffPrincipal,
    VisitorPrincipal,
)

Parts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A request, and the client it was filed for."""

    who: Client
    case: Case


async def own_licence(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Licence | None:
    """The licence of `{licence}`, for one of the phone's visitors."""
    del device
    found = await _licence(session, parts)
    if found is None or not isinstance(principal, VisitorPrincipal):
        return None
    return found if found.visitor_id in principal.visitor_ids else None


async def client(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Client | None:
    """The client of `{mandate}`, of one of the phone's visitors, in force or not."""
    del device
    reference = parts.get("mandate", "")
    if not isinstance(principal, VisitorPrincipal) or not reference.isprintable():
        return None
    return await professionals.client(
        session, reference, visitor_ids=principal.visitor_ids
    )


async def filed(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Filed | None:
    """The request of `{case}` that was filed for the client of `{mandate}`."""
    who = await client(session, parts, principal, device)
    reference = parts.get("case", "")
    if who is None or not reference.isprintable():
        return None
    rows = await session.exec(
        select(Case).where(
            Case.reference == reference,
            Case.prisoner_id == who.prisoner.id,
            Case.visitor_id == who.licence.visitor_id,
            Case.source == CaseSource.PROFESSIONAL,
        )
    )
    found = rows.first()
    return None if found is None else Filed(who=who, case=found)


async def licence(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Licence | None:
    """The licence of `{licence}`, for staff who reach all of its province."""
    del device
    found = await _licence(session, parts)
    if found is None or not isinstance(principal, StaffPrincipal):
        return None
    scope = principal.scope
    near = scope.everywhere or found.province_id in scope.provinces
    return found if near else None


async def mandate(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Mandate | None:
    """The mandate of `{mandate}`, for staff who reach the prisoner's prison."""
    del device
    reference = parts.get("mandate", "")
    if not isinstance(principal, StaffPrincipal) or not reference.isprintable():
        return None
    rows = await session.exec(
        select(Mandate)
        .join(Prisoner, col(Prisoner.id) == col(Mandate.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(Mandate.reference == reference, principal.scope.of_sites())
    )
    return rows.first()


async def _licence(session: AsyncSession, parts: Parts) -> Licence | None:
    reference = parts.get("licence", "")
    # PostgreSQL takes no NUL in a text, and would say so by an error.
    if not reference.isprintable():
        return None
    rows = await session.exec(select(Licence).where(Licence.reference == reference))
    return rows.first()
