"""The orders that a site or a person has to carry out, and those that somebody made.

Knows no page and no language; who reads a case is for `reading` to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import database
from visitation.cases.boards import LONGEST_PAGE
from visitation.cases.reading import Reader
from visitation.cases.tables import Case, CaseOrder
from visitation.people import Account, Prisoner
from visitation.places import Site
from visitation.words import CaseKind, OrderState, Role

#: Who is meant by an order to a site that they reach.
_OF_SITES = frozenset({Role.WARDEN, Role.CLERK, Role.ADMINISTRATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderListed:
    """An order on a list.

    Attributes:
        case: the reference of its case.
        zone: the prison's wall clock.
        to: the name of the site or of the person.
        by: who made it.
    """

    id: int
    reference: str
    case: str
    kind: CaseKind
    prisoner: str
    prison: str
    zone: str
    to: str
    by: str
    by_id: int
    text: str
    state: OrderState
    due_at: datetime
    made_at: datetime
    ended_at: datetime | None
    answer: str


_NAMES = tuple(field.name for field in fields(OrderListed))


async def orders_for(
    session: AsyncSession,
    reader: Reader,
    *,
    is_open: bool = True,
    limit: int = LONGEST_PAGE,
) -> Sequence[OrderListed]:
    """What somebody or their sites have to do: open, the soonest due first, or done."""
    return await _listed(
        session, _to(reader), _standing(is_open=is_open), is_open=is_open, limit=limit
    )


async def orders_by(
    session: AsyncSession,
    reader: Reader,
    *,
    is_open: bool = True,
    limit: int = LONGEST_PAGE,
) -> Sequence[OrderListed]:
    """What somebody told others to do: open, the soonest due first, or done."""
    made = col(CaseOrder.made_by_id) == reader.account_id
    return await _listed(
        session, made, _standing(is_open=is_open), is_open=is_open, limit=limit
    )


async def order_counts(
    session: AsyncSession, reader: Reader, *, now: datetime
) -> tuple[int, int]:
    """How many orders somebody or their sites have to do, and how many are late."""
    is_open = _standing(is_open=True)
    late = and_(_to(reader), is_open, col(CaseOrder.due_at) < now)
    counting = select(func.count()).select_from(CaseOrder)
    all_of_them = await session.exec(counting.where(_to(reader), is_open))
    return all_of_them.one(), (await session.exec(counting.where(late))).one()


def to_do(reader: Reader) -> ColumnElement[bool]:
    """The condition on `CaseOrder` that keeps what a reader or their sites must do."""
    return and_(_to(reader), _standing(is_open=True))


def is_for(order: CaseOrder, reader: Reader, site: Site | None) -> bool:
    """Whether an order is for somebody, or for a site that they answer for."""
    if order.account_id is not None:
        return order.account_id == reader.account_id
    return site is not None and reader.role in _OF_SITES and reader.scope.reaches(site)


def _to(reader: Reader) -> ColumnElement[bool]:
    me = col(CaseOrder.account_id) == reader.account_id
    if reader.role not in _OF_SITES:
        return me
    sites = select(Site.id).where(reader.scope.of_sites())
    return or_(me, col(CaseOrder.site_id).in_(sites))


def _standing(*, is_open: bool) -> ColumnElement[bool]:
    state = col(CaseOrder.state)
    return state == OrderState.OPEN if is_open else state != OrderState.OPEN


async def _listed(
    session: AsyncSession,
    *conditions: ColumnElement[bool],
    is_open: bool,
    limit: int,
) -> Sequence[OrderListed]:
    place, maker, person = aliased(Site), aliased(Account), aliased(Account)
    soonest = (col(CaseOrder.due_at), col(CaseOrder.id))
    newest = (col(CaseOrder.ended_at).desc(), col(CaseOrder.id).desc())
    to = func.coalesce(place.name, person.name, "")
    columns: Sequence[Any] = (
        *(CaseOrder.id, CaseOrder.reference, Case.reference, Case.kind),
        *(Prisoner.name, Site.name, Site.zone, to, maker.name, maker.id),
        *(CaseOrder.text, CaseOrder.state, CaseOrder.due_at, CaseOrder.made_at),
        *(CaseOrder.ended_at, CaseOrder.answer),
    )
    rows = await database.rows(
        session,
        sqlalchemy.select(*columns)
        .select_from(CaseOrder)
        .join(Case, col(Case.id) == col(CaseOrder.case_id))
        .join(Prisoner, col(Prisoner.id) == col(Case.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .join(maker, col(maker.id) == col(CaseOrder.made_by_id))
        .outerjoin(place, col(place.id) == col(CaseOrder.site_id))
        .outerjoin(person, col(person.id) == col(CaseOrder.account_id))
        .where(*conditions)
        .order_by(*(soonest if is_open else newest))
        .limit(min(limit, LONGEST_PAGE)),
    )
    return [OrderListed(**dict(zip(_NAMES, row, strict=True))) for row in rows]
