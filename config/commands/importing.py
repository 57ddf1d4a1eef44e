"""`visitation import …`: what a prison's own system knows, from CSV or JSON.

What a row means is decided by `visitation.imports`.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from config import admin, opening, reading
from config.commands.asking import err, out, refusing
from config.desk import Desk, Impossible
from config.importing import Ask, batches, import_rows
from config.settings import Settings
from visitation import imports
from visitation.imports import BadSheet, Kind, Row, RowOutcome
from web import import_words


@refusing
def import_file(
    kind: Annotated[Kind, typer.Argument(help="What the rows are.")],
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV (UTF-8) or JSON.")
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report, and change nothing.")
    ] = False,
    prison: Annotated[
        str, typer.Option(help="The prison of rows that name none: number or name.")
    ] = "",
) -> None:
    """Import rows; each goes in or is reported with its number and the reason."""
    settings = reading.read()
    given = {"prison": prison} if prison else {}
    with file.open("rb") as opened:
        try:
            total = imports.count(opened, kind, given=given)
            rows = imports.rows_of(opened, kind, given=given)
            counts = _brought(settings, kind, rows, total=total, dry_run=dry_run)
        except BadSheet as bad:
            where = f" (row {bad.row})" if bad.row else ""
            raise Impossible(f"{file.name}: {import_words.whole(bad)}{where}") from None
    said = ", ".join(f"{counts[one.value]} {one.value}" for one in RowOutcome)
    out.print(f"{'Dry run: ' if dry_run else ''}{said}.", markup=False)
    if counts[RowOutcome.REFUSED.value]:
        raise typer.Exit(1)


def _brought(
    settings: Settings, kind: Kind, rows: Iterator[Row], *, total: int, dry_run: bool
) -> Counter[str]:
    """How many rows had each outcome; a service that is running does the work."""
    socket = opening.admin_socket(settings)

    async def of_the_service(args: dict[str, Any]) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = await admin.ask(socket, "import_rows", args)
        return lines

    if asyncio.run(_runs(socket)):
        batches = _each_batch(of_the_service, kind, rows, total=total, dry_run=dry_run)
        return asyncio.run(batches)
    database = opening.opened(settings)
    keyring = opening.keyring(settings)

    async def alone() -> Counter[str]:
        async def act(args: dict[str, Any]) -> list[dict[str, Any]]:
            desk = Desk(database=database, keyring=keyring, now=datetime.now(UTC))
            return await import_rows(desk, **args)

        try:
            return await _each_batch(act, kind, rows, total=total, dry_run=dry_run)
        finally:
            await database.close()

    return asyncio.run(alone())


async def _runs(socket: Path) -> bool:
    try:
        await admin.ask(socket, "hello", {})
    except admin.NobodyThere:
        return False
    except Impossible:
        # It knows no such act, and is there to say so.
        return True
    return True


async def _each_batch(
    ask: Ask, kind: Kind, rows: Iterator[Row], *, total: int, dry_run: bool
) -> Counter[str]:
    counts: Counter[str] = Counter()
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task(kind.value, total=total)
        async for lines in batches(ask, kind, rows, dry_run=dry_run):
            for line in lines:
                counts[line["outcome"]] += 1
                _show(line)
            progress.advance(task, len(lines))
    return counts


def _show(line: dict[str, Any]) -> None:
    """Print what people should look at: refusals, and remarks about the rest."""
    if not line["reasons"]:
        return
    told = " ".join(import_words.sentence(code) for code in line["reasons"])
    column = f" [{line['field']}]" if line["field"] else ""
    other = f" (row {line['other_row']})" if line["other_row"] else ""
    codes = ", ".join(line["reasons"])
    out.print(
        f"row {line['row']}: {line['outcome']}{column} {codes}: {told}{other}",
        markup=False,
        soft_wrap=True,
    )
