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
from web.routing import Door, Subject
from web.subjects import Parts

#: Who reads requests at all; which ones, the domain says.
READERS: frozenset[Role | Door] = frozenset(
    {Role.OFFICIAL, Role.WARDEN, Role.CLERK, Role.ADMINISTRATOR, Role.AUDITOR}
)
#: What is done also by whoever reads a request only because of an order.
BY_ORDER = frozenset({CaseAction.NOTE, CaseAction.ATTACH, CaseAction.CARRY_OUT})
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
    sorting = action is CaseAction.CORRECT_KIND and me.role is Role.WARDEN
    if action in lifecycle.DECIDING or sorting:
        return cases.may_decide(case, me.actor)
    return True


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


async def own(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Case | None:
    """The request of `{case}`, for staff who work on it, not only by an order."""
    found = await case(session, parts, principal, device)
    if found is None or not isinstance(principal, StaffPrincipal):
        return None
    return found if await is_own(session, found, principal) else None


async def is_own(session: AsyncSession, case: Case, me: StaffPrincipal) -> bool:
    """Whether somebody has a say in a request that they read."""
    rows = await session.exec(
        select(Case.id).where(Case.id == case.id, reading.within(reader(me)))
    )
    return rows.first() is not None


def subject_for(action: CaseAction) -> Subject:
    """Who finds the request to do this to."""
    return case if action in BY_ORDER else own


async def decidable(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Case | None:
    """The request of `{case}`, while it waits for an answer of whoever asks."""
    found = await own(session, parts, principal, device)
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


async def given_order(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> CaseOrder | None:
    """The order of `{order}`, for whoever gave it or has a say in its request."""
    found = await order(session, parts, principal, device)
    if found is None or not isinstance(principal, StaffPrincipal):
        return None
    of = await session.get_one(Case, found.case_id)
    mine = found.made_by_id == principal.account_id
    return found if mine or await is_own(session, of, principal) else None


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


def may_cancel(order: CaseOrder, case: Case, me: StaffPrincipal, *, own: bool) -> bool:
    """Whether somebody may take an order back: it is open, and they decide.

    Args:
        order: to be taken back.
        case: of the order.
        me: whoever asks.
        own: whether they have a say in the request.
    """
    if order.state is not OrderState.OPEN:
        return False
    if not own and order.made_by_id != me.account_id:
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
