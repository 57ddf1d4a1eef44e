"""Putting together what provinces, the country, and places by themselves come to.

What is asked for most is read from these; they are made anew with the cells that they
are sums of, in the same transaction.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, func, insert, literal, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.statistics.measures import SERVED, Measure
from visitation.statistics.periods import Month
from visitation.statistics.tables import COUNTRY, Tally, TallyPlace, TallySum

_OF_PLACES = ("month", "measure", "place_id", "province_id", "count")
_OF_SUMS = ("month", "measure", "kind", "key", "province_id", "count", "total")


async def sum_up(
    session: AsyncSession,
    measures: Collection[Measure],
    month: Month,
    provinces: Collection[int],
) -> None:
    """Sum some measures of a month up, for provinces of which something changed."""
    await _provinces(session, measures, month, provinces)
    await _country(session, measures, month)
    if served := SERVED.intersection(measures):
        await _places(session, served, month, provinces)


async def _provinces(
    session: AsyncSession,
    measures: Collection[Measure],
    month: Month,
    provinces: Collection[int],
) -> None:
    cell = (col(Tally.month), col(Tally.measure), col(Tally.kind), col(Tally.key))
    province = col(Tally.province_id)
    old = col(TallySum.province_id).in_(provinces)
    await session.exec(delete(TallySum).where(*_of(TallySum, measures, month), old))
    rows = (
        select(*cell, province, func.sum(Tally.count), func.sum(Tally.total))
        .where(*_of(Tally, measures, month), province.in_(provinces))
        .group_by(*cell, province)
    )
    await session.exec(insert(TallySum).from_select(list(_OF_SUMS), rows))


async def _country(
    session: AsyncSession, measures: Collection[Measure], month: Month
) -> None:
    sums: Any = TallySum
    cell = (sums.month, sums.measure, sums.kind, sums.key)
    mine = _of(TallySum, measures, month)
    await session.exec(delete(TallySum).where(*mine, sums.province_id == COUNTRY))
    rows = (
        select(*cell, literal(COUNTRY), func.sum(sums.count), func.sum(sums.total))
        .where(*mine)
        .group_by(*cell)
    )
    await session.exec(insert(TallySum).from_select(list(_OF_SUMS), rows))


async def _places(
    session: AsyncSession,
    measures: Collection[Measure],
    month: Month,
    provinces: Collection[int],
) -> None:
    cell = (
        *(col(Tally.month), col(Tally.measure)),
        *(col(Tally.place_id), col(Tally.province_id)),
    )
    old = col(TallyPlace.province_id).in_(provinces)
    await session.exec(delete(TallyPlace).where(*_of(TallyPlace, measures, month), old))
    rows = (
        select(*cell, func.sum(Tally.count))
        .where(*_of(Tally, measures, month), col(Tally.province_id).in_(provinces))
        .group_by(*cell)
    )
    await session.exec(insert(TallyPlace).from_select(list(_OF_PLACES), rows))


def _of(table: Any, measures: Collection[Measure], month: Month) -> tuple[Any, Any]:
    words = [one.value for one in measures]
    return table.month == month.first, table.measure.in_(words)
