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
from web.reached import by_reference

Parts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A request, and the client it was filed for."""

    who: Client
    case: Case


@by_reference("licence", VisitorPrincipal)
async def own_licence(
    session: AsyncSession, reference: str, me: VisitorPrincipal
) -> Licence | None:
    """The licence of `{licence}`, for one of the phone's visitors."""
    found = await _licence(session, reference)
    mine = found is not None and found.visitor_id in me.visitor_ids
    return found if mine else None


@by_reference("mandate", VisitorPrincipal)
async def client(
    session: AsyncSession, reference: str, me: VisitorPrincipal
) -> Client | None:
    """The client of `{mandate}`, of one of the phone's visitors, in force or not."""
    return await professionals.client(session, reference, visitor_ids=me.visitor_ids)


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


@by_reference("licence", StaffPrincipal)
async def licence(
    session: AsyncSession, reference: str, me: StaffPrincipal
) -> Licence | None:
    """The licence of `{licence}`, for staff who reach all of its province."""
    found = await _licence(session, reference)
    if found is None:
        return None
    scope = me.scope
    near = scope.everywhere or found.province_id in scope.provinces
    return found if near else None


@by_reference("mandate", StaffPrincipal)
async def mandate(
    session: AsyncSession, reference: str, me: StaffPrincipal
) -> Mandate | None:
    """The mandate of `{mandate}`, for staff who reach the prisoner's prison."""
    rows = await session.exec(
        select(Mandate)
        .join(Prisoner, col(Prisoner.id) == col(Mandate.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(Mandate.reference == reference, me.scope.of_sites())
    )
    return rows.first()


async def _licence(session: AsyncSession, reference: str) -> Licence | None:
    rows = await session.exec(select(Licence).where(Licence.reference == reference))
    return rows.first()
