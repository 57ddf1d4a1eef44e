"""Reading what was counted, within the reach of whoever asks.

Whole provinces and the country are read from their sums. Places by themselves are read
cell by cell: what happened there, and what happened for a prison that is within reach.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    and_,
    case,
    cast,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import database
from visitation.people import Scope
from visitation.places import Site
from visitation.statistics.measures import (
    SERVED,
    Cell,
    Measure,
    Number,
    Only,
    Tallies,
)
from visitation.statistics.periods import Period
from visitation.statistics.tables import (
    ALL,
    COUNTRY,
    DAY,
    MONTH,
    Tally,
    TallyPlace,
    TallySum,
)
from visitation.words import SERVICE_POINTS

#: Of what is long, PostgreSQL would give decimals.
_WIDE: Final = BigInteger


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which numbers are asked for.

    Attributes:
        everywhere: the whole country.
        provinces: whole provinces.
        sites: single places and prisons.
        only: one kind of something, where that is wanted.
    """

    everywhere: bool = False
    provinces: frozenset[int] = frozenset()
    sites: frozenset[int] = frozenset()
    only: Only | None = None

    @classmethod
    def of(cls, scope: Scope) -> "Where":
        """All that an account reaches."""
        return cls(
            everywhere=scope.everywhere, provinces=scope.provinces, sites=scope.sites
        )

    @property
    def table(self) -> Any:
        """Where such numbers stand."""
        return Tally if self.sites and not self.everywhere else TallySum

    def condition(self) -> Any:
        """What keeps the rows of that table that are asked for."""
        if self.everywhere:
            return col(TallySum.province_id) == COUNTRY
        if not self.sites:
            return col(TallySum.province_id).in_(self.provinces)
        return self.within()

    def within(self, table: Any = Tally) -> Any:
        """The same for rows of single places."""
        if self.everywhere:
            return table.place_id > 0
        if table is TallyPlace:
            return col(TallyPlace.province_id).in_(self.provinces)
        theirs = [table.province_id.in_(self.provinces)] if self.provinces else []
        if self.sites:
            theirs += [
                table.place_id.in_(self.sites),
                table.prison_id.in_(self.sites),
            ]
        return or_(false(), *theirs)

    def keeps(self, cell: Cell) -> bool:
        """Whether a cell is of what is wanted."""
        return self.only is None or self.only.keeps(cell)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place, and how much was done there."""

    name: str
    operations: int
    held: int


async def begins(session: AsyncSession) -> date | None:
    """The first day on which anything was counted."""
    rows = await database.rows(
        session,
        select(func.min(col(TallySum.first))).where(
            col(TallySum.province_id) == COUNTRY, col(TallySum.grain) == DAY
        ),
    )
    first: date | None = rows[0][0]
    return first


async def tallies(session: AsyncSession, where: Where, period: Period) -> Tallies:
    """All that was counted in a period."""
    table = where.table
    cell = (table.measure, table.kind, table.key)
    rows = await database.rows(
        session,
        select(*cell, *_amount(table))
        .where(where.condition(), _in(table, period))
        .group_by(*cell),
    )
    numbers = {
        Cell(measure, kind, key): Number(count, total)
        for measure, kind, key, count, total in rows
    }
    points, provinces = await _served(session, where, period)
    return Tallies(
        numbers={cell: one for cell, one in numbers.items() if where.keeps(cell)},
        points=points,
        provinces=provinces,
    )


async def by_step(
    session: AsyncSession,
    where: Where,
    steps: Sequence[Period],
    measures: Collection[Measure],
) -> list[Tallies]:
    """The same for each of some periods that follow one another, of some measures."""
    table, first = where.table, _first(where.table)
    cell = (table.measure, table.kind, table.key)
    period = Period(steps[0].first, steps[-1].last)
    rows = await database.rows(
        session,
        select(first, *cell, *_amount(table))
        .where(where.condition(), _in(table, period), _among(table, measures))
        .group_by(first, *cell),
    )
    found: list[dict[Cell, Number]] = [{} for _step in steps]
    begins = [one.first for one in steps]
    for day, measure, kind, key, count, total in rows:
        one = Cell(measure, kind, key)
        if where.keeps(one):
            # Two last days of Esfand may have had the same one a year before.
            latest = begins[bisect_right(begins, day) - 1]
            step = found[bisect_left(begins, latest)]
            step[one] = step.get(one, Number()) + Number(count, total)
    return [Tallies(numbers) for numbers in found]


async def by_province(
    session: AsyncSession, where: Where, period: Period, measures: Collection[Measure]
) -> dict[int, Tallies]:
    """The same for each province that has any, of some measures."""
    if where.everywhere:
        table: Any = TallySum
        inside = col(TallySum.province_id) > COUNTRY
    else:
        table, inside = where.table, where.condition()
    cell = (table.measure, table.kind, table.key)
    rows = await database.rows(
        session,
        select(table.province_id, *cell, *_amount(table))
        .where(inside, _in(table, period), _among(table, measures))
        .group_by(table.province_id, *cell),
    )
    found: dict[int, dict[Cell, Number]] = {}
    for province, measure, kind, key, count, total in rows:
        one = Cell(measure, kind, key)
        if where.keeps(one):
            found.setdefault(province, {})[one] = Number(count, total)
    return {province: Tallies(numbers) for province, numbers in found.items()}


async def busiest(
    session: AsyncSession, where: Where, period: Period, *, limit: int
) -> Sequence[Place]:
    """The places with the most operations and visits, the busiest first."""
    served = _of_places(where, period).subquery()
    done, held = (
        cast(func.sum(case((served.c.measure == one, served.c.count), else_=0)), _WIDE)
        for one in (Measure.OPERATIONS.value, Measure.HELD.value)
    )
    ranked = (
        select(served.c.place_id, done, held)
        .group_by(served.c.place_id)
        .order_by(func.sum(served.c.count).desc(), served.c.place_id)
        .limit(limit)
    )
    found = await database.rows(session, ranked)
    named = select(col(Site.id), col(Site.name)).where(
        col(Site.id).in_([place for place, _done, _held in found])
    )
    names = dict(tuple(row) for row in await database.rows(session, named))
    return [
        Place(name=names[place], operations=done, held=held)
        for place, done, held in found
        if place in names
    ]


async def _served(
    session: AsyncSession, where: Where, period: Period
) -> tuple[int, int]:
    """How many points served anybody, in how many provinces."""
    there = _of_places(where, period).subquery()
    rows = await database.rows(
        session,
        select(col(Site.province_id), func.count())
        .where(
            col(Site.kind).in_(SERVICE_POINTS),
            col(Site.id).in_(select(there.c.place_id)),
        )
        .group_by(col(Site.province_id)),
    )
    return sum(points for _province, points in rows), len(rows)


def _of_places(where: Where, period: Period) -> Any:
    """Whom places served in a period, and how often."""
    if where.sites and not where.everywhere:
        return _there(Tally, where, period, _kinds(Tally, where))
    whole, ends = period.parted()
    parts = [_there(Tally, where, one, _kinds(Tally, where)) for one in ends]
    if whole:
        parts.append(_there(TallyPlace, where, whole, _together(where)))
    return union_all(*parts)


def _there(table: Any, where: Where, period: Period, kinds: Any) -> Any:
    return select(table.place_id, table.measure, table.count).where(
        where.within(table),
        _first(table).between(period.first, period.last),
        _among(table, SERVED),
        kinds,
    )


def _kinds(table: Any, where: Where) -> Any:
    """What keeps the rows of a kind, and those of which it is none."""
    if where.only is None:
        return true()
    return or_(_other(table, where.only), table.kind == where.only.kind)


def _together(where: Where) -> Any:
    """The same of sums of places, where all kinds together stand by themselves."""
    table, only = TallyPlace, where.only
    if only is None:
        return col(table.kind) == ALL
    others = and_(_other(table, only), col(table.kind) == ALL)
    return or_(others, and_(~_other(table, only), col(table.kind) == only.kind))


def _other(table: Any, only: Only) -> Any:
    return table.measure.not_in([one.value for one in only.of])


def _amount(table: Any) -> tuple[Any, ...]:
    return tuple(cast(func.sum(one), _WIDE) for one in (table.count, table.total))


def _first(table: Any) -> Any:
    """The day that a row is of, or the first one."""
    return col(Tally.day) if table is Tally else table.first


def _in(table: Any, period: Period) -> Any:
    """What keeps the rows of a period: whole months at once, its ends by days."""
    if table is Tally:
        return _first(table).between(period.first, period.last)
    whole, ends = period.parted()
    spans = [(DAY, one) for one in ends] + ([(MONTH, whole)] if whole else [])
    return or_(
        *(
            and_(table.grain == grain, table.first.between(one.first, one.last))
            for grain, one in spans
        )
    )


def _among(table: Any, measures: Collection[Measure]) -> Any:
    return table.measure.in_([one.value for one in measures])
