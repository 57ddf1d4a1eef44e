"""Waiting in line for a terminal's hours, before anything is written.

The claims would be right without it. On PostgreSQL two who write the same terminal's
hours could wait for each other, one at a claim and one at the exclusion constraint.
SQLite has one writer at a time, and no line.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, column, func, select, text
from sqlmodel import col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import database, people
from visitation.people.tables import Prisoner
from visitation.timespan import Timespan

#: Held until the transaction ends; the two keys are ours alone.
_LOCK_HOURS = text(
    "SELECT pg_advisory_xact_lock(terminal, hour) FROM unnest("
    "CAST(:terminals AS int[]), CAST(:hours AS int[])) AS wanted(terminal, hour)"
)
QUANTA_PER_HOUR = 12
_held = _LOCK_HOURS.columns(column("held")).cte("held")
_PRISONER: Any = bindparam("prisoner")
#: The hours first, then the prisoner and whoever is kept apart from them, by id.
_LOCK_PRISONERS = (
    select(col(Prisoner.id))
    .where(
        select(func.count()).select_from(_held).scalar_subquery() > 0,
        or_(
            col(Prisoner.id) == _PRISONER,
            col(Prisoner.id).in_(people.others_of(_PRISONER)),
        ),
    )
    .order_by(col(Prisoner.id))
    .with_for_update(key_share=True)
)


async def line_up(
    session: AsyncSession,
    wanted: Iterable[tuple[int, Timespan]],
    *,
    prisoner_id: int | None = None,
) -> bool:
    """Wait for whoever writes the same hours of the same terminals, given by id.

    Then, if a prisoner is named, for whoever writes theirs, or of those they are kept
    apart from. Everybody waits in the same order.

    Returns:
        Whether there is a line, so that others may have written meanwhile.
    """
    if session.get_bind().dialect.name == "sqlite":
        return False
    hours = sorted({(one, hour) for one, span in wanted for hour in _hours(span)})
    terminals, numbers = zip(*hours, strict=True)
    line = {"terminals": list(terminals), "hours": list(numbers)}
    if prisoner_id is None:
        await database.rows(session, _LOCK_HOURS, line)
    else:
        await database.rows(session, _LOCK_PRISONERS, line | {"prisoner": prisoner_id})
    return True


def _hours(span: Timespan) -> set[int]:
    return {quantum // QUANTA_PER_HOUR for quantum in span.quanta()}
