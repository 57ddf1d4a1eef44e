"""The figures that anybody may read: of quarters that are over, once and for all.

What is published is worked out once, a while after the quarter's end, and kept. What is
written down later changes no published number, so that nobody learns from a difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.places import Province
from visitation.statistics import reading
from visitation.statistics.counting import today
from visitation.statistics.figures import BY_CODE
from visitation.statistics.measures import Measure, Tallies
from visitation.statistics.periods import Month, Period, quarter_before
from visitation.statistics.reading import Where
from visitation.statistics.suppression import rounded, suppressed, told, told_share
from visitation.statistics.tables import COUNTRY, PublishedFigure

#: How long is waited for what comes late: services of a village without a network.
GRACE: Final = timedelta(days=14)
#: How many quarters are published.
QUARTERS: Final = 12
#: What is told of the country: counts, and of what shares are.
COUNTS: Final = ("operations", "served", "held", "visitors")
SHARES: Final = {
    "self_service": (Measure.OPERATIONS, "self"),
    "satisfied": (Measure.FELT, "good"),
}
#: A figure by itself, to the nearest five: of those who served few it would tell which.
POINTS: Final = "points"
#: What is told of each province.
OF_PROVINCES: Final = (Measure.OPERATIONS, Measure.HELD)
#: Shares are kept in thousandths.
WHOLE: Final = 1000


async def publish(session: AsyncSession, *, now: datetime) -> Sequence[date]:
    """Publish the quarters whose time has come; their first days.

    Call `wait_for_turn` before, in the same transaction, when everything is counted.
    """
    first = await reading.begins(session)
    known = set(await published(session))
    due = [one for one in _over(now, first) if one.first not in known]
    for quarter in due:
        session.add_all(await _figures(session, quarter))
    await session.flush()
    return [one.first for one in due]


async def published(session: AsyncSession) -> Sequence[date]:
    """The first days of the quarters that are published, the latest first."""
    quarter = col(PublishedFigure.quarter)
    rows = await session.exec(
        select(quarter).distinct().order_by(quarter.desc()).limit(QUARTERS)
    )
    return rows.all()


async def figures_of(
    session: AsyncSession, quarter: date
) -> Mapping[int, Mapping[str, int | None]]:
    """What is told of a quarter: of the country and of each province, by code."""
    rows = await session.exec(
        select(PublishedFigure).where(PublishedFigure.quarter == quarter)
    )
    found: dict[int, dict[str, int | None]] = {}
    for row in rows.all():
        found.setdefault(row.province_id, {})[row.code] = row.value
    return found


def _over(now: datetime, first: date | None) -> Iterable[Period]:
    """The quarters since an entry that are long enough over, the latest first."""
    one = Period.quarter(*quarter_before(today(now - GRACE)))
    for _ in range(QUARTERS):
        if first is None or one.last < first:
            return
        yield one
        before = Month.of(one.first).later(-1)
        one = Period.months(before.later(-2), before)


async def _figures(session: AsyncSession, quarter: Period) -> list[PublishedFigure]:
    where = Where(everywhere=True)
    found = await reading.tallies(session, where, quarter)
    parts = await reading.by_province(session, where, quarter, OF_PROVINCES)
    every = (await session.exec(select(col(Province.id)))).all()

    def row(province: int, code: str, value: int | None) -> PublishedFigure:
        return PublishedFigure(
            quarter=quarter.first, province_id=province, code=code, value=value
        )

    rows = [row(COUNTRY, code, value) for code, value in _country(found).items()]
    none = Tallies({})
    for measure in OF_PROVINCES:
        counts = {one: parts.get(one, none).count(measure) for one in every}
        hidden = suppressed(counts)
        rows += [
            row(one, measure.value, None if one in hidden else count)
            for one, count in counts.items()
        ]
    return rows


def _country(found: Tallies) -> dict[str, int | None]:
    numbers = {code: told(int(BY_CODE[code].of(found) or 0)) for code in COUNTS}
    points = told(rounded(found.points))
    shares: dict[str, int | None] = {}
    for code, (measure, key) in SHARES.items():
        share = told_share(found.count(measure, key), found.count(measure))
        shares[code] = None if share is None else round(share * WHOLE)
    return {POINTS: points, **numbers, **shares}
