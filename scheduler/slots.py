"""Slots: a weekly pattern laid over the days of a calendar.

Pure. Knows wall time and zones; knows no site, no row, and nothing of what is taken.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from visitation import jalali
from visitation.timespan import QUANTUM, Timespan
from visitation.words import VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """When some terminals are open on one day of each week, or of each nth week.

    Attributes:
        weekday: as `date.weekday()`, 0 is Monday.
        starts: wall time of the first slot.
        ends: wall time at which the last slot is over; midnight means the day's end.
        slot: from one slot's start to the next one's.
        turnover: the last part of each slot, in which nobody visits.
        valid_from: the first day.
        valid_to: the last day, or None for no end.
        every_weeks: in which weeks from that of `valid_from`: 1 for each, 2 for every
            other one; a week is from Saturday to Friday.
        on_holidays: whether it is in force on holidays too.
    """

    template_id: int
    weekday: int
    starts: time
    ends: time
    slot: timedelta
    turnover: timedelta
    valid_from: date
    valid_to: date | None
    terminals: tuple[int, ...]
    kinds: frozenset[VisitKind]
    every_weeks: int = 1
    on_holidays: bool = False

    def holds_on(self, day: date, holidays: Collection[date] = ()) -> bool:
        """Whether the pattern opens anything on a day."""
        return (
            day.weekday() == self.weekday
            and self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
            and self._week_of(day) % self.every_weeks == 0
            and (self.on_holidays or day not in holidays)
        )

    def _week_of(self, day: date) -> int:
        return jalali.week_number(day) - jalali.week_number(self.valid_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One bookable span at one terminal, and the kinds of visit it is for."""

    template_id: int
    terminal_id: int
    span: Timespan
    kinds: frozenset[VisitKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A span, and the patterns that open some terminals for it."""

    span: Timespan
    patterns: tuple[Pattern, ...]

    def kinds(self) -> dict[int, frozenset[VisitKind]]:
        """The kinds of visit that each terminal is open to, by terminal."""
        if len(self.patterns) == 1:
            return dict.fromkeys(self.patterns[0].terminals, self.patterns[0].kinds)
        found: dict[int, frozenset[VisitKind]] = {}
        for pattern in self.patterns:
            for terminal_id in pattern.terminals:
                found[terminal_id] = found.get(terminal_id, frozenset()) | pattern.kinds
        return found

    def slots(self) -> list[Slot]:
        """A slot for each terminal, in order; of the first pattern that has it."""
        templates = {
            terminal_id: pattern.template_id
            for pattern in reversed(self.patterns)
            for terminal_id in pattern.terminals
        }
        return [
            Slot(
                template_id=templates[terminal_id],
                terminal_id=terminal_id,
                span=self.span,
                kinds=kinds,
            )
            for terminal_id, kinds in sorted(self.kinds().items())
        ]


def unroll(
    patterns: Iterable[Pattern],
    first: date,
    last: date,
    zone: tzinfo,
    *,
    holidays: Collection[date] = (),
) -> list[Slot]:
    """Every slot from the first to the last day, both included, in order of time.

    Where two patterns open the same terminal for the same span, the slot is for the
    kinds of both.
    """
    found = sittings(patterns, first, last, zone, holidays=holidays)
    return [slot for sitting in found for slot in sitting.slots()]


def sittings(
    patterns: Iterable[Pattern],
    first: date,
    last: date,
    zone: tzinfo,
    *,
    holidays: Collection[date] = (),
) -> list[Sitting]:
    """Every span from the first to the last day at which some terminal is open.

    In order of time; each span comes once.
    """
    patterns = tuple(patterns)
    found: dict[tuple[datetime, datetime], list[Pattern]] = {}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for pattern in patterns:
            if pattern.holds_on(day, holidays):
                for span in _on(pattern, day, zone):
                    found.setdefault((span.start, span.end), []).append(pattern)
    return [
        Sitting(span=Timespan(*ends), patterns=tuple(found[ends]))
        for ends in sorted(found)
    ]


def _on(pattern: Pattern, day: date, zone: tzinfo) -> Iterator[Timespan]:
    open_for = pattern.slot - pattern.turnover
    if open_for <= timedelta(0) or not pattern.terminals:
        return
    wall = datetime.combine(day, pattern.starts)
    closes = datetime.combine(day, pattern.ends)
    if pattern.ends == time(0):
        closes += timedelta(days=1)
    while wall + pattern.slot <= closes:
        if span := on_the_wall(wall, open_for, zone):
            yield span
        wall += pattern.slot


def on_the_wall(wall: datetime, length: timedelta, zone: tzinfo) -> Timespan | None:
    """The span that a wall clock shows from a wall time for a length, in UTC.

    None where the clock never shows it: when clocks go forward some times do not
    exist, and a span across a change is longer or shorter than the clock says. An
    hour that the clock shows twice is taken the first time.
    """
    # The end itself may lie on the edge of a change; the last quantum may not.
    last = length - QUANTUM
    for fold in (0, 1):
        start = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if _shown(start, zone) == wall and _shown(start + last, zone) == wall + last:
            return Timespan(start, start + length)
    return None


def _shown(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)
