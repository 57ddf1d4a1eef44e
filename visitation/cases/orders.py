"""Orders of a case: what a site or a colleague is told to do, and until when.

A case whose orders are not done stays on the boards, whatever its answer.
"""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.cases import due as dates
from visitation.cases import steps
from visitation.cases.deciders import check_decides
from visitation.cases.refusing import OrderEnded
from visitation.cases.steps import worded
from visitation.cases.tables import Case, CaseOrder
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.people.tables import Account
from visitation.places import Site
from visitation.words import CaseAction, OrderState, Visibility

#: The longest text of an order and of its answer.
LONGEST = 1000
#: Nobody is given more working days than this.
MOST_DAYS = 90


async def make(
    session: AsyncSession,
    case: Case,
    *,
    text: str,
    due_days: int,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    site_id: int | None = None,
    account_id: int | None = None,
    visit_id: int | None = None,
) -> CaseOrder:
    """Tell a site or a colleague to do something, in so many working days.

    Raises:
        Closed: if the case was withdrawn.
        Invalid: if nothing is said, it is for nobody or for both, or the days are not
            1 to 90.
        NotAllowed: if this role does not decide the case.
        NotFound: if there is no such site or account.
    """
    maker = check_decides(case, by)
    await _check_receiver(session, site_id, account_id)
    order = CaseOrder(
        reference=keyring.reference(),
        case_id=case.id,
        site_id=site_id,
        account_id=account_id,
        text=worded(text, longest=LONGEST),
        state=OrderState.OPEN,
        due_at=await _due(session, case, due_days, now),
        made_at=now,
        made_by_id=maker,
    )
    session.add(order)
    await session.flush()
    await steps.write(
        session,
        case,
        CaseAction.ORDER,
        by=by,
        now=now,
        text=order.text,
        facts={"order": order.id, "site": site_id, "to": account_id},
        visit_id=visit_id,
    )
    return order


async def carry_out(
    session: AsyncSession, order: CaseOrder, *, answer: str, by: Actor, now: datetime
) -> CaseOrder:
    """Say that an order was done, and what came of it.

    Raises:
        Invalid: if nothing is said, or too much.
        OrderEnded: if it was done or cancelled before.
    """
    return await _end(
        session,
        order,
        CaseAction.CARRY_OUT,
        worded(answer, longest=LONGEST),
        by=by,
        now=now,
    )


async def cancel(
    session: AsyncSession, order: CaseOrder, *, reason: str, by: Actor, now: datetime
) -> CaseOrder:
    """Take an order back.

    Raises:
        Invalid: if no reason is given.
        NotAllowed: if this role does not decide the case.
        OrderEnded: if it was done or cancelled before.
    """
    check_decides(await session.get_one(Case, order.case_id), by)
    return await _end(
        session,
        order,
        CaseAction.CANCEL_ORDER,
        worded(reason, longest=LONGEST),
        by=by,
        now=now,
    )


async def by_reference(session: AsyncSession, reference: str) -> CaseOrder:
    """The order of that reference.

    Raises:
        NotFound: if there is none.
    """
    rows = await session.exec(select(CaseOrder).where(CaseOrder.reference == reference))
    order = rows.first()
    if order is None:
        raise NotFound(reference)
    return order


async def _end(
    session: AsyncSession,
    order: CaseOrder,
    action: CaseAction,
    answer: str,
    *,
    by: Actor,
    now: datetime,
) -> CaseOrder:
    done = action is CaseAction.CARRY_OUT
    ended = await session.exec(
        update(CaseOrder)
        .where(col(CaseOrder.id) == order.id, col(CaseOrder.state) == OrderState.OPEN)
        .values(
            state=OrderState.DONE if done else OrderState.CANCELLED,
            ended_at=now,
            ended_by_id=by.account_id,
            answer=answer,
        )
        .execution_options(synchronize_session=False)
    )
    await session.refresh(order)
    if ended.rowcount == 0:
        name = await steps.name_of(session, order.ended_by_id)
        raise OrderEnded(order.ended_at, name, done=order.state is OrderState.DONE)
    # Its row is read again: others write steps of the same case at the same time.
    case = await session.get_one(Case, order.case_id, populate_existing=True)
    await steps.write(
        session,
        case,
        action,
        by=by,
        now=now,
        text=answer,
        visibility=Visibility.STAFF,
        facts={"order": order.id},
    )
    return order


async def _due(session: AsyncSession, case: Case, days: int, now: datetime) -> datetime:
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("due_days", "out_of_range")
    prison = await dates.prison_of(session, case.prisoner_id)
    return await dates.in_days(session, prison=prison, days=days, now=now)


async def _check_receiver(
    session: AsyncSession, site_id: int | None, account_id: int | None
) -> None:
    if (site_id is None) == (account_id is None):
        raise Invalid("to", "one_of_both")
    if site_id is not None and await session.get(Site, site_id) is None:
        raise NotFound("site")
    if account_id is None:
        return
    to = await session.get(Account, account_id)
    if to is None or to.disabled_at is not None:
        raise NotFound("account")
