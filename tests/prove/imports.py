"""`make prove-imports`: a large file of prisoners, while others book visits.

A hundred thousand rows with a byte-order mark and several spellings, one in a hundred
bad, in every way there is. Each bad row must be reported with its number and reason,
all others must go in; the same file again must change nothing. Meanwhile somebody books
and cancels: how long each booking waits is measured beside the same without an import.

    python -m tests.prove.imports [--rows 100000] [--only sqlite]
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlmodel import func, select

from config.desk import Desk
from config.importing import batches, import_rows
from scheduler import booking
from tests import make, postgres
from tests.fakes import seeded_keyring
from visitation import imports
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry
from visitation.database import Database, migrate
from visitation.imports import Kind
from visitation.keyring import Keyring
from visitation.people import Prisoner
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Outcome, VisitKind

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
TOMORROW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
#: One row in so many is bad.
BAD_EVERY = 100
#: Seconds between two bookings.
_BREATH = 0.05
#: Ends of rows that stand after a prison and a number, and what each is refused for.
_SPOILT = {
    "wrong_national_id": "{prison},{number},علی,1234567890",
    "import_unknown_prison": "زندانی که نیست,{number},علی,",
    "cell_missing": "{prison},{number},,",
    "cell_unseen": "{prison},{number},ع\u202eلی,",
    "cell_too_long": "{prison},{number}" + "0" * 40 + ",علی,",
    "too_many_cells": "{prison},{number},علی,,یک ستون دیگر",
    "import_repeated": "{prison},{before},نامی دیگر,",
    "import_number_taken": "{prison},known-{number},نامی دیگر,",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of prisoners, and what must be said of its bad rows, by number."""

    content: bytes
    good: int
    bad: dict[int, str]


@dataclass(slots=True, kw_only=True)
class Run:
    """What one import did, and how it felt."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: dict[int, str] = field(default_factory=dict)
    batches: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    seconds: float = 0.0


def national_id(number: int) -> str:
    """Ten digits with a right checksum, another for each number."""
    digits = f"{100_000_000 + number:09}"
    rest = sum(int(d) * (10 - n) for n, d in enumerate(digits)) % 11
    return digits + str(rest if rest < 2 else 11 - rest)


def written(rows: int, prison_id: int) -> File:
    """A file with so many rows, after a byte-order mark and its headings."""
    lines, bad = ["prison,number,name,national_id"], dict[int, str]()
    spoilt = list(_SPOILT.items())
    for n in range(rows):
        number = n + 2
        if n % BAD_EVERY == BAD_EVERY - 1:
            reason, form = spoilt[len(bad) % len(spoilt)]
            lines.append(form.format(prison=prison_id, number=n, before=n - 1))
            bad[number] = reason
        else:
            lines.append(_good(n, prison_id))
    text = "\r\n".join(lines) + "\r\n"
    return File(content=text.encode("utf-8-sig"), good=rows - len(bad), bad=bad)


def _good(n: int, prison_id: int) -> str:
    """A row as some clerk writes it: any digits and letters, with or without an ID."""
    digits = str(n).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    shown = digits if n % 3 == 0 else str(n)
    name = f"علي كريمي {n}" if n % 2 else f"علی کریمی {n}"
    return f"{prison_id},{shown},{name},{national_id(n) if n % 4 else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A prison, and people who book visits in it."""

    prison_id: int
    terminal_id: int
    people: list[tuple[int, int]]
    keyring: Keyring = field(default_factory=seeded_keyring)


async def stage(database: Database) -> Stage:
    """A prison that is open every day, and eight families."""
    async with database.write() as session:
        world = await make.world(session)
        people = []
        for _ in range(8):
            held = await make.prisoner(session, world.prison)
            visitor = await make.visitor(session)
            await make.contact(session, held, visitor)
            people.append((held.id, visitor.id))
        return Stage(
            prison_id=world.prison.id, terminal_id=world.terminal.id, people=people
        )


async def _add_known(database: Database, on: Stage, file: File) -> None:
    """Those whose number the file would give to others."""
    taken = [row for row, why in file.bad.items() if why == "import_number_taken"]
    async with database.write() as session:
        prison = await session.get_one(Site, on.prison_id)
        for row in taken:
            number = f"known-{row - 2}"
            await make.prisoner(session, prison, number=number, name="حسن")


