"""Rows that a command brings in: an act like those in `acts`, for one batch at a time.

The command reads the file and sends batches, so that no transaction is long, and asks
for nothing twice: what the rows before a batch named is known to whoever read them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from config.acts import OPERATOR, Act, Desk
from scheduler import bulk
from visitation import imports
from visitation.imports import Doubles, Kind, Line, Row
from visitation.people import Scope


async def import_rows(
    desk: Desk,
    *,
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    dry_run: bool = False,
) -> list[dict[str, Any]]:
    """Take a batch of rows in, everywhere, and report on each."""
    wanted = Kind(kind)
    found = [
        Row(number=row["number"], cells=row["cells"], fault=row["fault"])
        for row in rows
    ]
    bringing = imports.Desk(
        scope=Scope(everywhere=True), keyring=desk.keyring, by=OPERATOR, now=desk.now
    )
    # Repetitions were found by who read the file: here each batch begins anew.
    doubles = Doubles(wanted)
    async with desk.database.write() as session:
        if wanted is Kind.VISITS:
            lines = await bulk.book_each(
                session, found, desk=bringing, doubles=doubles, dry_run=dry_run
            )
        else:
            lines = await imports.take_in(
                session, wanted, found, desk=bringing, doubles=doubles, dry_run=dry_run
            )
    return [_told(line) for line in lines]


def _told(line: Line) -> dict[str, Any]:
    return {
        "row": line.row,
        "outcome": line.outcome.value,
        "field": line.field,
        "reasons": list(line.reasons),
        "other_row": line.other_row,
    }


ACTS: Mapping[str, Act] = {"import_rows": import_rows}
