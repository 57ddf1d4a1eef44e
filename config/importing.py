"""Rows that a command brings in: an act like those in `acts`, for one batch at a time.

The command reads the file and sends batches, so that no transaction is long, and asks
for nothing twice: what the rows before a batch named is known to whoever read them.
"""

import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Mapping,
    Sequence,
)
from itertools import islice
from typing import Any

from config.desk import OPERATOR, Act, Desk
from scheduler import bulk
from visitation import imports
from visitation.imports import Doubles, Kind, Line, Pace, Row, RowOutcome
from visitation.people import Scope

#: Takes the arguments of `import_rows`, wherever that runs.
Ask = Callable[[dict[str, Any]], Awaitable[list[dict[str, Any]]]]


async def batches(
    ask: Ask, kind: Kind, rows: Iterator[Row], *, dry_run: bool
) -> AsyncIterator[list[dict[str, Any]]]:
    """What became of the rows, batch by batch, each in its order.

    A batch is as large as leaves others room to write.
    """
    doubles = Doubles(kind)
    pace = Pace(bulk.BATCH if kind is Kind.VISITS else imports.BATCH)
    while batch := list(islice(rows, pace.rows)):
        earlier = {row.number: doubles.earlier(row) for row in batch}
        fresh = [row for row in batch if earlier[row.number] is None]
        lines = [_repeated(n, first) for n, first in earlier.items() if first]
        if fresh:
            args = {"kind": kind.value, "dry_run": dry_run}
            begun = time.monotonic()
            lines += await ask({**args, "rows": [_sent(row) for row in fresh]})
            pace.took(len(fresh), time.monotonic() - begun)
        yield sorted(lines, key=lambda line: int(line["row"]))


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


def _sent(row: Row) -> dict[str, Any]:
    return {"number": row.number, "cells": dict(row.cells), "fault": row.fault}


def _repeated(number: int, first: int) -> dict[str, Any]:
    return _told(
        Line(
            row=number,
            outcome=RowOutcome.REFUSED,
            reasons=("import_repeated",),
            other_row=first,
        )
    )


def _told(line: Line) -> dict[str, Any]:
    return {
        "row": line.row,
        "outcome": line.outcome.value,
        "field": line.field,
        "reasons": list(line.reasons),
        "other_row": line.other_row,
    }


ACTS: Mapping[str, Act] = {"import_rows": import_rows}