async def prove(database: Database, rows: int) -> dict[str, Any]:
    """Import a file twice; what was measured, with what went wrong under `faults`."""
    on = await stage(database)
    file = written(rows, on.prison_id)
    await _add_known(database, on, file)
    before = await _count(database)
    alone = await _booked_alone(database, on)
    first = await _imported(database, on, file)
    between = await _count(database)
    second = await _imported(database, on, file)
    faults = [
        *_differences("the first time", first, file, "created"),
        *_differences("the second time", second, file, "unchanged"),
    ]
    if between - before != file.good:
        faults.append(f"{between - before} prisoners came for {file.good} rows")
    if await _count(database) != between or await _noted(database) != file.good:
        faults.append("the second time something changed, or an act was not noted")
    return {
        "rows": rows,
        "rows_per_second": round(rows / first.seconds),
        "again_per_second": round(rows / second.seconds),
        "batch_p50_ms": _ms(first.batches, 0.5),
        "batch_max_ms": _ms(first.batches, 1),
        "booking_alone_p95_ms": _ms(alone, 0.95),
        "booking_beside_p95_ms": _ms(first.waits, 0.95),
        "booking_beside_max_ms": _ms(first.waits, 1),
        "bookings": len(first.waits),
        "faults": faults,
    }


def _differences(when: str, run: Run, file: File, outcome: str) -> Iterator[str]:
    if run.counts != Counter({outcome: file.good, "refused": len(file.bad)}):
        yield f"{when}: {dict(run.counts)}"
    wrong = dict(run.refused.items() ^ file.bad.items())
    if wrong:
        yield f"{when}: rows {sorted(wrong)[:5]} are told otherwise"


async def _imported(database: Database, on: Stage, file: File) -> Run:
    run = Run()
    begun = time.monotonic()

    async def ask(args: dict[str, Any]) -> list[dict[str, Any]]:
        sent = time.monotonic()
        desk = Desk(database=database, keyring=on.keyring, now=NOW)
        try:
            return await import_rows(desk, **args)
        finally:
            run.batches.append(time.monotonic() - sent)
            # The command sends the next batch only when it has the answer.
            await asyncio.sleep(0)

    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_book(database, on, run.waits, done=done))
        rows = imports.rows_of(BytesIO(file.content), Kind.PRISONERS)
        async for lines in batches(ask, Kind.PRISONERS, rows, dry_run=False):
            run.counts.update(line["outcome"] for line in lines)
            run.refused |= {
                line["row"]: line["reasons"][0]
                for line in lines
                if line["outcome"] == "refused"
            }
        run.seconds = time.monotonic() - begun
        done.set()
    return run


async def _booked_alone(database: Database, on: Stage) -> list[float]:
    waits: list[float] = []
    await _book(database, on, waits, done=asyncio.Event(), times=20)
    return waits


async def _book(
    database: Database,
    on: Stage,
    waits: list[float],
    *,
    done: asyncio.Event,
    times: int = sys.maxsize,
) -> None:
    """Book and cancel, by turns for each family, until it is done."""
    for n in range(times):
        if done.is_set():
            return
        prisoner_id, visitor_id = on.people[n % len(on.people)]
        starts = TOMORROW + (n % 16) * timedelta(minutes=30)
        begun = time.monotonic()
        async with database.write() as session:
            visit: Visit = await booking.book(
                session,
                prison_id=on.prison_id,
                terminal_id=on.terminal_id,
                span=Timespan(starts, starts + timedelta(minutes=25)),
                kind=VisitKind.FAMILY,
                prisoner_id=prisoner_id,
                visitor_ids=[visitor_id],
                keyring=on.keyring,
                by=SYSTEM,
                now=NOW,
            )
        waits.append(time.monotonic() - begun)
        async with database.write() as session:
            await booking.cancel(
                session,
                visit=await session.get_one(Visit, visit.id),
                outcome=Outcome.CANCELLED_BY_FAMILY,
                reason="-",
                by=SYSTEM,
                now=NOW,
            )
        await asyncio.sleep(_BREATH)


async def _count(database: Database) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(Prisoner))).one()


async def _noted(database: Database) -> int:
    query = select(func.count()).where(AuditEntry.action == "add_prisoner")
    async with database.read() as session:
        return (await session.exec(query)).one()


def _ms(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds) or [0.0]
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


@contextmanager
def _urls(only: str) -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        urls = {"sqlite": f"sqlite:///{Path(folder) / 'prove.db'}"}
        if only == "sqlite":
            yield urls
            return
        with postgres.server() as url:
            yield {"postgresql": url} | ({} if only else urls)


async def _on(url: str, rows: int) -> dict[str, Any]:
    database = Database(url)
    try:
        return await prove(database, rows)
    finally:
        await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"], default="")
    asked = parser.parse_args()
    found = {}
    with _urls(asked.only) as urls:
        for name, url in urls.items():
            migrate(url)
            found[name] = asyncio.run(_on(url, asked.rows))
            print(name, json.dumps(found[name]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"prove": "imports", "peak_mib": peak, **found}))
    sys.exit(any(one["faults"] for one in found.values()))


if __name__ == "__main__":
    main()
