"""Waiting in line for a terminal's hours, before anything is written.

The claims would be right without it. On PostgreSQL two who write the same terminal's
hours could wait for each other, one at a claim and one at the exclusion constraint.
SQLite has one writer at a time, and no line.
"""

from collections.abc import Iterable

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.timespan import Timespan

#: Held until the transaction ends; the two keys are ours alone.
_LOCK_HOURS = text(
    "SELECT pg_advisory_xact_lock(terminal, hour) FROM unnest("
    "CAST(:terminals AS int[]), CAST(:hours AS int[])) AS wanted(terminal, hour)"
)
QUANTA_PER_HOUR = 12


async def line_up(
    session: AsyncSession, wanted: Iterable[tuple[int, Timespan]]
) -> bool:
    """Wait for whoever writes the same hours of the same terminals, given by id.

    Everybody waits in the same order.

    Returns:
        Whether there is a line, so that others may have written meanwhile.
    """
    if session.get_bind().dialect.name == "sqlite":
        return False
    hours = sorted({(one, hour) for one, span in wanted for hour in _hours(span)})
    terminals, numbers = zip(*hours, strict=True)
    connection = await session.connection()
    await connection.execute(
        _LOCK_HOURS, {"terminals": list(terminals), "hours": list(numbers)}
    )
    return True


def _hours(span: Timespan) -> set[int]:
    return {quantum // QUANTA_PER_HOUR for quantum in span.quanta()}
