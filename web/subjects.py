"""Finding what a URL is about, within the reach of whoever asks.

Each function is a `Route.subject`: it answers None for what does not exist and for
what the principal may not see, so that the two cannot be told apart.
"""

from collections.abc import Mapping
from typing import TypeVar

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people.tables import Prisoner
from visitation.places.tables import Site, Station
from visitation.visits.tables import Participant, Visit
from visitation.words import Role, SiteKind
from web.principals import (
    DevicePrincipal,
    ParticipantPrincipal,
    Principal,
    StaffPrincipal,
)

Parts = Mapping[str, str]
T = TypeVar("T")
#: PostgreSQL's integer keys end at 2147483647.
_LONGEST_ID = 9


async def visit(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Visit | None:
    """The visit of `{visit}`, by its reference.

    Staff see the visits of the prisons and service points they reach, wardens those of
    their prisons, officials those they attend, participants their own, stations those
    booked on them.
    """
    reference = parts.get("visit", "")
    # PostgreSQL takes no NUL in a text, and would say so by an error.
    if not reference.isprintable():
        return None
    rows = await session.exec(select(Visit).where(Visit.reference == reference))
    found = rows.first()
    if found is None:
        return None
    if isinstance(principal, StaffPrincipal):
        return found if await _reaches(session, principal, found) else None
    if isinstance(principal, ParticipantPrincipal):
        return found if principal.visit_id == found.id else None
    if device is not None:
        own = device.station_id in {found.terminal_id, found.kiosk_id}
        return found if own else None
    return None


async def site(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Site | None:
    """The site of `{site}`, by its id, for staff who reach it."""
    found = await by_id(session, Site, parts.get("site", ""))
    return found if found is not None and _covers(principal, found) else None


async def prison(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Site | None:
    """The prison of `{site}`, by its id, for staff who reach it."""
    found = await site(session, parts, principal, device)
    return found if found is not None and found.kind is SiteKind.PRISON else None


async def station(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Station | None:
    """The station of `{station}`, by its id, for staff who reach its site."""
    found = await by_id(session, Station, parts.get("station", ""))
    if found is None:
        return None
    place = await session.get(Site, found.site_id)
    return found if place is not None and _covers(principal, place) else None


async def prisoner(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Prisoner | None:
    """The prisoner of `{prisoner}`, by id, for staff who reach the prison."""
    found = await by_id(session, Prisoner, parts.get("prisoner", ""))
    if found is None:
        return None
    place = await session.get(Site, found.site_id)
    return found if place is not None and _covers(principal, place) else None


async def _reaches(
    session: AsyncSession, principal: StaffPrincipal, found: Visit
) -> bool:
    if principal.role is Role.OFFICIAL:
        return found.official_id == principal.account_id or await _takes_part(
            session, principal, found
        )
    # Where the family sits is no business of a warden's, who conducts whole visits.
    family = () if principal.role is Role.WARDEN else await _family(session, found)
    for site_id in (found.prison_id, *family):
        place = await session.get(Site, site_id) if site_id is not None else None
        if place is not None and _covers(principal, place):
            return True
    return False


async def _family(session: AsyncSession, found: Visit) -> tuple[int | None, int | None]:
    """Where the family sits, and the office that took the kiosk there."""
    kiosk = await session.get(Station, found.kiosk_id) if found.kiosk_id else None
    return found.point_id, kiosk.site_id if kiosk else None


async def _takes_part(
    session: AsyncSession, principal: StaffPrincipal, found: Visit
) -> bool:
    rows = await session.exec(
        select(Participant.id).where(
            Participant.visit_id == found.id,
            Participant.account_id == principal.account_id,
        )
    )
    return rows.first() is not None


def _covers(principal: Principal | None, place: Site) -> bool:
    return isinstance(principal, StaffPrincipal) and principal.scope.reaches(place)


async def by_id(session: AsyncSession, kind: type[T], text: str) -> T | None:
    """The row whose id is written in a path, or None, whatever is written there."""
    known = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
    return await session.get(kind, int(text)) if known else None
