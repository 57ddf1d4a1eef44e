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
from visitation.statistics.periods import Month, Period
from visitation.statistics.sources import WAYS, Source
from visitation.statistics.summing import sum_up
from visitation.statistics.tables import Tally
from visitation.visits import Visit

#: Records that fade are kept longer than this whatever is chosen, and a month of them
#: that is older is not counted again.
FADING: Final = timedelta(days=62)
#: Whoever counts has this, so that what is counted later is also written later.
_TURN: Final = "SELECT pg_advisory_xact_lock(7204105)"
#: Nobody waits for it, and a country's month may take longer than a page may. A plan
#: for any month, which PostgreSQL would soon keep, is wrong for each by far.
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
    month: Month,
    *,
    sites: Collection[int] | None = None,
    now: datetime,
) -> None:
    """Count one source of a month anew, for some sites or for all.

    Call `wait_for_turn` before, in the same transaction. What fades is not counted
    again once some of it may have gone.

    Args:
        session: a transaction that writes.
        source: what is counted.
        month: in which it happened.
        sites: the prisons or places whose numbers are counted; None for all. Where a
            source has no such sites, all is counted.
        now: when.
    """
    way = WAYS[source]
    anchors = sorted(sites) if sites is not None and way.anchor else None
    if way.fades and month.first <= today(now) - FADING:
        known = await _known(session, source, month)
        if anchors is None and known:
            return
        anchors = anchors and [one for one in anchors if one not in known]
    if anchors == []:
        return
    old = _cells(source, month, anchors)
    provinces = await _provinces(session, old)
    await session.exec(delete(Tally).where(*old))
    for zone in await _zones(session) if way.zoned else (DEFAULT_ZONE,):
        bounds = Bounds(
            month=month, zone=zone, anchors=anchors, now=now, today=today(now)
        )
        for statement in way.statements(bounds):
            await session.exec(insert(Tally).from_select(list(COLUMNS), statement))
    provinces |= await _provinces(session, old)
    if provinces:
        await sum_up(session, way.measures, month, provinces)


async def reaches(session: AsyncSession, *, now: datetime) -> Period:
    """The months in which there is anything to count, this one among them."""
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
    return Period(Month.of(min(days)), Month.of(max(days)))


def _cells(source: Source, month: Month, anchors: Sequence[int] | None) -> Any:
    way = WAYS[source]
    cells: list[Any] = [
        Tally.month == month.first,
        col(Tally.measure).in_([one.value for one in way.measures]),
    ]
    if anchors is not None:
        cells.append(getattr(Tally, way.anchor).in_(anchors))
    return cells


async def _known(session: AsyncSession, source: Source, month: Month) -> set[int]:
    """The sites of which something was counted."""
    anchor = getattr(Tally, WAYS[source].anchor)
    rows = await session.exec(
        select(anchor).where(*_cells(source, month, None)).distinct()
    )
    return set(rows.all())


async def _provinces(session: AsyncSession, cells: Any) -> set[int]:
    rows = await session.exec(select(Tally.province_id).where(*cells).distinct())
    return set(rows.all())


async def _zones(session: AsyncSession) -> Sequence[str]:
    rows = await session.exec(select(Site.zone).distinct().order_by(Site.zone))
    return rows.all()
