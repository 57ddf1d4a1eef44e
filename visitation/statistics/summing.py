"""Putting together what provinces, the country, and places by themselves come to.

What is asked for most is read from these; they are made anew with the cells that they
are sums of, in the same transaction.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Date, delete, func, insert, literal, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.statistics.measures import SERVED, Measure
from visitation.statistics.periods import Month, Period
from visitation.statistics.tables import (
    ALL,
    COUNTRY,
    DAY,
    MONTH,
    Tally,
    TallyPlace,
    TallySum,
)

_OF_PLACES = ("first", "measure", "kind", "place_id", "province_id", "count")
_OF_SUMS = (
    *("grain", "first", "measure", "kind", "key"),
    *("province_id", "count", "total"),
)
_SUMS: Any = TallySum
_AMOUNT = (func.sum(_SUMS.count), func.sum(_SUMS.total))


async def sum_up(
    session: AsyncSession,
    measures: Collection[Measure],
    period: Period,
    provinces: Collection[int],
) -> None:
    """Sum some measures up, for provinces of which something changed.

    Args:
        session: the transaction in which it changed.
        measures: what is summed up.
        period: days within one month.
        provinces: of which some cells are not what they were.
    """
    month = Month.of(period.first)
    await _provinces(session, measures, period, provinces)
    await _country(session, measures, period)
    await _months(session, measures, month, {*provinces, COUNTRY})
    if served := SERVED.intersection(measures):
        await _places(session, served, month, provinces)


async def _provinces(
    session: AsyncSession,
    measures: Collection[Measure],
    period: Period,
    provinces: Collection[int],
) -> None:
    cell = (col(Tally.day), col(Tally.measure), col(Tally.kind), col(Tally.key))
    province = col(Tally.province_id)
    rows = (
        select(
            literal(DAY), *cell, province, func.sum(Tally.count), func.sum(Tally.total)
        )
        .where(*_cells(measures, period), province.in_(provinces))
        .group_by(*cell, province)
    )
    await _anew(session, _of(DAY, measures, period), provinces, rows)


async def _country(
    session: AsyncSession, measures: Collection[Measure], period: Period
) -> None:
    cell = (_SUMS.first, _SUMS.measure, _SUMS.kind, _SUMS.key)
    mine = _of(DAY, measures, period)
    rows = (
        select(literal(DAY), *cell, literal(COUNTRY), *_AMOUNT)
        .where(*mine, _SUMS.province_id != COUNTRY)
        .group_by(*cell)
    )
    await _anew(session, mine, {COUNTRY}, rows)


async def _months(
    session: AsyncSession,
    measures: Collection[Measure],
    month: Month,
    provinces: Collection[int],
) -> None:
    cell = (_SUMS.measure, _SUMS.kind, _SUMS.key, _SUMS.province_id)
    period = Period.months(month)
    rows = (
        select(literal(MONTH), literal(month.first, Date), *cell, *_AMOUNT)
        .where(*_of(DAY, measures, period), _SUMS.province_id.in_(provinces))
        .group_by(*cell)
    )
    await _anew(session, _of(MONTH, measures, period), provinces, rows)


async def _places(
    session: AsyncSession,
    measures: Collection[Measure],
    month: Month,
    provinces: Collection[int],
) -> None:
    measure, kind = col(Tally.measure), col(Tally.kind)
    place = (col(Tally.place_id), col(Tally.province_id))
    await session.exec(
        delete(TallyPlace).where(
            col(TallyPlace.first) == month.first,
            col(TallyPlace.measure).in_(_words(measures)),
            col(TallyPlace.province_id).in_(provinces),
        )
    )
    of_kinds = (
        select(literal(month.first, Date), measure, kind, *place, func.sum(Tally.count))
        .where(
            *_cells(measures, Period.months(month)),
            col(Tally.province_id).in_(provinces),
        )
        .group_by(measure, kind, *place)
    )
    each: Any = TallyPlace
    of_all = (
        select(
            *(each.first, each.measure, literal(ALL)),
            *(each.place_id, each.province_id, func.sum(each.count)),
        )
        .where(
            each.first == month.first,
            each.measure.in_(_words(measures)),
            each.province_id.in_(provinces),
        )
        .group_by(each.first, each.measure, each.place_id, each.province_id)
    )
    for rows in (of_kinds, of_all):
        await session.exec(insert(TallyPlace).from_select(list(_OF_PLACES), rows))


async def _anew(
    session: AsyncSession, old: Any, provinces: Collection[int], rows: Any
) -> None:
    theirs = _SUMS.province_id.in_(provinces)
    await session.exec(delete(TallySum).where(*old, theirs))
    await session.exec(insert(TallySum).from_select(list(_OF_SUMS), rows))


def _of(grain: str, measures: Collection[Measure], period: Period) -> tuple[Any, ...]:
    return (
        _SUMS.grain == grain,
        _SUMS.first.between(period.first, period.last),
        _SUMS.measure.in_(_words(measures)),
    )


def _cells(measures: Collection[Measure], period: Period) -> tuple[Any, Any]:
    return (
        col(Tally.measure).in_(_words(measures)),
        col(Tally.day).between(period.first, period.last),
    )


def _words(measures: Collection[Measure]) -> list[str]:
    return [one.value for one in measures]
