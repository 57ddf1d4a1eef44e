"""Whom and where attendance can be planned for, and what its URLs are about.

What is out of reach does not exist.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Account, OfficialHours, Scope
from visitation.people.tables import AccountScope
from visitation.places import Site
from visitation.places.tables import MobileDay
from visitation.visits import Cover, Visit
from visitation.words import MobileDayState, Role
from web import subjects
from web.principals import DevicePrincipal, Principal, StaffPrincipal
from web.reached import by_reference
from web.subjects import Parts, by_id


async def officials(session: AsyncSession, scope: Scope) -> Sequence[Account]:
    """The officials who share a place with a scope, by name."""
    rows = await session.exec(
        select(Account)
        .where(_shares(scope), col(Account.disabled_at).is_(None))
        .order_by(col(Account.name), col(Account.id))
    )
    return rows.all()


async def village_days(
    session: AsyncSession, scope: Scope, today: date
) -> Sequence[tuple[MobileDay, Site]]:
    """The days to come of a scope's mobile offices."""
    rows = await session.exec(
        select(MobileDay, Site)
        .join(Site, col(Site.id) == col(MobileDay.site_id))
        .where(
            scope.of_sites(),
            col(MobileDay.day) >= today,
            MobileDay.state == MobileDayState.PLANNED,
        )
        .order_by(col(MobileDay.day), col(MobileDay.id))
        .limit(100)
    )
    return rows.all()


@by_reference("cover", StaffPrincipal)
async def cover(
    session: AsyncSession, reference: str, me: StaffPrincipal
) -> Cover | None:
    """The cover of `{cover}`, for its official and for staff who reach its place."""
    rows = await session.exec(select(Cover).where(Cover.reference == reference))
    found = rows.first()
    if found is None:
        return None
    if me.role is Role.OFFICIAL:
        return found if found.official_id == me.account_id else None
    day = (
        await session.get(MobileDay, found.mobile_day_id)
        if found.mobile_day_id
        else None
    )
    site = await session.get(Site, day.site_id if day else found.prison_id)
    reached = site is not None and me.scope.reaches(site)
    return found if reached else None


@by_reference("visit", StaffPrincipal)
async def wanted_visit(
    session: AsyncSession, reference: str, me: StaffPrincipal
) -> Visit | None:
    """The visit of `{visit}` that wants an official, within the reach."""
    rows = await session.exec(select(Visit).where(Visit.reference == reference))
    found = rows.first()
    if found is None:
        return None
    inside = await session.exec(
        select(Site.id).where(
            me.scope.of_sites(),
            col(Site.id).in_([found.prison_id, found.point_id]),
        )
    )
    own = found.official_id == me.account_id
    open_to_me = found.official_wanted or own or me.role is not Role.OFFICIAL
    return found if inside.first() is not None and open_to_me else None


async def attended_visit(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Visit | None:
    """The visit of `{visit}`, for staff who see it.

    For officials, what they attend or could attend: who stands in for another today
    has no say in who it was booked with.
    """
    found = await subjects.visit(session, parts, principal, device)
    if not isinstance(principal, StaffPrincipal) or principal.role is not Role.OFFICIAL:
        return found
    if found is None:
        return await wanted_visit(session, parts, principal, device)
    return found if found.official_id in {None, principal.account_id} else None


async def official(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Account | None:
    """The official of `{account}`, for themselves and for staff of their places.

    One place in common is enough, as it is for letting them attend a visit there.
    """
    found = await by_id(session, Account, parts.get("account", ""))
    if found is None or found.role is not Role.OFFICIAL:
        return None
    if not isinstance(principal, StaffPrincipal):
        return None
    if principal.role is Role.OFFICIAL:
        return found if found.id == principal.account_id else None
    rows = await session.exec(
        select(Account.id).where(Account.id == found.id, _shares(principal.scope))
    )
    return found if rows.first() is not None else None


async def hours(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> OfficialHours | None:
    """The hours of `{hours}`, for whoever may keep that official's."""
    found = await by_id(session, OfficialHours, parts.get("hours", ""))
    if found is None:
        return None
    owner = {"account": str(found.account_id)}
    keeps = await official(session, owner, principal, device)
    return found if keeps else None


def _shares(scope: Scope) -> ColumnElement[bool]:
    """The condition on `Account` that keeps officials with a place of a scope."""
    sites = select(Site.id).where(scope.of_sites())
    within = select(Site.province_id).where(scope.of_sites())
    sharing = select(AccountScope.account_id).where(
        col(AccountScope.site_id).in_(sites) | col(AccountScope.province_id).in_(within)
    )
    return and_(
        col(Account.role) == Role.OFFICIAL,
        col(Account.everywhere) | col(Account.id).in_(sharing),
    )
