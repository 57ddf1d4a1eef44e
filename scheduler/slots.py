"""Slots: a weekly pattern laid over the days of a calendar.

Pure. Knows wall time and zones; knows no site, no row, and nothing of what is taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from visitation.timespan import QUANTUM, Timespan
from visitation.words import VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """When some terminals are open on one day of each week.

    Attributes:
        weekday: as `date.weekday()`, 0 is Monday.
        starts: wall time of the first slot.
        ends: wall time at which the last slot is over; midnight means the day's end.
        slot: from one slot's start to the next one's.
        turnover: the last part of each slot, in which nobody visits.
        valid_from: the first day.
        valid_to: the last day, or None for no end.
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

    def holds_on(self, day: date) -> bool:
        """Whether the pattern opens anything on a day."""
        return (
            day.weekday() == self.weekday
            and self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One bookable span at one terminal, and the kinds of visit it is for."""

    template_id: int
    terminal_id: int
    span: Timespan
    kinds: frozenset[VisitKind]


def unroll(
    patterns: Iterable[Pattern], first: date, last: date, zone: tzinfo
) -> list[Slot]:
    """Every slot from the first to the last day, both included, in order of time.

    Where two patterns open the same terminal for the same span, the slot is for the
    kinds of both.
    """
    patterns = tuple(patterns)
    found: dict[tuple[Timespan, int], Slot] = {}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for pattern in patterns:
            if pattern.holds_on(day):
                for slot in _on(pattern, day, zone):
                    place = (slot.span, slot.terminal_id)
                    found[place] = (
                        _merged(found[place], slot) if place in found else slot
                    )
    return [found[place] for place in sorted(found)]


def _merged(one: Slot, other: Slot) -> Slot:
    return Slot(
        template_id=one.template_id,
        terminal_id=one.terminal_id,
        span=one.span,
        kinds=one.kinds | other.kinds,
    )


def _on(pattern: Pattern, day: date, zone: tzinfo) -> list[Slot]:
    open_for = pattern.slot - pattern.turnover
    if open_for <= timedelta(0):
        return []
    wall = datetime.combine(day, pattern.starts)
    closes = datetime.combine(day, pattern.ends)
    if pattern.ends == time(0):
        closes += timedelta(days=1)
    slots: list[Slot] = []
    while wall + pattern.slot <= closes:
        if span := on_the_wall(wall, open_for, zone):
            slots += [
                Slot(
                    template_id=pattern.template_id,
                    terminal_id=terminal_id,
                    span=span,
                    kinds=pattern.kinds,
                )
                for terminal_id in pattern.terminals
            ]
        wall += pattern.slot
    return slots


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
