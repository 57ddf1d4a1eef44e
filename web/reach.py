"""Finding what the URLs of administration are about, within the administrator's reach.

Like `subjects`, each answers None for what does not exist and for what may not be seen.
"""

from collections.abc import Mapping

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from visitation.people import Account, ApiToken, Contact, Prisoner, Visitor
from visitation.places import (
    Closure,
    Holiday,
    MobileDay,
    Province,
    ProvinceGrant,
    SessionTemplate,
)
from web import subjects
from web.principals import DevicePrincipal, Principal, StaffPrincipal
from web.reached import narrowed
from web.subjects import by_id

Parts = Mapping[str, str]


async def province(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Province | None:
    """The province of `{province}`, for staff who reach all of it."""
    found = await by_id(session, Province, parts.get("province", ""))
    if found is None or not isinstance(principal, StaffPrincipal):
        return None
    scope = principal.scope
    return found if scope.everywhere or found.id in scope.provinces else None


async def template(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> SessionTemplate | None:
    """The session template of `{template}`, for staff who reach its prison."""
    found = await by_id(session, SessionTemplate, parts.get("template", ""))
    if found is None or not await _reaches(session, principal, found.site_id):
        return None
    return found


async def closure(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Closure | None:
    """The closure of `{closure}`, for staff who reach its site."""
    found = await by_id(session, Closure, parts.get("closure", ""))
    if found is None or not await _reaches(session, principal, found.site_id):
        return None
    return found


async def grant(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> ProvinceGrant | None:
    """The grant of `{grant}`, for staff who reach its prison."""
    found = await by_id(session, ProvinceGrant, parts.get("grant", ""))
    if found is None or not await _reaches(session, principal, found.prison_id):
        return None
    return found


async def holiday(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Holiday | None:
    """The holiday of `{holiday}`, for any planner; pages say who may change it."""
    return await by_id(session, Holiday, parts.get("holiday", ""))


async def mobile_day(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> MobileDay | None:
    """The mobile day of `{mobile}`, by reference, for staff who reach its office."""
    reference = parts.get("mobile", "")
    # PostgreSQL takes no NUL in a text, and would say so by an error.
    if not reference.isprintable():
        return None
    rows = await session.exec(select(MobileDay).where(MobileDay.reference == reference))
    found = rows.first()
    if found is None or not await _reaches(session, principal, found.site_id):
        return None
    return found


async def visitor(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Visitor | None:
    """The visitor of `{visitor}`, for staff with a prisoner who knows them."""
    found = await by_id(session, Visitor, parts.get("visitor", ""))
    if found is None or not isinstance(principal, StaffPrincipal):
        return None
    near = await people.reaches_visitor(session, found, scope=principal.scope)
    return found if near else None


async def contact(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Contact | None:
    """The contact of `{contact}`, for staff who reach the prisoner's prison."""
    found = await by_id(session, Contact, parts.get("contact", ""))
    if found is None:
        return None
    prisoner = await session.get_one(Prisoner, found.prisoner_id)
    return found if await _reaches(session, principal, prisoner.site_id) else None


async def account(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Account | None:
    """The account of `{account}`, for staff who reach all that it reaches."""
    found = await by_id(session, Account, parts.get("account", ""))
    if found is None or not isinstance(principal, StaffPrincipal):
        return None
    inner = await people.scope_of(session, found)
    inside = await people.encloses(session, principal.scope, inner)
    return found if inside else None


@narrowed(account)
async def other_account(
    session: AsyncSession, found: Account, me: StaffPrincipal
) -> bool:
    """The account of `{account}`, unless it is one's own."""
    return found.id != me.account_id


async def token(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> ApiToken | None:
    """The token of `{token}`, for staff who reach all that its account reaches."""
    found = await by_id(session, ApiToken, parts.get("token", ""))
    if found is None:
        return None
    owner = {"account": str(found.account_id)}
    return found if await account(session, owner, principal, device) else None


async def _reaches(
    session: AsyncSession, principal: Principal | None, site_id: int
) -> bool:
    parts = {"site": str(site_id)}
    return await subjects.site(session, parts, principal, None) is not None
