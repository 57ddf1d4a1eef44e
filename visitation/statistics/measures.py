"""What is counted, and how what was counted is read. Pure.

A `Measure` is what `sources` counts from the record; figures are worked out of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Measure(StrEnum):
    """One thing that is counted; what its key and its total are stands beside it."""

    #: By outcome, or by state where there is none yet. A legal visit tells neither.
    VISITS = "visits"
    #: Visits that took place.
    HELD = "held"
    #: Visits that were made longer; total: minutes.
    GIVEN_BACK = "given_back"
    #: By the days between booking and visit.
    WAITED = "waited"
    #: First visits of prisoners, by the days since the last one before this service.
    BEFORE = "before"
    #: By the days since the prisoner's visit before, in this service.
    SINCE = "since"
    #: Visitors who came.
    VISITORS = "visitors"
    #: `tried`, and of these `first`.
    CONNECTED = "connected"
    #: By fault; total: seconds.
    LOST = "lost"
    #: Lines; total: seconds in which no picture was sent.
    AUDIO_ONLY = "audio_only"
    #: Lines; total: seconds in which they were measured.
    LINE_TIME = "line_time"
    #: By mood.
    FELT = "felt"
    #: By state; total: segments.
    MESSAGES = "messages"
    #: By channel; total: people.
    OPERATIONS = "operations"
    #: Visitors who came in villages and to mobile offices.
    VILLAGE_VISITORS = "village_visitors"
    #: Services there that are no visits; total: people.
    VILLAGE_SERVED = "village_served"
    #: Days on which a mobile office stood in a village.
    VILLAGE_DAYS = "village_days"
    #: By source.
    OPENED = "opened"
    #: By what was decided.
    DECIDED = "decided"
    #: By the days between raising and deciding.
    ANSWERED = "answered"
    #: Cases that were due, `in_time` or `late`.
    DUE = "due"


#: What says that a place served somebody.
SERVED: Final = frozenset({Measure.OPERATIONS, Measure.HELD})
OF_VISITS: Final = frozenset(
    {
        Measure.VISITS,
        Measure.HELD,
        Measure.GIVEN_BACK,
        Measure.WAITED,
        Measure.BEFORE,
        Measure.SINCE,
        Measure.VISITORS,
        Measure.VILLAGE_VISITORS,
        Measure.CONNECTED,
        Measure.LOST,
        Measure.AUDIO_ONLY,
        Measure.LINE_TIME,
        Measure.FELT,
    }
)
OF_SERVICES: Final = frozenset({Measure.OPERATIONS, Measure.VILLAGE_SERVED})
OF_CASES: Final = frozenset(
    {Measure.OPENED, Measure.DECIDED, Measure.ANSWERED, Measure.DUE}
)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """What a number is about: a measure, a kind and a key."""

    measure: str
    kind: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """How many there were, and their total."""

    count: int = 0
    total: int = 0

    def __add__(self, other: "Number") -> "Number":
        return Number(self.count + other.count, self.total + other.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """A kind of visit, service or case; what is counted of the others is left out."""

    of: frozenset[Measure]
    kind: str

    def keeps(self, cell: Cell) -> bool:
        """Whether a number is about that kind, or about something else altogether."""
        return cell.measure not in self.of or cell.kind == self.kind


@dataclass(frozen=True, slots=True)
class Tallies:
    """All that was counted in a period, somewhere.

    Attributes:
        numbers: by what they are about.
        points: how many places served anybody.
        provinces: how many provinces these are in.
    """

    numbers: Mapping[Cell, Number]
    points: int = 0
    provinces: int = 0

    def number(self, measure: Measure, key: str | None = None) -> Number:
        """What was counted of a measure, of all kinds together."""
        return sum(
            (
                number
                for cell, number in self.numbers.items()
                if cell.measure == measure and (key is None or cell.key == key)
            ),
            Number(),
        )

    def count(self, measure: Measure, *keys: str) -> int:
        """How many there were of a measure, or of it under some keys."""
        if not keys:
            return self.number(measure).count
        return sum(self.number(measure, key).count for key in keys)

    def total(self, measure: Measure) -> int:
        """What they came to."""
        return self.number(measure).total

    def by_key(self, measure: Measure) -> dict[str, Number]:
        """The parts of a measure."""
        return _parted(
            (cell.key, number)
            for cell, number in sorted(self.numbers.items())
            if cell.measure == measure
        )

    def by_kind(self, measure: Measure) -> dict[str, Number]:
        """The kinds of a measure."""
        return _parted(
            (cell.kind, number)
            for cell, number in sorted(self.numbers.items())
            if cell.measure == measure
        )

    def days(self, measure: Measure) -> dict[int, int]:
        """How often which number of days was counted, the fewest first."""
        parts = self.by_key(measure)
        return {int(key): parts[key].count for key in sorted(parts, key=int)}


def quantile(days: Mapping[int, int], share: float) -> int | None:
    """The least number of days that so large a share of all did not exceed."""
    every = sum(days.values())
    if not every:
        return None
    seen = 0
    for value in sorted(days):
        seen += days[value]
        if seen >= share * every:
            return value
    return max(days)


def _parted(pairs: Iterable[tuple[str, Number]]) -> dict[str, Number]:
    found: dict[str, Number] = {}
    for name, number in pairs:
        found[name] = found.get(name, Number()) + number
    return found
