"""`make prove-stopped`: a node is stopped in mid-sweep, and another goes on.

Two processes tick on one PostgreSQL database. One stops itself (SIGSTOP) while it
writes reminders: in the transaction of one of them, or just after it. The other must
meanwhile write all that the first does not hold. Then the first is continued, or
killed, and in the end there is every reminder exactly once.

`ARGS=20` does each of the four ways twenty times; five is the default.
"""

import asyncio
import json
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from multiprocessing.process import BaseProcess
from typing import Final, Literal

import psutil
import structlog
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import reminders
from scheduler.means import Means
from scheduler.ticker import Ticker
from scheduler.timetable import Job
from tests import make, postgres
from tests.conftest import NOON
from tests.fakes import Clock, seeded_keyring
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_booking import TEN, book
from visitation.database import Database, migrate
from visitation.messages import Message
from visitation.wording import Template

TIMES: Final = 5
#: Families that are to be reminded each time, and the one at which the node stops.
FAMILIES: Final = 8
STOPS_AT: Final = 3
#: The visits are tomorrow at ten, and were booked before that day's reminder was due.
NOW: Final = TEN - timedelta(hours=3)
BOOKED: Final = NOON - timedelta(days=2)
TICK: Final = timedelta(seconds=0.2)
PATIENCE: Final = 120.0

Point = Literal["writing", "written"]
Then = Literal["continued", "killed"]
WAYS: Final[tuple[tuple[Point, Then], ...]] = tuple(
    product(("writing", "written"), ("continued", "killed"))
)


class Stopping(Database):
    """A database at whose nth transaction that writes the process stops itself."""

    def __init__(self, url: str, point: Point) -> None:
        super().__init__(url)
        self._point = point
        self._begun = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        self._begun += 1
        is_it = self._begun == STOPS_AT
        async with super().write() as session:
            yield session
            if is_it and self._point == "writing":
                await session.flush()
                os.kill(os.getpid(), signal.SIGSTOP)
        if is_it and self._point == "written":
            os.kill(os.getpid(), signal.SIGSTOP)


def node(url: str, name: str, point: Point | None) -> None:
    """Tick until killed; the reminders are due at a clock that stands still."""
    # What fails when a transaction was ended meanwhile is said in the result alone.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
    )
    asyncio.run(_tick(url, name, point))


async def _tick(url: str, name: str, point: Point | None) -> None:
    database = Database(url)
    found = database if point is None else Stopping(url, point)

    async def remind(_: Database, *, now, means: Means) -> int:
        return await reminders.remind(found, now=now, means=means)

    tools = means(Clock(NOW), seeded_keyring(), FakeGateway(), node=name)
    ticker = Ticker(
        database, tools, timetable=(Job(name="remind", sweep=remind, every=TICK),)
    )
    ticker.start()
    await asyncio.Event().wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt.

    Attributes:
        meanwhile: for how many families it was written while the node was stopped.
        reminders: how many families got how many in the end.
    """

    meanwhile: int
    reminders: dict[int, int]


async def stopped(url: str, point: Point, then: Then) -> Outcome:
    """One attempt on an empty database."""
    database = Database(url)
    spawn = multiprocessing.get_context("spawn")
    first = spawn.Process(target=node, args=(url, "first", point))
    second = spawn.Process(target=node, args=(url, "second", None))
    try:
        await _book(database)
        first.start()
        await _until(lambda: _is_stopped(first))
        second.start()
        held = 1 if point == "writing" else 0
        meanwhile = await _written(database, FAMILIES - held)
        os.kill(
            first.pid or 0, signal.SIGCONT if then == "continued" else signal.SIGKILL
        )
        await _written(database, FAMILIES)
        # Whoever would write one twice has some turns to do so.
        await asyncio.sleep(5 * TICK.total_seconds())
        counts = Counter((await _reminders(database)).values())
        return Outcome(meanwhile=meanwhile, reminders=dict(counts))
    finally:
        for process in (first, second):
            if process.pid is not None:
                process.kill()
                process.join()
        await database.close()


async def _book(database: Database) -> None:
    keyring = seeded_keyring()
    async with database.write() as session:
        for _ in range(FAMILIES):
            await book(session, await make.world(session), keyring, now=BOOKED)


async def _written(database: Database, many: int) -> int:
    """Wait until so many families have a reminder; how many have."""
    until = time.monotonic() + PATIENCE
    while len(found := await _reminders(database)) < many:
        if time.monotonic() > until:
            raise TimeoutError(f"{len(found)} of {many} were reminded")
        await asyncio.sleep(0.1)
    return len(found)


async def _reminders(database: Database) -> Counter[str]:
    async with database.read() as session:
        rows = await session.exec(
            select(Message.phone).where(Message.template == Template.REMINDER_DAY)
        )
        return Counter(rows.all())


def _is_stopped(process: BaseProcess) -> bool:
    if process.exitcode is not None:
        raise RuntimeError(f"the node ended with {process.exitcode}")
    return psutil.Process(process.pid).status() == psutil.STATUS_STOPPED


async def _until(condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - another process has no event
            await asyncio.sleep(0.05)


def wrong(point: Point, outcome: Outcome) -> list[str]:
    """What is not as it must be."""
    said = []
    if outcome.reminders != {1: FAMILIES}:
        said.append(f"families by number of reminders: {outcome.reminders}")
    # The database ends a transaction that is left open for long, and the other goes on.
    if outcome.meanwhile < FAMILIES - (point == "writing"):
        said.append(f"{outcome.meanwhile} were reminded while the node was stopped")
    return said


async def main(times: int) -> int:
    """Every way, so many times; how many went wrong."""
    failures = 0
    with postgres.server() as url:
        migrate(url)
        for point, then in WAYS:
            tally: Counter[str] = Counter()
            for _ in range(times):
                postgres.empty(url)
                said = wrong(point, await stopped(url, point, then))
                tally["; ".join(said) or "every reminder once"] += 1
                failures += bool(said)
            print(f"stopped while {point}, then {then}: {dict(tally)}", flush=True)
    print(json.dumps({"prove": "stopped", "runs": times * 4, "wrong": failures}))
    return failures


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else TIMES)) > 0)
