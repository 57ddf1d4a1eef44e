"""The ticker ticks, survives a failing sweep, and stops without breaking one off."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from scheduler.means import Means
from scheduler.ticker import Run, Ticker
from scheduler.timetable import Job
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from visitation.database import Database
from visitation.keyring import Keyring

TICK = timedelta(milliseconds=50)


class Counting:
    """A sweep that counts its runs, and fails or dawdles as it is told."""

    def __init__(self, *, fails: bool = False, takes: float = 0) -> None:
        self.begun = 0
        self.ended = 0
        self.fails = fails
        self.takes = takes

    async def __call__(self, database: Database, *, now: datetime, means: Means) -> int:
        self.begun += 1
        if self.fails:
            raise RuntimeError
        await asyncio.sleep(self.takes)
        self.ended += 1
        return 3


@pytest.fixture
def tools(clock: Clock, keyring: Keyring) -> Means:
    return means(clock, keyring, FakeGateway())


def ticker(database: Database, tools: Means, *sweeps: Counting) -> Ticker:
    jobs = tuple(
        Job(name=f"sweep{n}", sweep=sweep, every=TICK) for n, sweep in enumerate(sweeps)
    )
    return Ticker(database, tools, timetable=jobs)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - any condition will do
            await asyncio.sleep(0.01)


async def test_sweeps_run_again_and_again_until_stopped(
    sqlite: Database, tools: Means
) -> None:
    good, bad = Counting(), Counting(fails=True)
    ticking = ticker(sqlite, tools, good, bad)
    with capture_logs() as logs:
        ticking.start()
        await until(lambda: good.ended >= 3 and bad.begun >= 3)
        await ticking.stop()
    at_the_stop = good.begun
    await asyncio.sleep(0.15)
    assert good.begun == at_the_stop
    failed = [line for line in logs if line["event"] == "sweep_failed"]
    assert {line["sweep"] for line in failed} == {"sweep1"}
    runs = ticking.runs
    assert (runs["sweep0"].done, runs["sweep1"].done) == (3, None)


async def test_a_slow_sweep_never_runs_beside_itself_and_is_let_finish(
    sqlite: Database, tools: Means
) -> None:
    slow = Counting(takes=0.5)
    ticking = ticker(sqlite, tools, slow)
    ticking.start()
    await until(lambda: slow.begun == 1)
    await asyncio.sleep(4 * TICK.total_seconds())
    assert (slow.begun, slow.ended) == (1, 0)
    await ticking.stop()
    assert (slow.begun, slow.ended) == (1, 1)


async def test_how_late_a_job_ran_can_be_read(
    sqlite: Database, clock: Clock, tools: Means
) -> None:
    ticking = ticker(sqlite, tools, Counting())
    job = Job(name="sweep", sweep=Counting(), every=timedelta(seconds=5))
    await ticking.run(job)
    clock.forward(timedelta(seconds=7))
    await ticking.run(job)
    assert ticking.runs == {
        "sweep": Run(
            started_at=NOON + timedelta(seconds=7),
            took=timedelta(0),
            late=timedelta(seconds=2),
            done=3,
        )
    }


async def test_the_whole_timetable_can_be_run_once(
    sqlite: Database, tools: Means
) -> None:
    ticking = Ticker(sqlite, tools)
    await ticking.run_all()
    assert {run.done for run in ticking.runs.values()} == {0}


async def test_a_ticker_that_never_started_stops(
    sqlite: Database, tools: Means
) -> None:
    await ticker(sqlite, tools).stop()
