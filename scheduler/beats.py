"""When the jobs of a timetable beat: APScheduler in memory, but no slave of the clock.

It goes by the wall clock. When that is put forward, its own intervals are counted one
by one up to the new time (years of seconds, on a machine that learns the date); when
that is put back, it sleeps until the old time comes again. Neither happens here: a beat
is always one interval from now, and one that stays away for too long by the clock that
only goes forward comes without it. A loop that was blocked has one beat to catch up on.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

#: How often it is looked for beats that stay away, in seconds.
_LOOK = 1.0
#: A beat stays away after one and a half intervals, and this many seconds.
_PATIENCE = 1.0


class Beats:
    """Calls somebody with a job's name, one interval after another.

    Args:
        every: the interval of each job, by its name.
        beat: is called in the loop, and must not wait.
    """

    def __init__(
        self, every: Mapping[str, timedelta], beat: Callable[[str], None]
    ) -> None:
        self._every = dict(every)
        self._beat = beat
        self._last: dict[str, float] = {}
        self._looking: asyncio.Task[None] | None = None
        self._ticking = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={
                "misfire_grace_time": None,
                "coalesce": True,
                "max_instances": 1,
            },
        )

    def start(self) -> None:
        """Begin in the running loop; the first beats come after their intervals."""
        for name, every in self._every.items():
            self.began(name)
            self._ticking.add_job(self._beaten, _FromNow(every), args=[name], id=name)
        self._ticking.start()
        self._looking = asyncio.create_task(self._look(), name="beats")

    def began(self, name: str) -> None:
        """Count a job's interval from now, whoever made it begin."""
        self._last[name] = asyncio.get_running_loop().time()

    def pause(self) -> None:
        """No more beats."""
        self._ticking.pause()
        if self._looking is not None:
            self._looking.cancel()

    async def stop(self) -> None:
        """No more beats, ever."""
        self.pause()
        if self._looking is not None:
            with suppress(asyncio.CancelledError):
                await self._looking
        self._ticking.shutdown(wait=False)
        # It shuts down in the loop's next turn.
        await asyncio.sleep(0)

    # What is no coroutine would be called in a thread.
    async def _beaten(self, name: str) -> None:
        self.began(name)
        self._beat(name)

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while True:
            await asyncio.sleep(_LOOK)
            before, now = now, loop.time()
            if now - before > 2 * _LOOK:
                # The loop was blocked; the beats are on their way.
                continue
            for name, every in self._every.items():
                if now - self._last[name] > 1.5 * every.total_seconds() + _PATIENCE:
                    self.began(name)
                    self._beat(name)


class _FromNow(BaseTrigger):  # type: ignore[misc] # the library is untyped
    """One interval after another, whatever was missed."""

    def __init__(self, every: timedelta) -> None:
        self._interval = every

    def get_next_fire_time(self, _previous: Any, now: datetime) -> datetime:
        return now + self._interval
