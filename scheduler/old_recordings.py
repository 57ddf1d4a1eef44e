"""Recordings that were kept long enough, and the room that the others take.

Both touch the disk, and do so in a thread. Where nothing is recorded there is nothing
to do.
"""

import asyncio
from datetime import UTC, datetime

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import each
from scheduler.means import Means
from visitation import runs
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.recordings import deleting, keeping, paths
from visitation.recordings.refusing import OnHold
from visitation.recordings.tables import Recording
from visitation.words import RecordingState

log = structlog.get_logger(__name__)
#: The name under which is kept which day is done.
NAME = "delete_recordings"


async def delete_due(database: Database, *, now: datetime, means: Means) -> int:
    """Delete what was kept long enough and is not held, once a day."""
    if means.recordings is None:
        return 0
    directory = means.recordings.space.directory
    today = now.astimezone(UTC).date()
    async with database.read() as session:
        if await runs.last_day(session, NAME) == today:
            return 0
    async with database.write() as session:
        days = await keeping.days(session, means.keeps)
        await keeping.settle(session, days)
        due = [one.id for one in await deleting.due(session, days, now=now)]

    async def delete(session: AsyncSession, recording_id: int) -> bool:
        recording = await session.get_one(Recording, recording_id)
        if recording.state is RecordingState.DELETED:
            return False
        await deleting.delete(
            session,
            recording,
            directory=directory,
            by=SYSTEM,
            now=now,
            why="retention",
        )
        return True

    if due and not await asyncio.to_thread(paths.is_shelf, directory):
        log.warning("recordings_elsewhere", due=len(due))
        return 0
    # What goes wrong is raised here, and tried again within the hour.
    count = await each.changed(database, due, delete, overtaken=(OnHold,))
    async with database.write() as session:
        await runs.did_day(session, NAME, today)
    return count


async def watch_space(database: Database, *, now: datetime, means: Means) -> int:
    """Measure the room that recordings take, and log when it runs short."""
    if means.recordings is None or not means.recordings.space.directory.is_dir():
        return 0
    before = means.recordings.last
    reading = await asyncio.to_thread(means.recordings.read)
    if reading.level != (before.level if before else "ok"):
        said = log.info if reading.level == "ok" else log.warning
        said("recordings_space", level=reading.level, used=reading.used)
    return 0
