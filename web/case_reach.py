"""Finding requests and their orders within the reach of who asks, and who decides one.

Each subject answers None for what does not exist and for what may not be seen.
"""

from collections.abc import Sequence

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import cases
from visitation.cases import Case, CaseOrder, Reader, lifecycle, ordered, reading
from visitation.errors import NotFound
from visitation.people import Account
from visitation.people.tables import AccountScope
from visitation.places import Site
from visitation.words import CaseAction, OrderState, Role
from web.principals import DevicePrincipal, Principal, StaffPrincipal
from web.routing import Door
from web.subjects import Parts

#: Who reads requests at all; which ones, the domain says.
READERS: frozenset[Role | Door] = frozenset(
    {Role.OFFICIAL, Role.WARDEN, Role.CLERK, Role.ADMINISTRATOR, Role.AUDITOR}
)
#: More names than this nobody looks through.
_MANY = 200


def may(action: CaseAction) -> frozenset[Role | Door]:
    """The roles of staff that may try an action."""
    return lifecycle.MAY_CASE[action] & READERS


def reader(me: StaffPrincipal) -> Reader:
    """Whoever asks, as the domain knows a reader of requests."""
    return Reader(account_id=me.account_id, role=me.role, scope=me.scope)


def allowed(case: Case, action: CaseAction, me: StaffPrincipal) -> bool:
    """Whether somebody may do this to the request as it stands."""
    if me.role not in may(action) or not lifecycle.allows(case.state, action):
        return False
    return action not in lifecycle.DECIDING or cases.may_decide(case, me.actor)


async def case(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Case | None:
    """The request of `{case}`, by its reference, for staff who read it."""
    reference = parts.get("case", "")
    # PostgreSQL takes no NUL in a text, and would say so by an error.
    if not reference.isprintable() or not isinstance(principal, StaffPrincipal):
        return None
    try:
        return await cases.by_reference(session, reference, reader=reader(principal))
    except NotFound:
        return None


async def decidable(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Case | None:
    """The request of `{case}`, while it waits for an answer of whoever asks."""
    found = await case(session, parts, principal, device)
    if found is None or not isinstance(principal, StaffPrincipal):
        return None
    return found if allowed(found, CaseAction.GRANT, principal) else None


async def order(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> CaseOrder | None:
    """The order of `{order}`, by its reference, for staff who read its request."""
    reference = parts.get("order", "")
    if not reference.isprintable() or not isinstance(principal, StaffPrincipal):
        return None
    rows = await session.exec(select(CaseOrder).where(CaseOrder.reference == reference))
    found = rows.first()
    if found is None:
        return None
    # The condition on requests reads orders too, so it stands in a query of its own.
    seen = await session.exec(
        select(Case.id).where(
            Case.id == found.case_id, reading.readable(reader(principal))
        )
    )
    return found if seen.first() is not None else None


async def own_order(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> CaseOrder | None:
    """The order of `{order}`, for whoever is told to carry it out."""
    found = await order(session, parts, principal, device)
    if found is None or not isinstance(principal, StaffPrincipal):
        return None
    place = await session.get(Site, found.site_id) if found.site_id else None
    return found if ordered.is_for(found, reader(principal), place) else None


def may_cancel(order: CaseOrder, case: Case, me: StaffPrincipal) -> bool:
    """Whether somebody may take an order back: it is open, and they decide."""
    if order.state is not OrderState.OPEN:
        return False
    return me.role in may(CaseAction.CANCEL_ORDER) and cases.may_decide(case, me.actor)


async def receivers(
    session: AsyncSession, case: Case, prison: Site
) -> Sequence[Account]:
    """Who decides such a request and reaches its prison, by name."""
    reached = select(AccountScope.account_id).where(
        or_(
            col(AccountScope.site_id) == prison.id,
            col(AccountScope.province_id) == prison.province_id,
        )
    )
    rows = await session.exec(
        select(Account)
        .where(
            col(Account.role).in_(cases.KINDS[case.kind].deciders),
            col(Account.disabled_at).is_(None),
            or_(col(Account.everywhere), col(Account.id).in_(reached)),
        )
        .order_by(col(Account.name), col(Account.id))
        .limit(_MANY)
    )
    return rows.all()
