"""Which cases and orders stand on which board, page by page.

Rows come with everything that a board shows. A case that was granted stays on the
boards until its orders are done. Knows no page and no language.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, and_, case, exists, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import database
from visitation.cases import kinds, untold
from visitation.cases.lifecycle import OPEN
from visitation.cases.reading import Reader, readable, within
from visitation.cases.tables import Case, CaseOrder, CaseStep
from visitation.errors import Invalid
from visitation.people import Account, Prisoner, Visitor
from visitation.places import Site
from visitation.words import (
    CaseAction,
    CaseKind,
    CaseSource,
    CaseState,
    OrderState,
)

#: How long before its day a case is due soon.
SOON = timedelta(days=3)
#: The longest page.
LONGEST_PAGE = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: No case has a larger number; PostgreSQL would answer one by an error.
_LARGEST_ID = 2**31 - 1


class Board(StrEnum):
    """A list of cases."""

    MINE = "mine"
    DUE = "due"
    OVERDUE = "overdue"
    UNOWNED = "unowned"
    UNTOLD = "untold"
    OPEN = "open"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A case on a list.

    Attributes:
        zone: the prison's wall clock.
        visitor: who asks; empty for nobody's family.
        owner: empty while nobody has it.
        orders: how many of its orders are open.
        last: what was done last.
    """

    id: int
    reference: str
    kind: CaseKind
    state: CaseState
    source: CaseSource
    prisoner: str
    prisoner_id: int
    prison: str
    prison_id: int
    zone: str
    visitor: str
    owner_id: int | None
    owner: str
    raised_at: datetime
    due_at: datetime
    decided_at: datetime | None
    changed_at: datetime
    orders: int
    last: CaseAction
    last_at: datetime


