"""`make bench-booking`: bookings a second, beside a system that checks, then locks.

One, 16 and 64 clients at once, each with transactions of its own, on an empty database
and on one with a million past visits, on SQLite and PostgreSQL. SQLite is for one
process; on PostgreSQL two book at the same time, as two services would on two cores,
which they share with PostgreSQL. One attempt in ten aims at the slot of the one before
it, with people of its own: a conflict, answered with the next free slots. All that is
compared is measured in turn, in one run.

    python -m tests.bench.booking [--past 1000000] [--attempts 320] [--quick]
"""

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from sqlalchemy import create_engine, pool, text

from tests import postgres
from tests.bench import booked_past, check_then_lock
from tests.bench.booking_clients import (
    BASELINE,
    CONFLICT,
    OURS,
    WAYS,
    Course,
    Measured,
    elsewhere,
    here,
)
from visitation.database import Database, migrate

#: The number of clients whose bookings a second are told at the end.
CLIENTS = 16
#: Makes a database, empty or as the copy of one, and gives its URL.
Make = Callable[[str, str | None], str]
Found = dict[tuple[str, int], dict[int, Measured]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of everything.

    Attributes:
        past: how many visits the full databases have had.
        people: how many prisoners, each with a parent. Half of them are booked, in
            turn: twice as many as there are attempts on a database, in earnest.
        attempts: in each round, for each number of clients.
        processes: that book on PostgreSQL.
    """

    past: int = 1_000_000
    people: int = 10_000
    attempts: int = 320
    rounds: int = 5
    clients: tuple[int, ...] = (1, CLIENTS, 64)
    processes: int = 2


QUICK = Plan(past=200, people=100, attempts=20, rounds=1, clients=(4,))


async def race(courses: list[Course], plan: Plan, processes: int) -> Found:
    """Every way on every database, in turn; what comes first is not counted."""
    where = here(courses) if processes == 1 else elsewhere(courses, processes)
    found: Found = {(one.way, one.past): {} for one in courses}
    async with where as measure:
        for number in range(len(courses)):
            await measure(number, 2, CONFLICT * processes)
        for clients in plan.clients:
            for _ in range(plan.rounds):
                for number, one in enumerate(courses):
                    measured = found[one.way, one.past].setdefault(clients, Measured())
                    measured.add(await measure(number, clients, plan.attempts))
    return found


async def staged(make: Make, plan: Plan) -> list[Course]:
    """Four databases: each way, without a past and with one, which is made once."""
    courses = []
    for past in dict.fromkeys((0, plan.past)):
        begun = time.perf_counter()
        ours = make(f"ours{past}", None)
        await asyncio.to_thread(migrate, ours)
        database = Database(ours)
        stage = await booked_past.build(database, people=plan.people)
        await database.close()
        await asyncio.to_thread(booked_past.fill, ours, past, people=plan.people)
        theirs = await asyncio.to_thread(make, f"theirs{past}", f"ours{past}")
        await asyncio.to_thread(check_then_lock.prepare, theirs)
        for way, url in zip(WAYS, (ours, theirs), strict=True):
            await asyncio.to_thread(booked_past.settle, url)
            courses.append(Course(way=way, past=past, url=url, stage=stage))
        print(f"{past} past visits in {time.perf_counter() - begun:.0f} s", flush=True)
    return courses


@asynccontextmanager
async def on_sqlite() -> AsyncIterator[Make]:
    """Files in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:

        def make(name: str, of: str | None) -> str:
            file = Path(folder) / f"{name}.db"
            if of:
                shutil.copy(file.with_name(f"{of}.db"), file)
            return f"sqlite:///{file}"

        yield make


@asynccontextmanager
async def on_postgresql() -> AsyncIterator[Make]:
    """Databases of one server that waits for its disk."""
    with postgres.server(durable=True) as server:
        plain = create_engine(
            Database(server).url.set(drivername="postgresql+psycopg"),
            poolclass=pool.NullPool,
            isolation_level="AUTOCOMMIT",
        )

        def make(name: str, of: str | None) -> str:
            with plain.connect() as connection:
                made = f"CREATE DATABASE {name} TEMPLATE {of or 'template1'}"
                connection.execute(text(made))
            return server.replace("/postgres?", f"/{name}?")

        yield make
        plain.dispose()


KINDS: dict[str, Callable[[], AbstractAsyncContextManager[Make]]] = {
    "sqlite": on_sqlite,
    "postgresql": on_postgresql,
}


async def run(plan: Plan) -> dict[str, object]:
    """Measure, say so in a table, and return the last line."""
    found = {}
    for name, databases in KINDS.items():
        processes = plan.processes if name == "postgresql" else 1
        async with databases() as make:
            courses = await staged(make, plan)
            found[name] = await race(courses, plan, processes)
        _tell(name, found[name], processes)
    return summary(found, CLIENTS if CLIENTS in plan.clients else plan.clients[0])


def _tell(name: str, found: Found, processes: int) -> None:
    print(
        "database    way              past visits  processes  clients   a second"
        "  p50 ms  p99 ms  conflicts  core ms"
    )
    for (way, past), by_clients in found.items():
        for clients, one in by_clients.items():
            print(
                f"{name:<12}{way:<15}{past:>13}{min(clients, processes):>11}"
                f"{clients:>9}{one.per_second:>11.0f}{one.quantile(0.5):>8.0f}"
                f"{one.quantile(0.99):>8.0f}{one.conflicts:>11}"
                f"{1_000 * one.core / len(one.took):>9.1f}",
                flush=True,
            )


def summary(found: dict[str, Found], clients: int) -> dict[str, object]:
    """The last line: with so many clients, the worse of the two databases."""
    of = {
        (name, way, past > 0): by_clients[clients]
        for name, each in found.items()
        for (way, past), by_clients in each.items()
    }
    ours = {key: one for key, one in of.items() if key[1] == OURS}
    return {
        "bench": "booking",
        "sqlite_per_second": round(of["sqlite", OURS, False].per_second),
        "postgresql_per_second": round(of["postgresql", OURS, False].per_second),
        "p99_ms": round(max(one.quantile(0.99) for one in ours.values()), 1),
        "ratio_baseline": round(
            min(
                one.per_second / of[name, BASELINE, past].per_second
                for (name, _way, past), one in ours.items()
            ),
            2,
        ),
        "slowdown_at_million": round(
            max(
                of[name, OURS, False].per_second / of[name, OURS, True].per_second
                for name in found
            ),
            2,
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--past", type=int, default=Plan().past)
    parser.add_argument("--attempts", type=int, default=Plan().attempts)
    parser.add_argument("--rounds", type=int, default=Plan().rounds)
    parser.add_argument("--quick", action="store_true", help="whether it runs at all")
    asked = parser.parse_args()
    plan = Plan(past=asked.past, attempts=asked.attempts, rounds=asked.rounds)
    print(json.dumps(uvloop.run(run(QUICK if asked.quick else plan))))


if __name__ == "__main__":
    main()
