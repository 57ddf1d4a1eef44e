"""When something was said or shown, by our clock, from what the sender says of its own.

A stream counts in ticks of its own clock; reports tie ticks to the sender's wall clock,
one for all it sends. That clock stands off ours and runs a little faster or slower: the
line under the times that reports came at says how. Sound and picture go through the
same line, so what was sent together stays together. What no report explains is put
where it arrived.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Self

#: Reports that contradict each other by less differ by chance.
_CHANCE: Final = 0.1
#: So late, or early by a rounding, may something come that is believed.
LATEST: Final = 10.0
_EARLIEST: Final = 0.5
#: How fast a clock can be against another, and in what time that shows.
_FASTEST: Final = 0.001
_SHOWS: Final = 60.0
#: A stream without reports that is so much off its course has begun anew.
_ASTRAY: Final = 3.0
_CREEP: Final = 0.0002


@dataclass(frozen=True, slots=True)
class Report:
    """What a sender said of one stream's clock.

    Attributes:
        wall: seconds of the sender's wall clock.
        timestamp: of the stream at that moment, continued.
        arrived: when that was heard, in seconds of our clock.
    """

    wall: float
    timestamp: int
    arrived: float


@dataclass(frozen=True, slots=True)
class SenderClock:
    """The line from a sender's wall clock to ours.

    Attributes:
        origin: a moment of the sender's clock.
        offset: how much ours was ahead then.
        drift: how much more that becomes in each second.
    """

    origin: float
    offset: float
    drift: float

    @classmethod
    def through(cls, reports: Sequence[Report]) -> Self:
        """The line that touches, from below, when reports came.

        Reports come late, never early: the ones that waited least are right.
        """
        points = sorted((each.wall, each.arrived - each.wall) for each in reports)
        first, last = points[0][0], points[-1][0]
        flat = cls(first, min(ahead for _, ahead in points), 0.0)
        if last - first < _SHOWS:
            return flat
        hull = _lower_hull(points)
        middle = (first + last) / 2
        at = max(1, bisect_left(hull, (middle, 0.0)))
        (x, y), (to_x, to_y) = hull[at - 1], hull[min(at, len(hull) - 1)]
        drift = (to_y - y) / (to_x - x) if to_x > x else _FASTEST
        return cls(x, y, drift) if abs(drift) < _FASTEST else flat

    def ours(self, wall: float) -> float:
        """The moment by our clock."""
        return wall + self.offset + self.drift * (wall - self.origin)


class StreamClock:
    """From the timestamps of one stream to our clock.

    Args:
        rate: ticks in a second.
        reports: of this stream, in the order in which they came.
        sender: of whoever sends the stream; None as long as nothing is known of it.
    """

    def __init__(
        self, rate: int, reports: Sequence[Report], sender: SenderClock | None
    ) -> None:
        self._rate = rate
        self._reports = reports if sender is not None else ()
        self._sender = sender
        self._arrivals = [each.arrived for each in self._reports]
        self._offsets = _smooth([r.wall - r.timestamp / rate for r in self._reports])
        self._unreported = Unreported()

    def at(self, timestamp: int, arrived: float) -> float:
        """When that was, in seconds of our clock."""
        seconds = timestamp / self._rate
        fallback = self._unreported.at(seconds, arrived)
        near = [self._ours(seconds + each) for each in self._near(timestamp, arrived)]
        likely = [at for at in near if -_EARLIEST < arrived - at < LATEST]
        if not likely:
            return fallback
        return min(likely, key=lambda at: abs(arrived - at))

    def _ours(self, wall: float) -> float:
        assert self._sender is not None
        return self._sender.ours(wall)

    def _near(self, timestamp: int, arrived: float) -> list[float]:
        """What to add to the stream's seconds, by the reports before and after."""
        after = bisect_left(self._arrivals, arrived)
        around = range(max(0, after - 1), min(len(self._offsets), after + 1))
        offsets = [self._offsets[each] for each in around]
        if len(offsets) < 2 or abs(offsets[1] - offsets[0]) > _CHANCE:
            return offsets
        start, end = (self._reports[each].timestamp for each in around)
        if end <= start:
            return offsets
        share = min(1.0, max(0.0, (timestamp - start) / (end - start)))
        return [offsets[0] + share * (offsets[1] - offsets[0])]


class Unreported:
    """A stream's clock by arrivals: what waited least on its way counts."""

    def __init__(self) -> None:
        self._ahead: float | None = None
        self._heard = 0.0

    def at(self, seconds: float, arrived: float) -> float:
        """When that was, in seconds of our clock."""
        ahead = arrived - seconds
        if self._ahead is None or abs(ahead - self._ahead) > _ASTRAY:
            self._ahead = ahead
        else:
            # A clock that runs slow would else seem to wait longer and longer.
            crept = self._ahead + _CREEP * max(0.0, arrived - self._heard)
            self._ahead = min(ahead, crept)
        self._heard = arrived
        return seconds + self._ahead


def _smooth(offsets: list[float]) -> list[float]:
    """Each by the middle of those around it, unless the clock was set meanwhile."""
    smooth: list[float] = []
    for at, offset in enumerate(offsets):
        around = offsets[max(0, at - 2) : at + 3]
        smooth.append(median(o for o in around if abs(o - offset) <= _CHANCE))
    return smooth


def _lower_hull(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    hull: list[tuple[float, float]] = []
    for x, y in points:
        while len(hull) > 1:
            (ax, ay), (bx, by) = hull[-2:]
            if (bx - ax) * (y - ay) > (by - ay) * (x - ax):
                break
            hull.pop()
        hull.append((x, y))
    return hull
