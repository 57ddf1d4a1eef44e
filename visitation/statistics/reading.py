"""Reading what was counted, within the reach of whoever asks.

Whole provinces and the country are read from their sums. Places by themselves are read
cell by cell: what happened there, and what happened for a prison that is within reach.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, cast, func, or_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import database
from visitation.people import Scope
from visitation.places import Site
from visitation.statistics.measures import Cell, Measure, Number, Only, Tallies
from visitation.statistics.periods import Month, Period
from visitation.statistics.tables import COUNTRY, Tally, TallySum
from visitation.words import SERVICE_POINTS

#: What says that a place served somebody.
_SERVED = (Measure.OPERATIONS.value, Measure.HELD.value)


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

    def within(self) -> Any:
        """The same for rows of single places."""
        if self.everywhere:
            return col(Tally.place_id) > 0
        return or_(
            col(Tally.province_id).in_(self.provinces),
            col(Tally.place_id).in_(self.sites),
            col(Tally.prison_id).in_(self.sites),
        )

    def keeps(self, cell: Cell) -> bool:
        """Whether a cell is of what is wanted."""
        return self.only is None or self.only.keeps(cell)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place, and what was counted there."""

    site_id: int
    name: str
    province_id: int
    numbers: dict[Cell, Number]


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
    conditions = _of_places(where, period)
    ranked = (
        select(col(Tally.place_id), func.sum(col(Tally.count)).label("much"))
        .where(*conditions)
        .group_by(col(Tally.place_id))
        .order_by(func.sum(col(Tally.count)).desc(), col(Tally.place_id))
        .limit(limit)
    )
    order = [place for place, _much in await database.rows(session, ranked)]
    cell = (col(Tally.measure), col(Tally.kind), col(Tally.key))
    rows = await database.rows(
        session,
        select(col(Tally.place_id), *cell, *_amount(Tally))
        .where(*conditions, col(Tally.place_id).in_(order))
        .group_by(col(Tally.place_id), *cell),
    )
    numbers: dict[int, dict[Cell, Number]] = {}
    for place, measure, kind, key, count, total in rows:
        numbers.setdefault(place, {})[Cell(measure, kind, key)] = Number(count, total)
    named = select(col(Site.id), col(Site.name), col(Site.province_id))
    sites = await database.rows(session, named.where(col(Site.id).in_(order)))
    known = {site_id: (name, province) for site_id, name, province in sites}
    return [
        Place(
            site_id=one,
            name=known[one][0],
            province_id=known[one][1],
            numbers=numbers[one],
        )
        for one in order
        if one in known
    ]


async def _served(
    session: AsyncSession, where: Where, period: Period
) -> tuple[int, int]:
    """How many points served anybody, in how many provinces."""
    rows = await database.rows(
        session,
        select(col(Tally.place_id), col(Tally.province_id))
        .join(Site, col(Site.id) == col(Tally.place_id))
        .where(*_of_places(where, period), col(Site.kind).in_(SERVICE_POINTS))
        .distinct(),
    )
    found = set(rows)
    return len({place for place, _in in found}), len({one for _place, one in found})


def _of_places(where: Where, period: Period) -> tuple[Any, ...]:
    """What places did in a period that says whom they served."""
    served = col(Tally.measure).in_(_SERVED)
    if where.only is None:
        return where.within(), *_months(Tally, period), served
    others = col(Tally.measure).not_in([one.value for one in where.only.of])
    wanted = or_(others, col(Tally.kind) == where.only.kind)
    return where.within(), *_months(Tally, period), served, wanted


def _amount(table: Any) -> tuple[Any, ...]:
    # Of what is long, PostgreSQL would give decimals.
    return tuple(cast(func.sum(one), BigInteger) for one in (table.count, table.total))


def _months(table: Any, period: Period) -> tuple[Any, Any]:
    return table.month >= period.first.first, table.month <= period.last.first


def _among(table: Any, measures: Collection[Measure]) -> Any:
    return table.measure.in_([one.value for one in measures])
