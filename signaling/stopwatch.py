"""How long joining and connecting take, counted into buckets.

Knows no names once something is counted, and no library that shows the counts.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

#: Upper bounds of the buckets in seconds; whatever takes longer is in one more.
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
#: An offer older than this led to nothing, or to a leg that has been well since.
_STALE: Final = timedelta(seconds=60)


@dataclass(slots=True)
class Durations:
    """How many took how long.

    Attributes:
        counts: of each bucket alone, the last for what is beyond all bounds.
        total: seconds of all together.
    """

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def note(self, took: timedelta) -> None:
        """Counts one; a clock that was set back makes it no shorter than nothing."""
        seconds = max(0.0, took.total_seconds())
        bucket = sum(seconds > bound for bound in BOUNDS)
        self.counts[bucket] += 1
        self.total += seconds


class Stopwatch:
    """What the hub measures of everybody's way into a call.

    Attributes:
        joining: from a socket's first message to the answer to it.
        connecting: from a page's offer to the leg it led to.
    """

    def __init__(self) -> None:
        self.joining = Durations()
        self.connecting = Durations()
        self._offered: dict[str, datetime] = {}

    def offered(self, participant: str, now: datetime) -> None:
        """A page offers what it wants to send."""
        self._offered[participant] = now

    def connected(self, participant: str, now: datetime) -> None:
        """The leg is there; one that comes back by itself is not counted."""
        began = self._offered.pop(participant, None)
        if began is not None and now - began < _STALE:
            self.connecting.note(now - began)

    def forget(self, participant: str) -> None:
        """Nothing is awaited of them any more."""
        self._offered.pop(participant, None)
