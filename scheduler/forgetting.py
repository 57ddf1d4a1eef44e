"""Deleting or wiping, once a day, what has been kept for as long as somebody chose.

A few at a time, for others write meanwhile; one entry of the record says how much of
what was deleted.
"""

from datetime import UTC, datetime, timedelta

from scheduler import keeping
from scheduler.ageing import delete_old, wipe_old
from scheduler.keeping import Record
from scheduler.means import Means
from visitation import audit, retention, runs
from visitation.audit import SYSTEM
from visitation.database import Database

#: The name under which is kept which day is done.
NAME = "forget_old"


async def forget_old(database: Database, *, now: datetime, means: Means) -> int:
    """End what is older than was chosen, once a day; how much that was."""
    today = now.astimezone(UTC).date()
    async with database.read() as session:
        if await runs.last_day(session, NAME) == today:
            return 0
        days = retention.in_force(await retention.chosen(session), means.keeps)
    counts = {
        kept.value: await _end(database, record, now - timedelta(days=days[kept]))
        for kept, record in keeping.CHOSEN.items()
        if record.sweep == NAME
    }
    deleted = {name: count for name, count in counts.items() if count}
    async with database.write() as session:
        await runs.did_day(session, NAME, today)
        if deleted:
            audit.note(
                session, SYSTEM, "forget_old", "system", now=now, deleted=deleted
            )
    return sum(deleted.values())


async def _end(database: Database, record: Record, before: datetime) -> int:
    if record.wiped:
        return await wipe_old(
            database,
            record.table,
            record.since,
            record.wiped,
            held=record.held,
            before=before,
        )
    return await delete_old(database, record.table, record.since, before=before)
