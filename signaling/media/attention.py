"""A bell for streams that have something to do soon: a hole to ask for, a key frame.

One timer for all of them, and none while nothing is wrong. Asking never takes more
than a tenth of a core: a core that has too much to do loses packets, and if each loss
made it do more, it would come to do nothing else.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from signaling.media.upstream import Upstream

#: Also how long a packet may be late before it is asked for again.
PERIOD: Final = 0.01
#: How much longer than the last round took the bell is silent after it.
_REST: Final = 9.0


class Attention:
    """The streams that called and are not yet done."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: set[Upstream] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._period = PERIOD

    def call(self, stream: Upstream) -> None:
        """Has the stream's `attend` called, until it has nothing left to do."""
        self._waiting.add(stream)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._period, self._ring)

    def dismiss(self, stream: Upstream) -> None:
        """Forgets a stream that has ended."""
        self._waiting.discard(stream)

    def close(self) -> None:
        """Forgets all."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _ring(self) -> None:
        began = self._clock()
        called, self._waiting = self._waiting, set()
        # The timer counts as running until the end: who calls meanwhile sets none.
        not_done = [stream for stream in called if stream.attend(began)]
        self._period = max(PERIOD, _REST * (self._clock() - began))
        self._timer = None
        for stream in (*not_done, *self._waiting):
            self.call(stream)
