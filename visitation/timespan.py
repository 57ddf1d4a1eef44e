"""Half-open spans of time, and the five-minute quanta that claims are made of.

The start is inside a span, the end is not. Naive datetimes are refused. Everything
that is stored or compared is UTC; wall time exists only in templates and on pages.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

QUANTUM = timedelta(minutes=5)
_QUANTUM_SECONDS = int(QUANTUM.total_seconds())


@dataclass(frozen=True, slots=True, order=True)
class Timespan:
    """A span from `start` up to, not including, `end`.

    Raises:
        ValueError: for naive datetimes, or a span that does not end after it starts.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None or self.end.utcoffset() is None:
            raise ValueError("a Timespan needs timezone-aware datetimes")
        if self.start >= self.end:
            raise ValueError("a Timespan must end after it starts")

    @property
    def length(self) -> timedelta:
        """How long the span is."""
        return self.end - self.start

    def overlaps(self, other: "Timespan") -> bool:
        """Whether some instant is inside both."""
        return self.start < other.end and other.start < self.end

    def covers(self, instant: datetime) -> bool:
        """Whether the instant is inside."""
        return self.start <= instant < self.end

    def contains(self, other: "Timespan") -> bool:
        """Whether the other span lies wholly inside this one."""
        return self.start <= other.start and other.end <= self.end

    def widened(self, before: timedelta, after: timedelta) -> "Timespan":
        """The span with time added on either side."""
        return Timespan(self.start - before, self.end + after)

    def quanta(self) -> range:
        """The quanta that the span touches, as integers since the epoch (UTC)."""
        first = int(self.start.timestamp()) // _QUANTUM_SECONDS
        last = -(-int(self.end.timestamp()) // _QUANTUM_SECONDS)
        return range(first, last)


def quantum_start(quantum: int) -> datetime:
    """The instant at which a quantum begins (UTC)."""
    return datetime.fromtimestamp(quantum * _QUANTUM_SECONDS, UTC)


def on_quantum(instant: datetime) -> bool:
    """Whether an instant lies on a quantum's edge."""
    return instant.timestamp() % _QUANTUM_SECONDS == 0


def floor_quantum(instant: datetime) -> datetime:
    """The last quantum's edge at or before an instant (UTC)."""
    return quantum_start(int(instant.timestamp()) // _QUANTUM_SECONDS)
