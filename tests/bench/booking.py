"""`make bench-booking`: bookings a second, beside a system that checks, then locks.

One, 16 and 64 clients at once, each with transactions of its own, on an empty database
and on one with a million past visits, on SQLite and PostgreSQL. One attempt in ten
aims at the slot of the one before it, with people of its own: a conflict, answered
with the next free slots. All that is compared is measured in turn, in one run.

    python -m tests.bench.booking [--past 1000000] [--attempts 320] [--quick]
"""

import argparse
import asyncio
import gc
import json
import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import create_engine, pool, text
from sqlalchemy.exc import DBAPIError

from scheduler import booking
from tests import postgres
from tests.bench import booked_past, check_then_lock
from tests.bench.booked_past import LENGTH, OPEN_AT, SLOTS, TERMINALS, Stage
from visitation.audit import SYSTEM
from visitation.database import Database, migrate
from visitation.database.engine import may_try_again
from visitation.keyring import Keyring
from visitation.timespan import Timespan
from visitation.words import VisitKind

NOW = OPEN_AT - timedelta(days=1)
#: After the last week that any past visit was in, and within the prisons' horizon.
DAYS = range(7, 56)
#: One attempt in so many aims at the slot of the one before it.
CONFLICT = 10
#: The number of clients whose bookings a second are told at the end.
CLIENTS = 16
OURS, BASELINE = "ours", "check then lock"
Book = Callable[..., Awaitable[object]]
WAYS: dict[str, Book] = {OURS: booking.book, BASELINE: check_then_lock.book}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of everything.

    Attributes:
        past: how many visits the full databases have had.
        people: how many prisoners, each with a parent; a thousand at least in earnest.
        attempts: in each round, for each number of clients.
    """

    past: int = 1_000_000
    people: int = 10_000
    attempts: int = 320
    rounds: int = 3
    clients: tuple[int, ...] = (1, CLIENTS, 64)


QUICK = Plan(past=200, people=100, attempts=12, rounds=1, clients=(4,))


@dataclass(slots=True, kw_only=True)
class Measured:
    """What came of one way on one database with one number of clients."""

    took: list[float] = field(default_factory=list)
    booked: int = 0
    conflicts: int = 0
    seconds: float = 0.0
    core: float = 0.0

    @property
    def per_second(self) -> float:
        """Visits booked a second; conflicts are answered beside that."""
        return self.booked / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds that this share of all attempts did not exceed."""
        took = sorted(self.took)
        return 1_000 * took[min(len(took) - 1, int(share * len(took)))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A database and the attempts on it, one after the other."""

    way: str
    past: int
    database: Database
    attempts: Iterator[dict[str, Any]]
    found: dict[int, Measured]


def attempts(stage: Stage) -> Iterator[dict[str, Any]]:
    """Slots in no order and prisoners in turn, each where they are."""
    luck = random.Random(4)
    free = {
        prison: [
            (day, slot, seat)
            for day in DAYS
            for slot in range(SLOTS)
            for seat in range(TERMINALS)
        ]
        for prison in range(len(stage.prisons))
    }
    for places in free.values():
        luck.shuffle(places)
    number, before = 0, (0, 0, 0)
    others = stage.people // 2 // len(stage.prisons) * len(stage.prisons)
    while True:
        number += 1
        aims = number % CONFLICT == 0
        # Whoever aims at the slot before is of the same prison, and aims but there.
        who = (number - 2) % others + 1 + others if aims else (number - 1) % others + 1
        prison = who % len(stage.prisons)
        before = before if aims else free[prison].pop()
        day, slot, seat = before
        terminal_id, kiosk_id = stage.seats[prison][seat]
        start = OPEN_AT + timedelta(days=day, minutes=30 * slot)
        yield {
            "prison_id": stage.prisons[prison],
            "terminal_id": terminal_id,
            "kiosk_id": kiosk_id,
            "span": Timespan(start, start + LENGTH),
            "kind": VisitKind.FAMILY,
            "prisoner_id": who,
            "visitor_ids": [who],
        }


async def measure(course: Course, clients: int, wanted: int) -> None:
    """So many attempts by so many clients; the first few are not counted."""
    measured = course.found.setdefault(clients, Measured())
    keyring = Keyring(b"b" * 32)
    left = iter(range(wanted))

    async def client() -> None:
        for _ in left:
            wish = next(course.attempts)
            begun = time.perf_counter()
            if await _booked(course, wish, keyring, NOW):
                measured.booked += 1
            else:
                measured.conflicts += 1
            measured.took.append(time.perf_counter() - begun)

    gc.collect()
    begun, core = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
    measured.seconds += time.perf_counter() - begun
    measured.core += time.process_time() - core


async def _booked(
    course: Course, wish: dict[str, Any], keyring: Keyring, now: datetime
) -> bool:
    book = WAYS[course.way]
    while True:
        try:
            async with course.database.write() as session:
                await book(session, keyring=keyring, by=SYSTEM, now=now, **wish)
        except booking.Refused:
            return False
        except DBAPIError as error:
            # Whoever waited too long in line asks again, as the service does.
            if not may_try_again(error):
                raise
        else:
            return True


async def race(urls: Sequence[tuple[str, int, str]], plan: Plan) -> list[Course]:
    """Every way on every database, in turn."""
    courses = [await _course(*one, plan) for one in urls]
    for course in courses:
        await measure(course, 2, min(20, plan.attempts // 4))
        course.found.clear()
    for clients in plan.clients:
        for _ in range(plan.rounds):
            for course in courses:
                await measure(course, clients, plan.attempts)
    for course in courses:
        await course.database.close()
    return courses


async def _course(way: str, past: int, url: str, plan: Plan) -> Course:
    database = Database(url)
    stage = await booked_past.build(database, people=plan.people)
    if way == BASELINE:
        await check_then_lock.prepare(database)
    await booked_past.fill(database, past, people=plan.people, claimed=way == OURS)
    await booked_past.settle(database)
    return Course(
        way=way, past=past, database=database, attempts=attempts(stage), found={}
    )


@asynccontextmanager
async def on_sqlite(plan: Plan) -> AsyncIterator[list[tuple[str, int, str]]]:
    """Four files: each way, without a past and with one."""
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for number, (way, past) in enumerate(_each(plan)):
            url = f"sqlite:///{Path(folder) / f'{number}.db'}"
            await asyncio.to_thread(migrate, url)
            found.append((way, past, url))
        yield found


@asynccontextmanager
async def on_postgresql(plan: Plan) -> AsyncIterator[list[tuple[str, int, str]]]:
    """Four databases of one server that waits for its disk."""
    with postgres.server(durable=True) as server:
        plain = create_engine(
            Database(server).url.set(drivername="postgresql+psycopg"),
            poolclass=pool.NullPool,
            isolation_level="AUTOCOMMIT",
        )
        found = []
        for number, (way, past) in enumerate(_each(plan)):
            with plain.connect() as connection:
                connection.execute(text(f"CREATE DATABASE bench{number}"))
            url = server.replace("/postgres?", f"/bench{number}?")
            await asyncio.to_thread(migrate, url)
            found.append((way, past, url))
        plain.dispose()
        yield found


def _each(plan: Plan) -> list[tuple[str, int]]:
    return [(way, past) for past in (0, plan.past) for way in WAYS]


async def run(plan: Plan) -> dict[str, object]:
    """Measure, say so in a table, and return the last line."""
    print(
        "database    way              past visits  clients   a second"
        "  p50 ms  p99 ms  conflicts  core ms"
    )
    found = {}
    for name, databases in (("sqlite", on_sqlite), ("postgresql", on_postgresql)):
        async with databases(plan) as urls:
            found[name] = await race(urls, plan)
        for course in found[name]:
            for clients, one in course.found.items():
                _tell(name, course, clients, one)
    return summary(found, CLIENTS if CLIENTS in plan.clients else plan.clients[0])


def _tell(name: str, course: Course, clients: int, one: Measured) -> None:
    print(
        f"{name:<12}{course.way:<15}{course.past:>13}{clients:>9}"
        f"{one.per_second:>11.0f}{one.quantile(0.5):>8.0f}{one.quantile(0.99):>8.0f}"
        f"{one.conflicts:>11}{1_000 * one.core / len(one.took):>9.1f}",
        flush=True,
    )


def summary(found: dict[str, list[Course]], clients: int) -> dict[str, object]:
    """The last line: with so many clients, the worse of the two databases."""
    of = {
        (name, course.way, course.past > 0): course.found[clients]
        for name, courses in found.items()
        for course in courses
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
