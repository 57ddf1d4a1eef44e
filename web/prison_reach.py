"""The prisons that somebody works with: those in use and within reach, by name.

Knows scopes and roles; what may be done there is for the route's rule to say.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Scope
from visitation.places import Site
from visitation.words import Role, SiteKind
from web.principals import StaffPrincipal


async def within(session: AsyncSession, scope: Scope) -> Sequence[Site]:
    """The prisons of a scope."""
    return await _those(session, scope.of_sites())


async def asked_for(session: AsyncSession, me: StaffPrincipal) -> Sequence[Site]:
    """The prisons within reach; for a clerk, those of the provinces of its points."""
    reached = me.scope.of_sites()
    if me.role is Role.CLERK:
        provinces = select(Site.province_id).where(reached)
        reached = col(Site.province_id).in_(provinces)
    return await _those(session, reached)


async def _those(session: AsyncSession, reached: ColumnElement[bool]) -> Sequence[Site]:
    rows = await session.exec(
        select(Site)
        .where(reached, Site.kind == SiteKind.PRISON, col(Site.closed_at).is_(None))
        .order_by(col(Site.name), col(Site.id))
    )
    return rows.all()
