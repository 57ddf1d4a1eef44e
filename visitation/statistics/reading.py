"""Reading what was counted, within the reach of whoever asks.

Whole provinces and the country are read from their sums. Places by themselves are read
cell by cell: what happened there, and what happened for a prison that is within reach.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, cast, func, or_, select
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
from visitation.statistics.periods import Month, Period
from visitation.statistics.tables import COUNTRY, Tally, TallyPlace, TallySum
from visitation.words import SERVICE_POINTS


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
        return or_(
            table.province_id.in_(self.provinces),
            table.place_id.in_(self.sites),
            table.prison_id.in_(self.sites),
        )

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
    """The first day of the first month in which anything was counted."""
    months = select(func.min(col(TallySum.month)))
    rows = await database.rows(
        session, months.where(col(TallySum.province_id) == COUNTRY)
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
        .where(where.condition(), *_months(table, period))
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


async def by_month(
    session: AsyncSession, where: Where, period: Period, measures: Collection[Measure]
) -> dict[Month, Tallies]:
    """The same for each month of it, of some measures; every month is named."""
    table = where.table
    cell = (table.measure, table.kind, table.key)
    rows = await database.rows(
        session,
        select(table.month, *cell, *_amount(table))
        .where(where.condition(), *_months(table, period), _among(table, measures))
        .group_by(table.month, *cell),
    )
    found: dict[Month, dict[Cell, Number]] = {month: {} for month in period.months()}
    for first, measure, kind, key, count, total in rows:
        one = Cell(measure, kind, key)
        if where.keeps(one):
            found[Month.of(first)][one] = Number(count, total)
    return {month: Tallies(numbers) for month, numbers in found.items()}


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
        .where(inside, *_months(table, period), _among(table, measures))
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
    table, conditions = _of_places(where, period)
    much = func.sum(table.count)
    ranked = (
        select(table.place_id, much)
        .where(*conditions)
        .group_by(table.place_id)
        .order_by(much.desc(), table.place_id)
        .limit(limit)
    )
    order = [place for place, _much in await database.rows(session, ranked)]
    rows = await database.rows(
        session,
        select(table.place_id, table.measure, cast(much, BigInteger))
        .where(*conditions, table.place_id.in_(order))
        .group_by(table.place_id, table.measure),
    )
    counts: dict[int, dict[str, int]] = {}
    for place, measure, count in rows:
        counts.setdefault(place, {})[measure] = count
    named = select(col(Site.id), col(Site.name)).where(col(Site.id).in_(order))
    names = dict(tuple(row) for row in await database.rows(session, named))
    return [
        Place(
            name=names[one],
            operations=counts[one].get(Measure.OPERATIONS, 0),
            held=counts[one].get(Measure.HELD, 0),
        )
        for one in order
        if one in names
    ]


async def _served(
    session: AsyncSession, where: Where, period: Period
) -> tuple[int, int]:
    """How many points served anybody, in how many provinces."""
    table, conditions = _of_places(where, period)
    there = select(table.place_id).where(*conditions)
    rows = await database.rows(
        session,
        select(col(Site.province_id), func.count())
        .where(col(Site.kind).in_(SERVICE_POINTS), col(Site.id).in_(there))
        .group_by(col(Site.province_id)),
    )
    return sum(points for _province, points in rows), len(rows)


def _of_places(where: Where, period: Period) -> tuple[Any, tuple[Any, ...]]:
    """The table that says whom places served in a period, and what keeps its rows."""
    whole = where.only is None and (where.everywhere or not where.sites)
    table: Any = TallyPlace if whole else Tally
    conditions = (
        where.within(table),
        *_months(table, period),
        _among(table, SERVED),
    )
    if where.only is None:
        return table, conditions
    others = table.measure.not_in([one.value for one in where.only.of])
    return table, (*conditions, or_(others, table.kind == where.only.kind))


def _amount(table: Any) -> tuple[Any, ...]:
    # Of what is long, PostgreSQL would give decimals.
    return tuple(cast(func.sum(one), BigInteger) for one in (table.count, table.total))


def _months(table: Any, period: Period) -> tuple[Any, Any]:
    return table.month >= period.first.first, table.month <= period.last.first


def _among(table: Any, measures: Collection[Measure]) -> Any:
    return table.measure.in_([one.value for one in measures])
