"""Quarters are published once, and from all that is told nobody works out what is not.

Whoever tries has the sums of the country, the provinces that are told, and knows that
what is hidden is less than that. Each column is then one equation with bounds, whose
solutions reach from its `bounds` to its `bounds`.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.visitation.statistics.counted import noon
from visitation import statistics
from visitation.database import Database
from visitation.places import Province
from visitation.statistics import Month, PublishedFigure, TallySum
from visitation.statistics.publishing import GRACE, OF_PROVINCES
from visitation.statistics.suppression import FEWEST, bounds
from visitation.statistics.tables import COUNTRY, DAY, MONTH

AUTUMN = Month(1405, 7)
#: Two weeks after the end of autumn.
LATER = noon(21) + GRACE + timedelta(days=1)
Counts = list[tuple[int, int]]


async def counted_as(session: AsyncSession, counts: Mapping[int, tuple[int, ...]]):
    """Services and visits of provinces in the autumn, as if they had been counted."""
    await session.exec(delete(TallySum))
    sums = [(COUNTRY, [sum(column) for column in zip(*counts.values(), strict=True)])]
    for province, numbers in (*counts.items(), *sums):
        for measure, count in zip(OF_PROVINCES, numbers, strict=True):
            for grain in (DAY, MONTH):
                row = {"grain": grain, "first": AUTUMN.first, "measure": measure}
                session.add(
                    TallySum(
                        province_id=province, kind="", key="", total=0, count=count
                    ).sqlmodel_update(row)
                )
    await session.flush()


async def provinces(session: AsyncSession, many: int) -> list[int]:
    made = [await make.province(session, name=f"استان {n}") for n in range(many)]
    return [one.id for one in made]


async def published(
    session: AsyncSession, now: datetime = LATER
) -> Mapping[int, Mapping[str, int | None]]:
    await statistics.publish(session, now=now)
    return await statistics.figures_of(session, AUTUMN.first)


def solved(
    told: Mapping[int, Mapping[str, int | None]], code: str
) -> tuple[int, int] | None:
    """The least and the most that a hidden number of a column can be."""
    column = [values[code] for place, values in told.items() if place != COUNTRY]
    shown = [value for value in column if value is not None]
    total, hidden = told[COUNTRY][code], len(column) - len(shown)
    if not hidden:
        return None
    # A sum that is not told is less than `FEWEST`, and so is all of it.
    if total is None:
        return 0, FEWEST - 1
    rest = total - sum(shown)
    return bounds(rest, hidden, min(shown, default=rest + 1))


@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])
@given(
    counts=st.lists(
        st.tuples(*[st.one_of(st.integers(0, 12), st.integers(0, 90))] * 2),
        min_size=7,
        max_size=7,
    )
)
async def test_nobody_works_out_what_is_not_told(
    database: Database, counts: Counts
) -> None:
    async with database.write() as session:
        known = list((await session.exec(select(Province.id))).all())
        known = known or await provinces(session, 7)
        await session.exec(delete(PublishedFigure))
        of = dict(zip(known, counts, strict=True))
        await counted_as(session, of)
        told = await published(session)

    for number, measure in enumerate(OF_PROVINCES):
        found = solved(told, measure)
        hidden = {one for one in of if told[one][measure] is None}
        assert {one for one in of if of[one][number] < FEWEST} <= hidden
        if found is None:
            continue
        least, most = found
        assert least == 0
        assert most >= FEWEST or told[COUNTRY][measure] is None
        assert all(least <= of[one][number] <= most for one in hidden)


async def test_a_quarter_is_published_two_weeks_after_its_end(
    database: Database,
) -> None:
    async with database.write() as session:
        (one,) = await provinces(session, 1)
        await counted_as(session, {one: (20, 9)})
        early = await published(session, LATER - timedelta(days=1))
        known = await published(session)

    assert early == {}
    assert known == {
        COUNTRY: {
            "points": None,
            "operations": 20,
            "served": None,
            "held": 9,
            "visitors": None,
            "self_service": None,
            "satisfied": None,
        },
        one: {"operations": 20, "held": 9},
    }


async def test_what_is_written_down_late_changes_nothing(database: Database) -> None:
    async with database.write() as session:
        known = await provinces(session, 2)
        await counted_as(session, dict.fromkeys(known, (20, 9)))
        before = await published(session)
        await counted_as(session, dict.fromkeys(known, (21, 3)))
        after = await published(session, LATER + timedelta(days=30))
        quarters = await statistics.published(session)

    assert after == before
    assert quarters == [AUTUMN.first]


@pytest.mark.parametrize(
    ("begun", "quarters"),
    [
        (Month(1405, 8), [date(2026, 9, 23)]),
        (Month(1405, 6), [date(2026, 9, 23), date(2026, 6, 22)]),
    ],
)
async def test_it_begins_with_the_first_quarter_of_which_there_is_anything(
    database: Database, begun: Month, quarters: list[date]
) -> None:
    async with database.write() as session:
        row = {"measure": "held", "kind": "", "key": "", "count": 9, "total": 0}
        session.add(TallySum(province_id=COUNTRY, grain=DAY, first=begun.first, **row))
        await session.flush()
        assert await statistics.publish(session, now=LATER) == quarters
