"""The prisons that somebody works with: those in use and within reach, by name.

Knows scopes and roles; what may be done there is for the route's rule to say.
"""

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Scope
from visitation.places import Site
from visitation.words import Role, SiteKind
from web.keys import SETTINGS
from web.principals import StaffPrincipal

#: Keeps which prison somebody works with, for as long as the browser is open.
_COOKIE = "prison"
_LONGEST_ID = 9


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


def remembered(request: web.Request) -> int | None:
    """The prison that this browser last worked with; who asks may not reach it."""
    text = request.cookies.get(_COOKIE, "")
    is_id = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID
    return int(text) if is_id else None


def remember(request: web.Request, response: web.Response, prison_id: int) -> None:
    """Let the next page that names no prison begin with this one."""
    if remembered(request) != prison_id:
        response.set_cookie(
            _COOKIE,
            str(prison_id),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=request.app[SETTINGS].secure,
        )
