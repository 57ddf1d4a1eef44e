"""Sends at the right microsecond: one kernel timer for everything that is to be done.

The timers of the event loop have a millisecond's grid, on which the packets of all
peers would come as one burst; the server would then be measured by bursts that no
network makes.
"""

import asyncio
import ctypes
import heapq
import os
import struct
import time
from collections.abc import Callable
from itertools import count

_CLOCK_MONOTONIC = 1
_NONBLOCK, _CLOEXEC = 0o4000, 0o2000000
_TIMESPEC = struct.Struct("@qqqq")
_libc = ctypes.CDLL(None, use_errno=True)

Turn = Callable[[float], float | None]
"""Does what was due at a moment, and says when it wants to be called again."""


class Pacer:
    """A queue of turns, by the monotonic second at which they are due."""

    def __init__(self) -> None:
        self._timer = _libc.timerfd_create(_CLOCK_MONOTONIC, _NONBLOCK | _CLOEXEC)
        if self._timer < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._queue: list[tuple[float, int, Turn]] = []
        self._number = count()
        self._setting = ctypes.create_string_buffer(_TIMESPEC.size)
        self.lateness: list[float] = []
        asyncio.get_running_loop().add_reader(self._timer, self._ring)

    def add(self, due: float, turn: Turn) -> None:
        """Calls the turn when it is due, and again as often as it says."""
        heapq.heappush(self._queue, (due, next(self._number), turn))
        if self._queue[0][2] is turn:
            self._wind(due)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._timer)
        os.close(self._timer)

    def _ring(self) -> None:
        try:
            os.read(self._timer, 8)
        except BlockingIOError:
            return
        queue, clock = self._queue, time.monotonic
        # A turn that takes long must not keep the receiving side from its sockets.
        for _ in range(32):
            if not queue or queue[0][0] > (now := clock()):
                break
            due, number, turn = queue[0]
            self.lateness.append(now - due)
            again = turn(due)
            if again is None:
                heapq.heappop(queue)
            else:
                heapq.heapreplace(queue, (again, number, turn))
        if queue:
            self._wind(queue[0][0])

    def _wind(self, due: float) -> None:
        seconds = int(due)
        nanoseconds = int((due - seconds) * 1e9)
        _TIMESPEC.pack_into(self._setting, 0, 0, 0, seconds, nanoseconds)
        _libc.timerfd_settime(self._timer, 1, self._setting, None)  # TFD_TIMER_ABSTIME
