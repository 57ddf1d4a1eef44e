"""Rows that somebody names by id in a form or a body, within their reach.

What a URL is about goes through `subjects` and the gate; this is for everything else
that is named beside it. What is out of reach does not exist.
"""

from typing import TypeVar

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.errors import NotFound
from visitation.people import (
    Account,
    Prisoner,
    Scope,
    Visitor,
    reaches_visitor,
    scope_of,
)
from visitation.places import Site, Station
from visitation.words import Role, SiteKind
from web import prison_reach
from web.principals import StaffPrincipal

T = TypeVar("T", bound=SQLModel)


async def site(session: AsyncSession, scope: Scope, site_id: int) -> Site:
    """A site.

    Raises:
        NotFound: if there is none, or it is out of reach.
    """
    found = await session.get(Site, site_id)
    if found is None or not scope.reaches(found):
        raise NotFound("site")
    return found


async def prison(session: AsyncSession, scope: Scope, site_id: int) -> Site:
    """A prison.

    Raises:
        NotFound: if there is none, or it is out of reach.
    """
    found = await site(session, scope, site_id)
    if found.kind is not SiteKind.PRISON:
        raise NotFound("prison")
    return found


async def prison_asked_for(
    session: AsyncSession, me: StaffPrincipal, site_id: int
) -> Site:
    """A prison for whose visits somebody asks; a clerk's is out of the clerk's reach.

    Raises:
        NotFound: if there is none, or for a clerk none of the provinces of its points.
    """
    if me.role is not Role.CLERK:
        return await prison(session, me.scope, site_id)
    for one in await prison_reach.asked_for(session, me):
        if one.id == site_id:
            return one
    raise NotFound("prison")


async def station(session: AsyncSession, scope: Scope, station_id: int) -> Station:
    """A terminal or a kiosk.

    Raises:
        NotFound: if there is none, or it is out of reach.
    """
    return await _at_site(session, scope, Station, station_id)


async def prisoner(session: AsyncSession, scope: Scope, prisoner_id: int) -> Prisoner:
    """A prisoner.

    Raises:
        NotFound: if there is none, or the prison is out of reach.
    """
    return await _at_site(session, scope, Prisoner, prisoner_id)


async def visitor(session: AsyncSession, scope: Scope, visitor_id: int) -> Visitor:
    """A visitor.

    Raises:
        NotFound: if there is none, or only prisoners out of reach know them.
    """
    found = await session.get(Visitor, visitor_id)
    if found is None or not await reaches_visitor(session, found, scope=scope):
        raise NotFound("visitor")
    return found


async def official(session: AsyncSession, place: Site, account_id: int) -> Account:
    """An official who works for a place.

    Raises:
        NotFound: if there is none, or they do not reach the place.
    """
    found = await session.get(Account, account_id)
    if found is None or found.role is not Role.OFFICIAL:
        raise NotFound("official")
    if not (await scope_of(session, found)).reaches(place):
        raise NotFound("official")
    return found


async def _at_site(
    session: AsyncSession, scope: Scope, kind: type[T], row_id: int
) -> T:
    rows = await session.exec(
        select(kind, Site)
        .join(Site, col(Site.id) == kind.site_id)  # type: ignore[attr-defined]
        .where(kind.id == row_id)  # type: ignore[attr-defined]
    )
    found = rows.first()
    if found is None or not scope.reaches(found[1]):
        raise NotFound(kind.__name__)
    return found[0]
