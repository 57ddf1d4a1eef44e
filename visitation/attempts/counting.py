"""Counting attempts in the database, in windows that slide.

A window is counted in parts, and a part is remembered until all of it is older than
the window: in no span as long as the window are there more attempts than allowed. All
processes on one database count together. Knows no code, no phone and no address: a key
that would tell is given as a fingerprint.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import database
from visitation.attempts.tables import AttemptCount
from visitation.errors import VisitationError

PARTS = 8
#: No limit looks further back; older counts may be forgotten.
LONGEST_WINDOW = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TABLE = SQLModel.metadata.tables["attempt_count"]
_ADD: Mapping[str, Any] = {
    name: dialect.insert(_TABLE).on_conflict_do_update(
        index_elements=["name", "key", "since"],
        set_={"count": _TABLE.c.count + 1},
    )
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


class TooMany(VisitationError):
    """Something was tried too often.

    Attributes:
        wait: how long until it may be tried again.
    """

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many attempts; wait {wait}")
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many attempts in any span of this length, `LONGEST_WINDOW` at most."""

    name: str
    most: int
    window: timedelta

    @property
    def part(self) -> timedelta:
        """What is counted in one row."""
        return self.window / PARTS


async def hit(
    session: AsyncSession, limit: Limit, key: str, *, now: datetime, more: int = 0
) -> None:
    """Count one attempt before it is known how it ends.

    Whoever tries the same at the same moment waits for this transaction, so none is
    let through uncounted. `more` are allowed beside those of the limit.

    Raises:
        TooMany: if there were too many before; roll back, and this one is not counted.
    """
    await add(session, limit, key, now=now)
    await _refuse(session, limit, key, now=now, allowed=limit.most + more + 1)


async def check(
    session: AsyncSession, limit: Limit, key: str, *, now: datetime, more: int = 0
) -> None:
    """Look whether one more would be allowed, and count nothing.

    Raises:
        TooMany: if there were too many.
    """
    await _refuse(session, limit, key, now=now, allowed=limit.most + more)


async def add(session: AsyncSession, limit: Limit, key: str, *, now: datetime) -> None:
    """Count one attempt, however many there were."""
    since = now - (now - _EPOCH) % limit.part
    adding = _ADD[session.get_bind().dialect.name]
    row = {"name": limit.name, "key": key, "since": since, "count": 1}
    await database.changed(session, adding, row)


async def count(session: AsyncSession, limit: Limit, key: str, *, now: datetime) -> int:
    """How many attempts are remembered."""
    return sum(one for _since, one in await _counted(session, limit, key, now))


async def forget(session: AsyncSession, limit: Limit, key: str) -> None:
    """Start counting afresh, after a success."""
    await session.exec(
        delete(AttemptCount).where(
            col(AttemptCount.name) == limit.name, col(AttemptCount.key) == key
        )
    )


async def forget_past(session: AsyncSession, *, now: datetime) -> int:
    """Delete what no limit looks at any more; return how many rows that was."""
    deleted = await session.exec(
        delete(AttemptCount).where(
            col(AttemptCount.since) <= now - LONGEST_WINDOW * (PARTS + 1) / PARTS
        )
    )
    return deleted.rowcount


async def _refuse(
    session: AsyncSession, limit: Limit, key: str, *, now: datetime, allowed: int
) -> None:
    counted = await _counted(session, limit, key, now)
    left = sum(one for _since, one in counted)
    if left < allowed:
        return
    for since, one in counted:
        left -= one
        if left < allowed:
            raise TooMany(since + limit.part + limit.window - now)
    raise TooMany(limit.window)


async def _counted(
    session: AsyncSession, limit: Limit, key: str, now: datetime
) -> Sequence[tuple[datetime, int]]:
    """What is remembered, oldest first."""
    rows = await session.exec(
        select(AttemptCount.since, AttemptCount.count)
        .where(
            AttemptCount.name == limit.name,
            AttemptCount.key == key,
            col(AttemptCount.since) > now - limit.window - limit.part,
        )
        .order_by(col(AttemptCount.since))
    )
    return rows.all()
