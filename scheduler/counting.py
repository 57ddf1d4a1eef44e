"""The sweep that counts anew what has changed, so that figures are of this minute.

Every turn counts whole cells from the record itself. A turn that is late, that runs
twice, or on several nodes, gives the same numbers.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import counting_changes
from scheduler.counting_changes import Due
from scheduler.means import Means
from visitation import audit, statistics
from visitation.audit import Unread
from visitation.database import Database
from visitation.statistics import Month, Period, Source, TallyMark

READER: Final = "statistics"
#: How many entries are read at once.
ENTRIES: Final = 2000
#: How often; with the sealing before it, figures are of this minute.
EVERY: Final = timedelta(seconds=15)
_COUNTED: Final = "counted"
#: What a month is marked with that somebody wants counted anew.
_ORDERED: Final = "again:"
#: How many months are counted once a day whether anything told of them or not.
_LATEST: Final = 3


async def count_changes(database: Database, *, now: datetime, means: Means) -> int:
    """Count what changed since the last turn; how many cells of months that was."""
    async with database.read() as session:
        begun = await session.get(TallyMark, _COUNTED)
    if begun is None:
        return await count_all(database, now=now)
    counted = 0
    while True:
        async with database.read() as session:
            found = await audit.unread(session, READER, limit=ENTRIES)
            due = Due()
            await counting_changes.told(session, found.entries, due, now=now)
        if due.everything:
            return counted + await count_all(database, now=now)
        await _count(database, due, now=now)
        counted += len(due.cells)
        if found.upto > found.since:
            async with database.write() as session:
                await audit.read_up_to(session, READER, found)
        if len(found.entries) < ENTRIES:
            break
    return counted + await _count_untold(database, begun, now=now)


async def count_all(
    database: Database, *, now: datetime, period: Period | None = None
) -> int:
    """Count everything anew, or some days' months; how many months of a source."""
    async with database.read() as session:
        end = await audit.checkpoint(session)
        due = Due()
        due.whole(_months(period or await statistics.reaches(session, now=now)))
    await _count(database, due, now=now)
    if period is None:
        read = Unread(since=0, upto=end.sequence, entries=())
        async with database.write() as session:
            await audit.read_up_to(session, READER, read)
            await _mark(session, _COUNTED, now, sign=str(statistics.today(now)))
        await _publish(database, now=now)
    return len(due.cells)


async def order(session: AsyncSession, period: Period | None, *, now: datetime) -> None:
    """Have some months counted anew at the next turn, or everything."""
    if period is None:
        await session.exec(delete(TallyMark).where(col(TallyMark.name) == _COUNTED))
        return
    for month in _months(period):
        await _mark(session, f"{_ORDERED}{month}", now, sign="")


async def oldest_unread(session: AsyncSession, *, now: datetime) -> datetime | None:
    """When the first act was done that no figure knows of yet."""
    found = await audit.unread(session, READER, limit=1)
    return found.entries[0].at if found.entries else None


async def _count_untold(database: Database, begun: TallyMark, *, now: datetime) -> int:
    """Count what no act told of, and once a day the latest months as a whole."""
    today = statistics.today(now)
    latest = Month.of(today)
    async with database.read() as session:
        due = Due()
        await counting_changes.untold(session, min(begun.at, now), due, now=now)
        losses = await counting_changes.uncounted(session, due)
        signs = await _signs(session, (latest.later(-1), latest), due)
        marks = select(TallyMark.name).where(col(TallyMark.name).startswith(_ORDERED))
        ordered = (await session.exec(marks)).all()
    due.whole(statistics.parse(name.removeprefix(_ORDERED)) for name in ordered)
    if begun.sign != str(today):
        due.whole(latest.later(-back) for back in range(_LATEST))
    await _count(database, due, now=now)
    async with database.write() as session:
        await _mark(session, _COUNTED, now, sign=str(today))
        await counting_changes.now_counted(session, losses)
        for name, sign in signs.items():
            await _mark(session, name, now, sign=sign)
        done = col(TallyMark.name).in_(ordered)
        await session.exec(delete(TallyMark).where(done))
    if begun.sign != str(today):
        await _publish(database, now=now)
    return len(due.cells)


async def _signs(
    session: AsyncSession, months: Iterable[Month], due: Due
) -> dict[str, str]:
    """The months whose messages are no more what they were, with what they are."""
    changed = {}
    for month in months:
        name = f"messages:{month}"
        known = await session.get(TallyMark, name)
        sign = await counting_changes.sign_of_messages(session, month)
        if known is None or known.sign != sign:
            for day in (month.first, month.last):
                due.add(Source.MESSAGES, day)
            changed[name] = sign
    return changed


async def _count(database: Database, due: Due, *, now: datetime) -> None:
    """Count each month of a source in a transaction of its own."""
    for (source, _month), found in sorted(due.cells.items(), key=lambda one: one[0]):
        async with database.write() as session:
            await statistics.wait_for_turn(session)
            await statistics.recount(
                session, source, found.period, sites=found.sites, now=now
            )


async def _publish(database: Database, *, now: datetime) -> None:
    """Publish the quarters that are long enough over."""
    async with database.write() as session:
        await statistics.wait_for_turn(session)
        await statistics.publish(session, now=now)


def _months(period: Period) -> list[Month]:
    return [Month.of(one.first) for one in period.by_month()]


async def _mark(session: AsyncSession, name: str, at: datetime, *, sign: str) -> None:
    mark = await session.get(TallyMark, name) or TallyMark(name=name, at=at)
    mark.at, mark.sign = at, sign
    session.add(mark)
