"""The ticker: APScheduler calls each sweep of the timetable again and again.

It keeps no state: what is due is in the database, so a tick that comes late, is left
out or comes twice does no harm. A sweep that fails is logged and tried next time.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.means import Means
from scheduler.timetable import TIMETABLE, Job
from visitation.database import Database

log = structlog.get_logger(__name__)

STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The last run of a job.

    Attributes:
        started_at: when it began.
        took: how long it ran.
        late: how much more than its interval lay between it and the run before.
        done: how much it did; None if it failed.
    """

    started_at: datetime
    took: timedelta
    late: timedelta
    done: int | None


class Ticker:
    """Runs the timetable while it is started.

    Args:
        database: where sweeps find what is due.
        means: the clock, the keys and the gateway.
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
        self._runs: dict[str, Run] = {}
        self._running: set[asyncio.Task[Any]] = set()
        self._ticking: AsyncIOScheduler | None = None

    @property
    def runs(self) -> Mapping[str, Run]:
        """The last run of each job by its name; a job that never ran is missing."""
        return dict(self._runs)

    def start(self) -> None:
        """Begin to tick in the running loop; a job first runs after its interval."""
        self._ticking = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={
                "misfire_grace_time": None,
                "coalesce": True,
                "max_instances": 1,
            },
        )
        for job in self._timetable:
            self._ticking.add_job(
                self._tick,
                "interval",
                seconds=job.every.total_seconds(),
                args=[job],
                id=job.name,
            )
        self._ticking.start()

    async def stop(self) -> None:
        """Tick no more, and let what runs come to its end for some seconds."""
        if self._ticking is None:
            return
        ticking, self._ticking = self._ticking, None
        ticking.pause()
        if self._running:
            _, slow = await asyncio.wait(self._running, timeout=STOP_SECONDS)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
        ticking.shutdown(wait=False)
        # It shuts down in the loop's next turn.
        await asyncio.sleep(0)

    async def run(self, job: Job) -> None:
        """Run a sweep once, now, and remember how that went."""
        started_at = self._means.clock()
        done: int | None = None
        try:
            done = await job.sweep(self._database, now=started_at, means=self._means)
        except Exception:
            log.exception("sweep_failed", sweep=job.name)
        before = self._runs.get(job.name)
        since = started_at - before.started_at if before else job.every
        self._runs[job.name] = Run(
            started_at=started_at,
            took=self._means.clock() - started_at,
            late=max(timedelta(0), since - job.every),
            done=done,
        )
        if done:
            log.info("sweep_done", sweep=job.name, done=done)

    async def run_all(self) -> None:
        """Run the whole timetable once, in its order."""
        for job in self._timetable:
            await self.run(job)

    async def _tick(self, job: Job) -> None:
        task = asyncio.current_task()
        if task is None or self._ticking is None:
            return
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await self.run(job)
