"""Claims: rows that make double booking impossible in the database itself.

`claim(resource, quantum)` is a primary key. One sorted multi-row INSERT claims all that
a visit needs, turnover included; whoever comes second hits the key. The same SQL holds
on SQLite and PostgreSQL at any isolation level; sorting keeps two claimants from
waiting for each other in a circle.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, bindparam, exists, func, or_, select, text, tuple_
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, and_, col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import database
from visitation.database import Rows, is_conflict
from visitation.errors import VisitationError
from visitation.timespan import Timespan
from visitation.visits.tables import Claim, Visit

_TABLE = SQLModel.metadata.tables["claim"]
#: The kinds that are kept for the turnover after a visit as well.
SEATS = ("terminal", "kiosk")
_INTO = (
    "INSERT INTO claim (resource, quantum, visit_id, closure_id, cover_id) SELECT {},"
    " CAST(:visit AS integer), CAST(:closure AS integer), CAST(:cover AS integer)"
    " FROM {}"
)
#: However many rows, one parameter: each row's own would take longer than the rest.
_INSERT: Mapping[str, Any] = {
    name: text(_INTO.format(columns, rows)).bindparams(bindparam("rows", type_=JSON))
    for name, columns, rows in (
        (
            "sqlite",
            "json_extract(value, '$[0]'), json_extract(value, '$[1]')",
            "json_each(:rows)",
        ),
        (
            "postgresql",
            "value ->> 0, CAST(value ->> 1 AS bigint)",
            "json_array_elements(:rows)",
        ),
    )
}
#: Claims of others, made once: putting it together takes longer than its answer.
_HELD = select(_TABLE.c.resource, _TABLE.c.quantum).where(
    _TABLE.c.resource.in_(bindparam("names", expanding=True)),
    _TABLE.c.quantum >= bindparam("first"),
    _TABLE.c.quantum < bindparam("after"),
    func.coalesce(_TABLE.c.visit_id, 0) != bindparam("but_visit"),
)


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


def rows(
    names: Iterable[str], span: Timespan, *, visit_id: int, turnover: timedelta
) -> Rows:
    """What claims resources for a visit, once it is written in a savepoint.

    It is a conflict there if somebody else holds one of them.
    """
    return _TABLE, [
        {"resource": name, "quantum": quantum, "visit_id": visit_id}
        for name, quantum in needed(names, span, turnover)
    ]


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
    rows = await database.rows(
        session,
        select(_TABLE.c.resource, _TABLE.c.quantum).where(
            _TABLE.c.visit_id == visit.id
        ),
    )
    mine = {(resource, quantum) for resource, quantum in rows}
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


def holding(names: Any, first: Any, after: Any, but_visit: Any) -> Any:
    """The condition that another visit, or a cover, claims one of some resources."""
    return exists().where(
        _TABLE.c.resource.in_(names),
        _TABLE.c.quantum >= first,
        _TABLE.c.quantum < after,
        _TABLE.c.closure_id.is_(None),
        or_(_TABLE.c.visit_id.is_(None), _TABLE.c.visit_id != but_visit),
    )


async def held(
    session: AsyncSession,
    names: Iterable[str],
    span: Timespan,
    *,
    turnover: timedelta = timedelta(0),
    but_visit: int | None = None,
) -> frozenset[str]:
    """Which of the resources are claimed somewhere in the span by somebody else."""
    quanta = span.quanta()
    rows = await database.rows(
        session,
        _HELD,
        {
            "names": sorted(names),
            "first": quanta.start,
            "after": span.widened(timedelta(0), turnover).quanta().stop,
            # A closure or a cover has none.
            "but_visit": -1 if but_visit is None else but_visit,
        },
    )
    return frozenset(
        name for name, quantum in rows if quantum < quanta.stop or _is_seat(name)
    )


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
    insert = _INSERT[session.get_bind().dialect.name]
    owner = {"visit": visit_id, "closure": closure_id, "cover": cover_id}
    await database.changed(session, insert, {"rows": rows, **owner})


def _is_seat(resource: str) -> bool:
    return resource.partition(":")[0] in SEATS


def _from(instant: datetime) -> Any:
    quantum = -(-int(instant.timestamp()) // 300)
    return col(Claim.quantum) >= quantum
