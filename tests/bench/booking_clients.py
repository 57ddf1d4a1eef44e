"""Clients who book at once, in this process or in several.

As a service does, each process has connections of its own to the same database. What
they measure is put together. Knows no database's kind and no number's meaning.
"""

import asyncio
import gc
import multiprocessing as mp
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any

import uvloop
from sqlalchemy.exc import DBAPIError

from scheduler import booking
from tests.bench import check_then_lock
from tests.bench.booked_past import LENGTH, OPEN_AT, SLOTS, TERMINALS, Stage
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.database.engine import may_try_again
from visitation.keyring import Keyring
from visitation.timespan import Timespan
from visitation.words import VisitKind

NOW = OPEN_AT - timedelta(days=1)
#: After the last week that any past visit was in, and within the prisons' horizon.
DAYS = range(7, 56)
#: One attempt in so many aims at the slot of the one before it.
CONFLICT = 10
OURS, BASELINE = "ours", "check then lock"
Book = Callable[..., Awaitable[object]]
WAYS: dict[str, Book] = {OURS: booking.book, BASELINE: check_then_lock.book}


@dataclass(slots=True, kw_only=True)
class Measured:
    """What came of one way on one database with one number of clients.

    Attributes:
        took: seconds, of each attempt.
        spans: when each round began and ended.
        core: seconds on a core, of all processes but the database's own.
    """

    took: list[float] = field(default_factory=list)
    booked: int = 0
    conflicts: int = 0
    spans: list[tuple[float, float]] = field(default_factory=list)
    core: float = 0.0

    @property
    def per_second(self) -> float:
        """Visits booked a second; conflicts are answered beside that."""
        return self.booked / sum(end - begun for begun, end in self.spans)

    def quantile(self, share: float) -> float:
        """Milliseconds that this share of all attempts did not exceed."""
        took = sorted(self.took)
        return 1_000 * took[min(len(took) - 1, int(share * len(took)))]

    def add(self, round_: "Sequence[Measured]") -> None:
        """Count a round in that several processes measured at the same time."""
        for one in round_:
            self.took += one.took
            self.booked += one.booked
            self.conflicts += one.conflicts
            self.core += one.core
        begun, ended = zip(*[span for one in round_ for span in one.spans], strict=True)
        self.spans.append((min(begun), max(ended)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A way of booking, and the database on which it is measured."""

    way: str
    past: int
    url: str
    stage: Stage


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


def shared(
    wishes: Iterator[dict[str, Any]], share: int, of: int
) -> Iterator[dict[str, Any]]:
    """One share of some attempts; those who want the same slot are in the same."""
    while True:
        for other in range(of):
            ten = list(islice(wishes, CONFLICT))
            if other == share:
                yield from ten


class Clients:
    """The clients of one process, on every course in turn."""

    def __init__(self, courses: Sequence[Course], share: int, of: int) -> None:
        self._ways = [WAYS[course.way] for course in courses]
        self._databases = [Database(course.url) for course in courses]
        self._wishes = [shared(attempts(one.stage), share, of) for one in courses]
        self._keyring = Keyring(b"b" * 32)

    async def measure(self, course: int, clients: int, wanted: int) -> Measured:
        """So many attempts by so many clients."""
        measured = Measured()
        left = iter(range(wanted))

        async def client() -> None:
            for _ in left:
                wish = next(self._wishes[course])
                begun = time.perf_counter()
                if await self._booked(course, wish, NOW):
                    measured.booked += 1
                else:
                    measured.conflicts += 1
                measured.took.append(time.perf_counter() - begun)

        gc.collect()
        begun, core = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(clients):
                group.create_task(client())
        measured.spans.append((begun, time.perf_counter()))
        measured.core = time.process_time() - core
        return measured

    async def _booked(self, course: int, wish: dict[str, Any], now: datetime) -> bool:
        book = self._ways[course]
        while True:
            try:
                async with self._databases[course].write() as session:
                    await book(
                        session, keyring=self._keyring, by=SYSTEM, now=now, **wish
                    )
            except booking.Refused:
                return False
            except DBAPIError as error:
                # Whoever waited too long in line asks again, as the service does.
                if not may_try_again(error):
                    raise
            else:
                return True

    async def close(self) -> None:
        """Gives back what is open."""
        for database in self._databases:
            await database.close()


#: Measures so many attempts by so many clients on one of the courses.
Measure = Callable[[int, int, int], Awaitable[list[Measured]]]


@asynccontextmanager
async def here(courses: Sequence[Course]) -> AsyncIterator[Measure]:
    """All clients in this process, for a database that has but one."""
    clients = Clients(courses, 0, 1)

    async def measure(course: int, number: int, wanted: int) -> list[Measured]:
        return [await clients.measure(course, number, wanted)]

    yield measure
    await clients.close()


@asynccontextmanager
async def elsewhere(
    courses: Sequence[Course], processes: int
) -> AsyncIterator[Measure]:
    """The clients in so many processes; a single client is in the first."""
    context, pipes, running = mp.get_context("spawn"), [], []
    for share in range(processes):
        ours, theirs = context.Pipe()
        process = context.Process(target=_run, args=(theirs, courses, share, processes))
        process.start()
        theirs.close()
        pipes.append(ours)
        running.append(process)

    async def measure(course: int, number: int, wanted: int) -> list[Measured]:
        asked = pipes[: min(number, processes)]
        for pipe in asked:
            pipe.send((course, number // len(asked), wanted // len(asked)))
        return [await asyncio.to_thread(pipe.recv) for pipe in asked]

    try:
        yield measure
    finally:
        for pipe in pipes:
            pipe.close()
        for process in running:
            await asyncio.to_thread(process.join, 30)


def _run(pipe: Connection, courses: Sequence[Course], share: int, of: int) -> None:
    uvloop.run(_obey(pipe, Clients(courses, share, of)))


async def _obey(pipe: Connection, clients: Clients) -> None:
    while True:
        try:
            asked = pipe.recv()
        except EOFError:
            break
        pipe.send(await clients.measure(*asked))
    await clients.close()
