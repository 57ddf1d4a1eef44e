"""The ticker: calls each sweep of the timetable again and again, and when nudged.

It keeps no state that counts: what is due is in the database, so a tick that comes
late, is left out or comes twice does no harm. A sweep that fails is logged and tried
next time. How each went is kept, per node, for whoever looks after the service.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from scheduler.beats import Beats
from scheduler.means import Means
from scheduler.timetable import TIMETABLE, Job
from visitation import runs
from visitation.database import Database

log = structlog.get_logger(__name__)

STOP_SECONDS = 5.0
#: A run that found nothing to do is written down no more often than this.
WRITTEN_EVERY = timedelta(minutes=1)
#: As much of a node's name as is kept.
_NODE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The last run of a job.

    Attributes:
        started_at: when it began.
        took: how long it ran.
        late: how much more than its interval lay between it and the run before.
        lag: how long the oldest thing that was due had been due.
        done: how much it did; None if it failed.
        failed: how many runs have failed since the process began.
    """

    started_at: datetime
    took: timedelta
    late: timedelta
    lag: timedelta
    done: int | None
    failed: int


class Ticker:
    """Runs the timetable while it is started.

    Args:
        database: where sweeps find what is due.
        means: the clock, the keys and the gateways.
        timetable: what runs, and how often.
    """

    def __init__(
        self,
        database: Database,
        means: Means,
        *,
        timetable: tuple[Job, ...] = TIMETABLE,
    ) -> None:
        self._database = database
        self._means = means
        self._timetable = timetable
        self._jobs = {job.name: job for job in timetable}
        self._runs: dict[str, Run] = {}
        self._written: dict[str, datetime] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._beats: Beats | None = None

    @property
    def runs(self) -> Mapping[str, Run]:
        """The last run of each job by its name; a job that never ran is missing."""
        return dict(self._runs)

    def start(self) -> None:
        """Begin to tick in the running loop; a job first runs after its interval."""
        self._beats = Beats(
            {job.name: job.every for job in self._timetable}, self._tick
        )
        self._beats.start()

    async def stop(self) -> None:
        """Tick no more, and let what runs come to its end for some seconds."""
        if self._beats is None:
            return
        beats, self._beats = self._beats, None
        self._again.clear()
        beats.pause()
        if self._running:
            _, slow = await asyncio.wait(self._running.values(), timeout=STOP_SECONDS)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
        await beats.stop()

    def nudge(self, name: str) -> None:
        """Run a job soon, because something is due now; nothing while stopped.

        However often it is nudged before it runs, it runs once; nudged while it
        runs, it runs once more, since it may have looked too early.

        Raises:
            KeyError: if the timetable has no such job.
        """
        job = self._jobs[name]
        if self._beats is None:
            return
        if name in self._running:
            self._again.add(name)
        else:
            self._begin(job)

    async def run(self, job: Job) -> None:
        """Run a sweep once, now, and remember how that went."""
        started_at = self._means.clock()
        lag, done = await self._lag(job, started_at), None
        try:
            done = await job.sweep(self._database, now=started_at, means=self._means)
        except Exception:
            log.exception("sweep_failed", sweep=job.name)
        before = self._runs.get(job.name)
        since = started_at - before.started_at if before else job.every
        run = Run(
            started_at=started_at,
            took=self._means.clock() - started_at,
            late=max(timedelta(0), since - job.every),
            lag=lag,
            done=done,
            failed=(before.failed if before else 0) + (done is None),
        )
        self._runs[job.name] = run
        if done:
            log.info("sweep_done", sweep=job.name, done=done)
        await self._write(job, run)

    async def run_all(self) -> None:
        """Run the whole timetable once, in its order."""
        for job in self._timetable:
            await self.run(job)

    async def _lag(self, job: Job, now: datetime) -> timedelta:
        if job.oldest is None:
            return timedelta(0)
        try:
            async with self._database.read() as session:
                oldest = await job.oldest(session, now=now)
        except Exception:
            # What cannot be measured is done all the same.
            log.exception("lag_not_measured", sweep=job.name)
            return timedelta(0)
        return max(timedelta(0), now - oldest) if oldest else timedelta(0)

    async def _write(self, job: Job, run: Run) -> None:
        written = self._written.get(job.name)
        if written is not None and run.done == 0:
            # A clock that was put back says nothing of when that was.
            since = run.started_at - written
            if timedelta(0) <= since < WRITTEN_EVERY:
                return
        self._written[job.name] = run.started_at
        if run.done is None:
            # The first that is well again is news.
            del self._written[job.name]
        row = runs.SweepRun(
            name=job.name,
            node=self._means.node[-_NODE:],
            started_at=run.started_at,
            took_ms=_ms(run.took),
            late_ms=_ms(run.late),
            lag_ms=_ms(run.lag),
            done=run.done,
        )
        try:
            async with self._database.write() as session:
                await runs.note(session, row)
        except Exception:
            log.exception("run_not_written", sweep=job.name)

    def _tick(self, name: str) -> None:
        if self._beats is not None and name not in self._running:
            self._begin(self._jobs[name])

    def _begin(self, job: Job) -> None:
        self._running[job.name] = asyncio.create_task(self._turns(job), name=job.name)

    async def _turns(self, job: Job) -> None:
        try:
            while True:
                self._again.discard(job.name)
                if self._beats is not None:
                    self._beats.began(job.name)
                await self.run(job)
                if job.name not in self._again:
                    return
        finally:
            del self._running[job.name]


def _ms(length: timedelta) -> int:
    """Whole milliseconds, no more than a database's integer holds."""
    return min(length // timedelta(milliseconds=1), 2**31 - 1)
