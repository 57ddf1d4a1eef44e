"""The prisons that somebody works with, in use and within reach; and who reaches one.

Knows scopes and roles; what may be done there is for the route's rule to say.
"""

from collections.abc import Collection, Sequence

from aiohttp import web
from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Account, Scope
from visitation.people.tables import AccountScope
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


async def people_of(
    session: AsyncSession,
    prison: Site,
    roles: Collection[Role],
    *,
    limit: int | None = None,
) -> Sequence[Account]:
    """The accounts of some roles that reach a prison, by name."""
    near = select(AccountScope.account_id).where(
        or_(
            col(AccountScope.site_id) == prison.id,
            col(AccountScope.province_id) == prison.province_id,
        )
    )
    rows = await session.exec(
        select(Account)
        .where(
            col(Account.role).in_(roles),
            col(Account.disabled_at).is_(None),
            or_(col(Account.everywhere), col(Account.id).in_(near)),
        )
        .order_by(col(Account.name), col(Account.id))
        .limit(limit)
    )
    return rows.all()


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
