"""Finding requests and their orders within the reach of who asks, and who decides one.

Each subject answers None for what does not exist and for what may not be seen.
"""

from collections.abc import Sequence

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import cases
from visitation.cases import Case, CaseOrder, Reader, lifecycle, ordered, reading
from visitation.errors import NotFound
from visitation.people import Account
from visitation.places import Site
from visitation.words import CaseAction, OrderState, Role
from web import prison_reach
from web.principals import StaffPrincipal
from web.reached import by_reference, narrowed
from web.routing import Door, Subject

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


@by_reference("case", StaffPrincipal)
async def case(
    session: AsyncSession, reference: str, me: StaffPrincipal
) -> Case | None:
    """The request of `{case}`, by its reference, for staff who read it."""
    try:
        return await cases.by_reference(session, reference, reader=reader(me))
    except NotFound:
        return None


@narrowed(case)
async def own(session: AsyncSession, found: Case, me: StaffPrincipal) -> bool:
    """The request of `{case}`, for staff who work on it, not only by an order."""
    return await is_own(session, found, me)


async def is_own(session: AsyncSession, case: Case, me: StaffPrincipal) -> bool:
    """Whether somebody has a say in a request that they read."""
    rows = await session.exec(
        select(Case.id).where(Case.id == case.id, reading.within(reader(me)))
    )
    return rows.first() is not None


def subject_for(action: CaseAction) -> Subject:
    """Who finds the request to do this to."""
    return case if action in BY_ORDER else own


@narrowed(own)
async def decidable(session: AsyncSession, found: Case, me: StaffPrincipal) -> bool:
    """The request of `{case}`, while it waits for an answer of whoever asks."""
    return allowed(found, CaseAction.GRANT, me)


@by_reference("order", StaffPrincipal)
async def order(
    session: AsyncSession, reference: str, me: StaffPrincipal
) -> CaseOrder | None:
    """The order of `{order}`, by its reference, for staff who read its request."""
    rows = await session.exec(select(CaseOrder).where(CaseOrder.reference == reference))
    found = rows.first()
    if found is None:
        return None
    # The condition on requests reads orders too, so it stands in a query of its own.
    seen = await session.exec(
        select(Case.id).where(Case.id == found.case_id, reading.readable(reader(me)))
    )
    return found if seen.first() is not None else None


@narrowed(order)
async def given_order(
    session: AsyncSession, found: CaseOrder, me: StaffPrincipal
) -> bool:
    """The order of `{order}`, for whoever gave it or has a say in its request."""
    of = await session.get_one(Case, found.case_id)
    return found.made_by_id == me.account_id or await is_own(session, of, me)


@narrowed(order)
async def own_order(
    session: AsyncSession, found: CaseOrder, me: StaffPrincipal
) -> bool:
    """The order of `{order}`, for whoever is told to carry it out."""
    place = await session.get(Site, found.site_id) if found.site_id else None
    return ordered.is_for(found, reader(me), place)


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
    deciders = cases.KINDS[case.kind].deciders
    return await prison_reach.people_of(session, prison, deciders, limit=_MANY)
