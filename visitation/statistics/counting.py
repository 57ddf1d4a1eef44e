"""Counting anew: what was counted goes, and what is on record now is counted.

Nothing is ever added to a number, so that counting twice, late, or after a change that
nobody told of gives what is on record.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text
from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases.tables import Case
from visitation.messages import Message
from visitation.places import DEFAULT_ZONE, MobileDay, Site
from visitation.services.tables import ServiceRecord
from visitation.statistics.facts import COLUMNS, Bounds
from visitation.statistics.periods import Period
from visitation.statistics.sources import WAYS, Source
from visitation.statistics.summing import sum_up
from visitation.statistics.tables import Tally
from visitation.visits import Visit

#: Records that fade are kept longer than this whatever is chosen, and a day of them
#: that is older is not counted again.
FADING: Final = timedelta(days=62)
#: Whoever counts has this, so that what is counted later is also written later.
_TURN: Final = "SELECT pg_advisory_xact_lock(7204105)"
#: Nobody waits for it, and a country's month may take longer than a page may. A plan
#: for any days, which PostgreSQL would soon keep, is wrong for each by far.
_PATIENCE: Final = (
    "SET LOCAL statement_timeout = '10min'",
    "SET LOCAL lock_timeout = '10min'",
    "SET LOCAL plan_cache_mode = force_custom_plan",
)


def today(now: datetime) -> date:
    """The day it is by the usual wall clock."""
    return now.astimezone(ZoneInfo(DEFAULT_ZONE)).date()


async def wait_for_turn(session: AsyncSession) -> None:
    """Wait until nobody else counts; until the transaction ends, nobody else does."""
    if session.get_bind().dialect.name == "postgresql":
        connection = await session.connection()
        for statement in (*_PATIENCE, _TURN):
            await connection.execute(text(statement))


async def recount(
    session: AsyncSession,
    source: Source,
    period: Period,
    *,
    sites: Collection[int] | None = None,
    now: datetime,
) -> None:
    """Count one source of some days anew, for some sites or for all.

    Call `wait_for_turn` before, in the same transaction. What fades is not counted
    again once some of it may have gone.

    Args:
        session: a transaction that writes.
        source: what is counted.
        period: days within one month, on which it happened.
        sites: the prisons or places whose numbers are counted; None for all. Where a
            source has no such sites, all is counted.
        now: when.
    """
    way = WAYS[source]
    anchors = sorted(sites) if sites is not None and way.anchor else None
    kept = today(now) - FADING
    if not way.fades or period.first > kept:
        await _count(session, source, period, anchors, now)
        return
    old = period.until(kept)
    known = await _known(session, source, old)
    if anchors is not None or not known:
        others = anchors and [one for one in anchors if one not in known]
        await _count(session, source, old, others, now)
    if period.last > old.last:
        young = Period(old.last + timedelta(days=1), period.last)
        await _count(session, source, young, anchors, now)


async def reaches(session: AsyncSession, *, now: datetime) -> Period:
    """The days on which there is anything to count, this one among them."""
    days = {today(now)}
    for at in (Visit.starts_at, Case.raised_at, Message.created_at):
        ends = await session.exec(select(func.min(col(at)), func.max(col(at))))
        days |= {today(one) for one in ends.one() if one is not None}
    for day in (ServiceRecord.day, MobileDay.day):
        days |= {
            one
            for end in (func.min, func.max)
            if (one := (await session.exec(select(end(col(day))))).one()) is not None
        }
    return Period(min(days), max(days))


async def _count(
    session: AsyncSession,
    source: Source,
    period: Period,
    anchors: Sequence[int] | None,
    now: datetime,
) -> None:
    if anchors is not None and not anchors:
        return
    way, old = WAYS[source], _cells(source, period, anchors)
    provinces = await _provinces(session, old)
    await session.exec(delete(Tally).where(*old))
    for zone in await _zones(session) if way.zoned else (DEFAULT_ZONE,):
        bounds = Bounds(
            period=period, zone=zone, anchors=anchors, now=now, today=today(now)
        )
        for statement in way.statements(bounds):
            await session.exec(insert(Tally).from_select(list(COLUMNS), statement))
    provinces |= await _provinces(session, old)
    if provinces:
        await sum_up(session, way.measures, period, provinces)


def _cells(source: Source, period: Period, anchors: Sequence[int] | None) -> Any:
    way = WAYS[source]
    cells: list[Any] = [
        col(Tally.day).between(period.first, period.last),
        col(Tally.measure).in_([one.value for one in way.measures]),
    ]
    if anchors is not None:
        cells.append(getattr(Tally, way.anchor).in_(anchors))
    return cells


async def _known(session: AsyncSession, source: Source, period: Period) -> set[int]:
    """The sites of which something was counted."""
    anchor = getattr(Tally, WAYS[source].anchor)
    rows = await session.exec(
        select(anchor).where(*_cells(source, period, None)).distinct()
    )
    return set(rows.all())


async def _provinces(session: AsyncSession, cells: Any) -> set[int]:
    rows = await session.exec(select(Tally.province_id).where(*cells).distinct())
    return set(rows.all())


async def _zones(session: AsyncSession) -> Sequence[str]:
    rows = await session.exec(select(Site.zone).distinct().order_by(Site.zone))
    return rows.all()
