"""The ticker ticks, survives a failing sweep, and stops without breaking one off."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import capture_logs

from scheduler.means import Means
from scheduler.ticker import Run, Ticker
from scheduler.timetable import Job
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, Gone, means
from visitation import runs
from visitation.database import Database
from visitation.keyring import Keyring

TICK = timedelta(milliseconds=50)
SECOND = timedelta(seconds=1)


class Counting:
    """A sweep that counts its runs, and fails or dawdles as it is told."""

    def __init__(self, *, fails: bool = False, takes: float = 0, does: int = 3) -> None:
        self.begun = 0
        self.ended = 0
        self.fails = fails
        self.takes = takes
        self.does = does

    async def __call__(self, database: Database, *, now: datetime, means: Means) -> int:
        self.begun += 1
        if self.fails:
            raise RuntimeError
        await asyncio.sleep(self.takes)
        self.ended += 1
        return self.does


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
            lag=timedelta(0),
            done=3,
            failed=0,
        )
    }


async def test_the_whole_timetable_can_be_run_once(
    sqlite: Database, tools: Means
) -> None:
    ticking = Ticker(sqlite, tools)
    await ticking.run_all()
    # The figures of a month are counted once, even to find that there are none.
    did = {name for name, run in ticking.runs.items() if run.done}
    assert did == {"count_statistics"}
    assert {run.lag for run in ticking.runs.values()} == {timedelta(0)}


async def test_a_ticker_that_never_started_stops(
    sqlite: Database, tools: Means
) -> None:
    await ticker(sqlite, tools).stop()


async def test_a_nudged_job_runs_soon_and_once_however_often_it_is_nudged(
    sqlite: Database, tools: Means
) -> None:
    quick = Counting()
    job = Job(name="sweep", sweep=quick, every=timedelta(hours=1))
    ticking = Ticker(sqlite, tools, timetable=(job,))
    ticking.nudge("sweep")
    ticking.start()
    for _ in range(5):
        ticking.nudge("sweep")
    await until(lambda: quick.ended == 1)
    await ticking.stop()
    ticking.nudge("sweep")
    await asyncio.sleep(0.05)
    assert quick.begun == 1


async def test_a_job_nudged_while_it_runs_runs_once_more(
    sqlite: Database, tools: Means
) -> None:
    slow = Counting(takes=0.2)
    job = Job(name="sweep", sweep=slow, every=timedelta(hours=1))
    ticking = Ticker(sqlite, tools, timetable=(job,))
    ticking.start()
    ticking.nudge("sweep")
    await until(lambda: slow.begun == 1)
    for _ in range(5):
        ticking.nudge("sweep")
    await until(lambda: slow.ended == 2)
    await asyncio.sleep(0.3)
    await ticking.stop()
    assert slow.begun == 2


async def test_a_job_that_does_not_exist_cannot_be_nudged(
    sqlite: Database, tools: Means
) -> None:
    with pytest.raises(KeyError):
        ticker(sqlite, tools).nudge("sleep")


async def written(database: Database) -> list[tuple[datetime, int | None, int]]:
    async with database.read() as session:
        return [
            (run.started_at, run.done, run.failures)
            for run in await runs.latest(session)
        ]


async def test_an_idle_run_is_written_down_once_a_minute(
    sqlite: Database, clock: Clock, tools: Means
) -> None:
    idle = Counting(does=0)
    ticking = ticker(sqlite, tools, idle)
    job, seen = Job(name="idle", sweep=idle, every=TICK), []
    for seconds in (0, 30, 29, 1, 30):
        await ticking.run(replace(job, every=clock.forward(SECOND * seconds) - NOON))
        seen.append((await written(sqlite))[0][0] - NOON)
    assert seen == [0 * SECOND, 0 * SECOND, 0 * SECOND, 60 * SECOND, 60 * SECOND]


async def test_what_was_done_and_what_failed_is_written_down_at_once(
    sqlite: Database, clock: Clock, tools: Means
) -> None:
    sweep, seen = Counting(), []
    ticking, job = ticker(sqlite, tools), Job(name="sweep", sweep=sweep, every=TICK)
    for does, fails in ((3, False), (0, True), (4, True), (0, False), (0, False)):
        sweep.does, sweep.fails = does, fails
        clock.forward(SECOND)
        await ticking.run(job)
        seen += await written(sqlite)
    assert seen == [
        (NOON + 1 * SECOND, 3, 0),
        (NOON + 2 * SECOND, None, 1),
        (NOON + 3 * SECOND, None, 2),
        # Well again; that it found nothing to do may wait, but not that.
        (NOON + 4 * SECOND, 0, 0),
        (NOON + 4 * SECOND, 0, 0),
    ]
    assert ticking.runs["sweep"].failed == 2


async def test_how_long_the_oldest_had_been_due_is_kept(
    sqlite: Database, clock: Clock, tools: Means
) -> None:
    async def oldest(session: AsyncSession, *, now: datetime) -> datetime:
        return NOON - timedelta(minutes=4)

    job = Job(name="sweep", sweep=Counting(), every=TICK, oldest=oldest)
    ticking = ticker(sqlite, tools)
    await ticking.run(job)
    async with sqlite.read() as session:
        kept = await runs.latest(session)
    assert ticking.runs["sweep"].lag == timedelta(minutes=4)
    assert [(run.node, run.lag_ms) for run in kept] == [("here", 240_000)]


async def test_a_database_that_is_gone_stops_no_ticking(
    sqlite_url: str, tools: Means
) -> None:
    gone = Gone(sqlite_url)
    with capture_logs() as logs:
        await ticker(gone, tools).run(Job(name="it", sweep=Counting(), every=TICK))
    assert [line["event"] for line in logs] == ["sweep_done", "run_not_written"]


async def test_what_cannot_be_measured_is_done_all_the_same(
    sqlite: Database, tools: Means
) -> None:
    async def oldest(session: AsyncSession, *, now: datetime) -> datetime:
        raise RuntimeError

    ticking, sweep = ticker(sqlite, tools), Counting()
    with capture_logs() as logs:
        await ticking.run(Job(name="it", sweep=sweep, every=TICK, oldest=oldest))
    assert [line["event"] for line in logs] == ["lag_not_measured", "sweep_done"]
    assert (sweep.ended, ticking.runs["it"].done) == (1, 3)