_NAMES = tuple(field.name for field in fields(Listed))
#: In the order of what is listed, but for what was done last.
_COLUMNS: Sequence[Any] = (
    *(col(Case.id), col(Case.reference), col(Case.kind), col(Case.state)),
    *(col(Case.source), col(Prisoner.name), col(Case.prisoner_id)),
    *(col(Site.name), col(Site.id), col(Site.zone)),
    *(func.coalesce(col(Visitor.name), ""), col(Case.owner_id)),
    func.coalesce(col(Account.name), ""),
    *(col(Case.raised_at), col(Case.due_at), col(Case.decided_at)),
    col(Case.changed_at),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a list.

    Attributes:
        onward: where the next page begins; empty on the last one.
    """

    rows: Sequence[Listed]
    onward: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of a board is wanted; None and nothing leave it as it is."""

    kinds: Collection[CaseKind] = ()
    states: Collection[CaseState] = ()
    prison_id: int | None = None
    prisoner_ids: Collection[int] | None = None
    changed_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtPrison:
    """How much waits at one prison."""

    site_id: int
    name: str
    open: int
    overdue: int


async def listed(
    session: AsyncSession,
    board: Board,
    reader: Reader,
    *,
    now: datetime,
    wanted: Wanted | None = None,
    by_change: bool = False,
    after: str = "",
    limit: int = 50,
) -> Page:
    """A page of a board: the soonest due first, or `by_change` the longest unchanged.

    Raises:
        Invalid: if `after` is no place in a list.
    """
    key = col(Case.changed_at) if by_change else col(Case.due_at)
    limit = min(max(limit, 1), LONGEST_PAGE)
    found = await rows(
        session,
        readable(reader),
        _on(board, reader, now),
        *_filters(wanted or Wanted()),
        _beyond(key, after),
        order=(key, col(Case.id)),
        limit=limit + 1,
    )
    shown = found[:limit]
    onward = ""
    if len(found) > limit:
        last = shown[-1]
        at = last.changed_at if by_change else last.due_at
        onward = f"{(at - _EPOCH) // _MICROSECOND}.{last.id}"
    return Page(rows=shown, onward=onward)


async def counts(
    session: AsyncSession, reader: Reader, *, now: datetime
) -> Mapping[Board, int]:
    """How many cases stand on each board but that of all."""
    boards = [board for board in Board if board is not Board.ALL]
    numbers = [
        func.coalesce(func.sum(case((_on(board, reader, now), 1), else_=0)), 0)
        for board in boards
    ]
    counting = sqlalchemy.select(*numbers).select_from(Case)
    found = await database.rows(
        session, counting.where(readable(reader), or_(_waits(), untold.WAITS))
    )
    return dict(zip(boards, found[0], strict=True))


async def by_prison(
    session: AsyncSession, reader: Reader, *, now: datetime
) -> Sequence[AtPrison]:
    """What waits at each prison that has something, the most first."""
    waiting = func.count()
    late = func.sum(case((_late(now), 1), else_=0))
    found = await session.exec(
        select(Site.id, Site.name, waiting, late)
        .select_from(Case)
        .join(Prisoner, col(Prisoner.id) == col(Case.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(readable(reader), _waits())
        .group_by(col(Site.id), col(Site.name))
        .order_by(waiting.desc(), col(Site.id))
        .limit(LONGEST_PAGE)
    )
    return [
        AtPrison(site_id=site, name=name, open=count, overdue=overdue)
        for site, name, count, overdue in found.all()
    ]


async def of_prisoner(
    session: AsyncSession, *, prisoner_id: int, reader: Reader, limit: int = 50
) -> Sequence[Listed]:
    """What was asked for a prisoner, the newest first."""
    return await rows(
        session,
        readable(reader),
        col(Case.prisoner_id) == prisoner_id,
        order=(col(Case.id).desc(),),
        limit=min(limit, LONGEST_PAGE),
    )


async def rows(
    session: AsyncSession,
    *conditions: ColumnElement[bool],
    order: Sequence[Any],
    limit: int,
) -> list[Listed]:
    """The cases under some conditions, as lists show them."""
    last = aliased(CaseStep)
    of_last = and_(
        col(last.case_id) == col(Case.id), col(last.number) == col(Case.steps)
    )
    found = await database.rows(
        session,
        sqlalchemy.select(*_COLUMNS, _open_orders(), col(last.action), col(last.at))
        .select_from(Case)
        .join(Prisoner, col(Prisoner.id) == col(Case.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .join(last, of_last)
        .outerjoin(Visitor, col(Visitor.id) == col(Case.visitor_id))
        .outerjoin(Account, col(Account.id) == col(Case.owner_id))
        .where(*conditions)
        .order_by(*order)
        .limit(limit),
    )
    return [Listed(**dict(zip(_NAMES, row, strict=True))) for row in found]


def _open_orders() -> Any:
    return (
        select(func.count())
        .select_from(CaseOrder)
        .where(
            col(CaseOrder.case_id) == col(Case.id),
            col(CaseOrder.state) == OrderState.OPEN,
        )
        .correlate(Case)
        .scalar_subquery()
    )


def _open() -> ColumnElement[bool]:
    return col(Case.state).in_(OPEN)


def _waits() -> ColumnElement[bool]:
    """Without an answer, or with something still to be done for it."""
    to_do = exists().where(
        col(CaseOrder.case_id) == col(Case.id),
        col(CaseOrder.state) == OrderState.OPEN,
    )
    return or_(_open(), to_do)


def _late(now: datetime) -> ColumnElement[bool]:
    order = exists().where(
        col(CaseOrder.case_id) == col(Case.id),
        col(CaseOrder.state) == OrderState.OPEN,
        col(CaseOrder.due_at) < now,
    )
    return or_(and_(_open(), col(Case.due_at) < now), order)


def _on(board: Board, reader: Reader, now: datetime) -> ColumnElement[bool]:
    """What stands on a board."""
    due = col(Case.due_at)
    mine_to_decide = col(Case.kind).in_(kinds.decided_by(reader.role))
    nobodys = col(Case.owner_id).is_(None)
    on: Mapping[Board, ColumnElement[bool]] = {
        Board.MINE: and_(_waits(), col(Case.owner_id) == reader.account_id),
        Board.DUE: and_(_open(), due >= now, due < now + SOON),
        Board.OVERDUE: _late(now),
        Board.UNOWNED: and_(_open(), nobodys, mine_to_decide, within(reader)),
        Board.UNTOLD: untold.WAITS,
        Board.OPEN: _waits(),
        Board.ALL: true(),
    }
    return on[board]


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds:
        conditions.append(col(Case.kind).in_(wanted.kinds))
    if wanted.states:
        conditions.append(col(Case.state).in_(wanted.states))
    if wanted.prison_id is not None:
        conditions.append(col(Prisoner.site_id) == wanted.prison_id)
    if wanted.prisoner_ids is not None:
        conditions.append(col(Case.prisoner_id).in_(wanted.prisoner_ids))
    if wanted.changed_since is not None:
        conditions.append(col(Case.changed_at) >= wanted.changed_since)
    return conditions


def _beyond(key: Any, after: str) -> ColumnElement[bool]:
    if not after:
        return true()
    moment, _, number = after.partition(".")
    try:
        at = _EPOCH + int(moment) * _MICROSECOND
        last = int(number)
    except (ValueError, OverflowError):
        raise Invalid("after", "not_a_place") from None
    if not 0 <= last <= _LARGEST_ID:
        raise Invalid("after", "not_a_place")
    return or_(key > at, and_(key == at, col(Case.id) > last))
