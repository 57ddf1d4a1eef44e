"""Which service points somebody works at, and what the URLs of their days are about.

Each subject answers None for what does not exist and for what is out of reach.
"""

from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.errors import NotFound
from visitation.people import Scope
from visitation.places import Site, Station
from visitation.points.tables import Ticket
from visitation.words import SERVICE_POINTS, StationKind
from web import gate, subjects
from web.principals import DevicePrincipal, Principal
from web.subjects import Parts

#: What an address calls the point that is looked at.
PARAMETER = "point"


async def points(session: AsyncSession, scope: Scope) -> tuple[Site, ...]:
    """The service points of a scope that are open, by name."""
    rows = await session.exec(
        select(Site)
        .where(
            scope.of_sites(),
            col(Site.kind).in_(SERVICE_POINTS),
            col(Site.closed_at).is_(None),
        )
        .order_by(col(Site.name), col(Site.id))
    )
    return tuple(rows.all())


async def at_hand(
    request: web.Request, session: AsyncSession
) -> tuple[Site, tuple[Site, ...]] | None:
    """The point that the address names, or the first; and all there are.

    Returns:
        None if no point at all is within reach.

    Raises:
        NotFound: if the one that is named is not.
    """
    known = await points(session, gate.staff(request).scope)
    if not known:
        return None
    wanted = request.query.get(PARAMETER, "")
    found = [one for one in known if not wanted or str(one.id) == wanted]
    if not found:
        raise NotFound("point")
    return found[0], known


async def point(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Site | None:
    """The service point of `{site}`, for staff who reach it."""
    found = await subjects.site(session, parts, principal, device)
    return found if found is not None and found.kind in SERVICE_POINTS else None


async def screened(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Site | None:
    """The same, for a paired device that stands at the point as well."""
    found = await point(session, parts, principal, device)
    if found is not None or device is None:
        return found
    if parts.get("site") != str(device.site_id):
        return None
    place = await session.get_one(Site, device.site_id)
    return place if place.kind in SERVICE_POINTS else None


async def ticket(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Ticket | None:
    """The number of `{ticket}`, by reference, for staff who reach its point."""
    reference = parts.get("ticket", "")
    if not reference.isprintable():
        return None
    rows = await session.exec(select(Ticket).where(Ticket.reference == reference))
    found = rows.first()
    if found is None:
        return None
    at = {"site": str(found.point_id)}
    return found if await point(session, at, principal, device) else None


async def kiosk(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Station | None:
    """The kiosk of `{station}`, by id, for staff who reach its point."""
    found = await subjects.station(session, parts, principal, device)
    return found if found is not None and found.kind is StationKind.KIOSK else None
