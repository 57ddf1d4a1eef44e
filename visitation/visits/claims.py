"""Claims: rows that make double booking impossible in the database itself.

`claim(resource, quantum)` is a primary key. One sorted multi-row INSERT claims all that
a visit needs, turnover included; whoever comes second hits the key. The same SQL holds
on SQLite and PostgreSQL at any isolation level; sorting keeps two claimants from
waiting for each other in a circle.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, tuple_
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, and_, col, delete, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.database import is_conflict
from visitation.errors import VisitationError
from visitation.timespan import Timespan
from visitation.visits.tables import Claim, Visit

_TABLE = SQLModel.metadata.tables["claim"]


class Taken(VisitationError):
    """Something that was to be claimed is taken.

    Attributes:
        resources: which, as in `Claim.resource`; empty when it went away meanwhile.
    """

    def __init__(self, resources: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(resources)))
        self.resources = resources


def resources(
    *,
    terminal_id: int | None = None,
    kiosk_id: int | None = None,
    prisoner_id: int | None = None,
    visitor_ids: Iterable[int] = (),
    official_id: int | None = None,
) -> frozenset[str]:
    """The names of what a visit occupies."""
    names = {f"visitor:{visitor_id}" for visitor_id in visitor_ids}
    for kind, one in (
        ("terminal", terminal_id),
        ("kiosk", kiosk_id),
        ("prisoner", prisoner_id),
        ("official", official_id),
    ):
        if one is not None:
            names.add(f"{kind}:{one}")
    return frozenset(names)


async def take(
    session: AsyncSession,
    names: Iterable[str],
    span: Timespan,
    *,
    visit_id: int | None = None,
    closure_id: int | None = None,
    cover_id: int | None = None,
    turnover: timedelta = timedelta(0),
) -> None:
    """Claim resources for a span; seats are kept for the turnover after it as well.

    The savepoint leaves the transaction usable when the claim is refused.

    Raises:
        Taken: naming every resource that somebody else holds.
    """
    try:
        async with session.begin_nested():
            await _insert(
                session,
                needed(names, span, turnover),
                visit_id=visit_id,
                closure_id=closure_id,
                cover_id=cover_id,
            )
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Taken(await held(session, names, span, turnover=turnover)) from None


async def release(
    session: AsyncSession,
    *,
    visit_id: int | None = None,
    closure_id: int | None = None,
    cover_id: int | None = None,
    after: datetime | None = None,
) -> None:
    """Give back what a visit, closure or cover holds; `after` keeps what has passed."""
    if visit_id is not None:
        owner = col(Claim.visit_id) == visit_id
    elif closure_id is not None:
        owner = col(Claim.closure_id) == closure_id
    else:
        owner = col(Claim.cover_id) == cover_id
    condition = owner if after is None else and_(owner, _from(after))
    await session.exec(delete(Claim).where(condition))


async def retime(
    session: AsyncSession,
    visit: Visit,
    names: Iterable[str],
    span: Timespan,
    *,
    turnover: timedelta,
) -> None:
    """Exchange a visit's claims for others in one step.

    Raises:
        Taken: if the new ones are not free; the old ones are kept then.
    """
    wanted = needed(names, span, turnover)
    rows = await session.exec(
        select(Claim.resource, Claim.quantum).where(Claim.visit_id == visit.id)
    )
    mine = set(rows.all())
    try:
        async with session.begin_nested():
            # Taking in order before giving back: whoever waits for what is given back
            # never waits for somebody who waits for them.
            new = [row for row in wanted if row not in mine]
            await _insert(session, new, visit_id=visit.id)
            given_back = sorted(mine.difference(wanted))
            await session.exec(
                delete(Claim).where(
                    tuple_(col(Claim.resource), col(Claim.quantum)).in_(given_back)
                )
            )
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Taken(
            await held(session, names, span, turnover=turnover, but_visit=visit.id)
        ) from None


async def held(
    session: AsyncSession,
    names: Iterable[str],
    span: Timespan,
    *,
    turnover: timedelta = timedelta(0),
    but_visit: int | None = None,
    closures: bool = True,
) -> frozenset[str]:
    """Which of the resources are claimed somewhere in the span by somebody else.

    With `closures=False`, only by other visits and by covers.
    """
    people = [name for name in names if not _is_seat(name)]
    seats = [name for name in names if _is_seat(name)]
    with_turnover = span.widened(timedelta(0), turnover)
    conditions = [
        and_(
            col(Claim.resource).in_(some),
            col(Claim.quantum) >= over.quanta().start,
            col(Claim.quantum) < over.quanta().stop,
        )
        for some, over in ((people, span), (seats, with_turnover))
        if some
    ]
    query = select(Claim.resource).where(or_(*conditions)).distinct()
    if but_visit is not None:
        query = query.where(
            or_(col(Claim.visit_id).is_(None), col(Claim.visit_id) != but_visit)
        )
    if not closures:
        query = query.where(col(Claim.closure_id).is_(None))
    return frozenset((await session.exec(query)).all())


def needed(
    names: Iterable[str], span: Timespan, turnover: timedelta
) -> list[tuple[str, int]]:
    """What must be claimed, resource and quantum, in the order of claiming."""
    with_turnover = span.widened(timedelta(0), turnover)
    return sorted(
        (name, quantum)
        for name in set(names)
        for quantum in (with_turnover if _is_seat(name) else span).quanta()
    )


async def _insert(
    session: AsyncSession,
    rows: Sequence[tuple[str, int]],
    *,
    visit_id: int | None = None,
    closure_id: int | None = None,
    cover_id: int | None = None,
) -> None:
    if not rows:
        return
    # With RETURNING the rows of one call become one INSERT (a thousand at a time),
    # whose text is compiled once and kept; without, they would be sent one by one.
    await session.exec(
        insert(_TABLE).returning(_TABLE.c.quantum),
        params=[
            {
                "resource": resource,
                "quantum": quantum,
                "visit_id": visit_id,
                "closure_id": closure_id,
                "cover_id": cover_id,
            }
            for resource, quantum in rows
        ],
    )


def _is_seat(resource: str) -> bool:
    return resource.startswith(("terminal:", "kiosk:"))


def _from(instant: datetime) -> Any:
    quantum = -(-int(instant.timestamp()) // 300)
    return col(Claim.quantum) >= quantum
