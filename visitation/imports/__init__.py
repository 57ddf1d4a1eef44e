"""What a prison's own system knows, taken in row by row, each with a line of report."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.imports import (
    appointments,
    prisoners,
    releases,
    restrictions,
    transfers,
)
from visitation.imports.around import Desk, around
from visitation.imports.columns import COLUMNS, Column
from visitation.imports.doubles import Doubles
from visitation.imports.pace import Pace
from visitation.imports.report import (
    BadSheet,
    Kind,
    Line,
    Row,
    RowOutcome,
    RowRefused,
    counted,
)
from visitation.imports.sheets import count, rows_of
from visitation.imports.taking import Decide, take_each

#: How many rows go into one transaction, at most; `Pace` says how many are too many.
BATCH = 500

_DECIDE: Mapping[Kind, Decide] = {
    Kind.PRISONERS: prisoners.decide,
    Kind.TRANSFERS: transfers.decide,
    Kind.RELEASES: releases.decide,
    Kind.APPOINTMENTS: appointments.decide,
    Kind.RESTRICTIONS: restrictions.decide,
}


async def take_in(
    session: AsyncSession,
    kind: Kind,
    rows: Sequence[Row],
    *,
    desk: Desk,
    doubles: Doubles,
    dry_run: bool = False,
) -> tuple[Line, ...]:
    """Take in rows of what a prison's system knows; each stands or falls by itself.

    The same rows again change nothing. In a dry run everything is done, and then undone
    before the answer.
    """
    return await take_each(
        session,
        rows,
        await around(session, rows, desk),
        _DECIDE[kind],
        doubles=doubles,
        dry_run=dry_run,
    )


__all__ = [
    "BATCH",
    "COLUMNS",
    "BadSheet",
    "Column",
    "Desk",
    "Doubles",
    "Kind",
    "Line",
    "Pace",
    "Row",
    "RowOutcome",
    "RowRefused",
    "count",
    "counted",
    "rows_of",
    "take_in",
]
