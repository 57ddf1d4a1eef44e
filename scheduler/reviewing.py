"""The sweeps that review booked visits: what changed is read, who it concerns judged.

A visit's own booking is on record too. So of a change and a booking that happen at once
whichever is read later is read when both have happened, and nothing slips between.
Judging twice changes nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import closures, concerned, freed, review
from scheduler.means import Means
from visitation import audit, runs
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.lifecycle import TO_COME
from visitation.places import DEFAULT_ZONE
from visitation.timespan import Timespan
from visitation.visits import Visit, flags

READER = "review"
#: The name under which the nights are kept in which all was looked at.
REVIEWED = "review_all"
#: How many entries are read at once, and how many visits looked at.
ENTRIES = 500
BATCH = 50
#: The hour of the night from which all visits to come are looked at.
NIGHT = 3


async def review_changes(database: Database, *, now: datetime, means: Means) -> int:
    """Judge the visits that what was sealed since the last time may concern."""
    changed = 0
    while True:
        async with database.read() as session:
            found = await audit.unread(session, READER, limit=ENTRIES)
            due = await _concerned(session, found.entries, now)
        if found.upto == found.since:
            return changed
        changed += await _look_again(database, due, now=now)
        async with database.write() as session:
            await closures.close_ranks(session, _left(found.entries), now=now)
            await audit.read_up_to(session, READER, found)
        if len(found.entries) < ENTRIES:
            return changed


async def review_all(database: Database, *, now: datetime, means: Means) -> int:
    """Judge all visits to come, once a night: nothing that changed is overlooked.

    A night that nobody was up for is made up for as soon as somebody is.
    """
    night = _night(now)
    async with database.read() as session:
        # Another day than this one, even a later one: a clock was wrong for a while.
        if await runs.last_day(session, REVIEWED) == night:
            return 0
        rows = await session.exec(select(Visit.id).where(*_to_come(now)))
        due = rows.all()
    changed = await _look_again(database, due, now=now)
    async with database.write() as session:
        await runs.did_day(session, REVIEWED, night)
    return changed


async def oldest_unread(session: AsyncSession, *, now: datetime) -> datetime | None:
    """When the first change was made of which nobody knows yet whom it concerns."""
    found = await audit.unread(session, READER, limit=1)
    return found.entries[0].at if found.entries else None


def _night(now: datetime) -> date:
    """The day whose night hour has begun last."""
    wall = now.astimezone(ZoneInfo(DEFAULT_ZONE))
    return wall.date() - timedelta(days=wall.hour < NIGHT)


async def _concerned(
    session: AsyncSession, entries: Iterable[AuditEntry], now: datetime
) -> set[int]:
    found: set[int] = set()
    for condition in await concerned.by_entries(session, list(entries)):
        rows = await session.exec(select(Visit.id).where(*_to_come(now), condition))
        found.update(rows.all())
    return found


async def _look_again(
    database: Database, visit_ids: Iterable[int], *, now: datetime
) -> int:
    """Judge those visits whose flags are not as they should be, each by itself.

    Looking takes no lock: most of what may be concerned is not.
    """
    changed = 0
    every = sorted(visit_ids)
    for begin in range(0, len(every), BATCH):
        some = every[begin : begin + BATCH]
        async with database.read() as session:
            due = [one for one in some if await _differs(session, one, now)]
        for visit_id in due:
            async with database.write() as session:
                changed += await review.judge(session, visit_id, now=now)
    return changed


async def _differs(session: AsyncSession, visit_id: int, now: datetime) -> bool:
    visit = await session.get_one(Visit, visit_id)
    known = {flag.reason for flag in await flags.open_flags(session, visit_id)}
    return known != set(await review.reasons_against(session, visit, now=now))


def _to_come(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(Visit.state).in_(TO_COME), col(Visit.ends_at) > now


def _left(entries: Iterable[AuditEntry]) -> dict[int, set[Timespan]]:
    """The visits that entries are about, each with the times that it left."""
    found: dict[int, set[Timespan]] = {}
    for entry in entries:
        if entry.visit_id is None:
            continue
        spans = found.setdefault(entry.visit_id, set())
        if (slot := freed.named(entry.facts)) is not None:
            spans.add(slot[1])
    return found
