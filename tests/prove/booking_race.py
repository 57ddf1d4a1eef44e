"""Many at once book, move and cancel on few resources: nobody ever overlaps.

The same race with a naive check before an insert, instead of claims, does overlap, so
the oracle can fail. The oracle is a self-join over visits that knows nothing of
claims; a second one compares the claims with what each visit needs.

    python -m tests.prove.booking_race [--tasks 64] [--attempts 200] [--processes 4]
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from tests import postgres
from tests.prove.booking_attempts import ATTEMPTS, Attempt, Stage, naive, stage
from tests.prove.overlaps import overlaps, wrong_claims
from visitation import visits
from visitation.database import Database, is_conflict, migrate
from visitation.keyring import Keyring
from visitation.lifecycle import IllegalMove

PATIENCE = 5


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of the attempts, and how long each took, in milliseconds."""

    counts: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    seconds: float = 0.0


async def attempt(write: Callable, one: Attempt, *rest, tally: Tally) -> None:
    """One attempt; refusals are answers, everything else is counted as what it is.

    Whoever waited too long in line asks again a few times, as a person would.
    """
    began = time.perf_counter()
    for _ in range(PATIENCE):
        answer = await _answer(write, one, *rest)
        if answer != "waited too long":
            break
        tally.counts["asked again"] += 1
    tally.counts[answer] += 1
    tally.took.append((time.perf_counter() - began) * 1e3)


async def _answer(write: Callable, one: Attempt, *rest) -> str:
    try:
        async with write() as session:
            return await one(session, *rest)
    except booking.Refused:
        return "refused"
    except (visits.Overtaken, IllegalMove, booking.NotMovable):
        return "overtaken"
    except IntegrityError as error:
        return "conflict" if is_conflict(error) else "error"
    except DBAPIError as error:
        timed_out = getattr(error.orig, "sqlstate", "") in {"55P03", "57014"}
        return "waited too long" if timed_out else f"error {error.orig}"


async def run(
    write: Callable, on: Stage, *, kinds: tuple[Attempt, ...], tasks: int, each: int
) -> Tally:
    """So many tasks at once, so many attempts each."""
    tally = Tally()
    keyring = Keyring(b"r" * 32)

    async def one_task() -> None:
        luck = random.Random()
        for _ in range(each):
            await attempt(write, luck.choice(kinds), on, luck, keyring, tally=tally)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(tasks):
            group.create_task(one_task())
    tally.seconds = time.perf_counter() - began
    return tally


@asynccontextmanager
async def naive_writer(url: str) -> AsyncIterator[Callable]:
    """SQLite as a fresh program has it: many connections, deferred transactions.

    The driver begins one only before the INSERT, so that the look before it is not
    part of it.
    """
    engine = create_async_engine(
        url.replace("sqlite:", "sqlite+aiosqlite:"),
        pool_size=16,
        connect_args={"timeout": 10},
    )

    @asynccontextmanager
    async def write() -> AsyncIterator[AsyncSession]:
        async with (
            AsyncSession(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    yield write
    await engine.dispose()


def _process(url: str, on: Stage, out, **race) -> None:
    async def whole() -> Tally:
        database = Database(url)
        try:
            return await run(database.write, on, **race)
        finally:
            await database.close()

    out.put(asyncio.run(whole()))


def in_processes(url: str, on: Stage, *, processes: int, **race) -> Tally:
    """The race from several processes at once."""
    spawn = multiprocessing.get_context("spawn")
    out = spawn.Queue()
    running = [
        spawn.Process(target=_process, args=(url, on, out), kwargs=race)
        for _ in range(processes)
    ]
    for process in running:
        process.start()
    whole = Tally()
    for _ in running:
        part = out.get(timeout=3600)
        whole.counts += part.counts
        whole.took += part.took
        whole.seconds = max(whole.seconds, part.seconds)
    for process in running:
        process.join()
    return whole


async def race_sqlite(*, tasks: int, each: int, naively: bool) -> dict[str, object]:
    """One process, many tasks."""
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{Path(directory) / 'race.db'}"
        await asyncio.to_thread(migrate, url)
        database = Database(url)
        on = await stage(database)
        kinds = (naive,) if naively else ATTEMPTS
        async with naive_writer(url) as naive_write:
            write = naive_write if naively else database.write
            tally = await run(write, on, kinds=kinds, tasks=tasks, each=each)
        report = await _report("sqlite", database, tally, naively=naively)
        await database.close()
        return report


async def race_postgresql(
    url: str, *, processes: int, tasks: int, each: int, naively: bool
) -> dict[str, object]:
    """Several processes, some tasks in each, on a migrated database."""
    await asyncio.to_thread(postgres.empty, url)
    database = Database(url)
    on = await stage(database)
    race = {"kinds": (naive,) if naively else ATTEMPTS, "tasks": tasks, "each": each}
    tally = await asyncio.to_thread(in_processes, url, on, processes=processes, **race)
    report = await _report("postgresql", database, tally, naively=naively)
    await database.close()
    return report


async def _report(
    name: str, database: Database, tally: Tally, *, naively: bool
) -> dict[str, object]:
    took = sorted(tally.took)
    return {
        "database": name,
        "how": "naive" if naively else "claims",
        "attempts": len(took),
        "per_second": round(len(took) / tally.seconds),
        "p50_ms": round(took[len(took) // 2], 1),
        "p99_ms": round(took[int(len(took) * 0.99)], 1),
        "overlaps": await overlaps(database),
        "wrong_claims": 0 if naively else await wrong_claims(database),
        **dict(sorted(tally.counts.items())),
    }


#: What a report says beside its answers.
MEASURED = {
    "database",
    "how",
    "attempts",
    "per_second",
    "p50_ms",
    "p99_ms",
    "overlaps",
    "wrong_claims",
    "asked again",
}


def is_right(report: dict[str, object]) -> bool:
    """Claims never overlap and nothing breaks; the naive way must overlap."""
    if report["how"] == "naive":
        return report["overlaps"] != 0
    answers = {"booked", "moved", "cancelled", "refused", "overtaken", "nothing"}
    odd = set(report) - answers - MEASURED
    return not odd and report["overlaps"] == report["wrong_claims"] == 0


async def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tasks", type=int, default=64)
    options.add_argument("--attempts", type=int, default=200)
    options.add_argument("--processes", type=int, default=4)
    chosen = options.parse_args()
    reports = []
    for naively in (False, True):
        sqlite = await race_sqlite(
            tasks=chosen.tasks, each=chosen.attempts, naively=naively
        )
        reports.append(_said(sqlite))
    share = {
        "processes": chosen.processes,
        "tasks": max(1, chosen.tasks // chosen.processes),
        "each": chosen.attempts,
    }
    with postgres.server() as url:
        await asyncio.to_thread(migrate, url)
        for naively in (False, True):
            postgresql = await race_postgresql(url, naively=naively, **share)
            reports.append(_said(postgresql))
    right = all(is_right(report) for report in reports)
    print(json.dumps({"prove": "booking_race", "right": right, "races": reports}))
    return 0 if right else 1


def _said(report: dict[str, object]) -> dict[str, object]:
    print(report, flush=True)
    return report


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
