"""Slots: a weekly pattern laid over the days of a calendar.

Pure. Knows wall time and zones; knows no site, no row, and nothing of what is taken.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
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
class Seat:
    """A terminal that is open at some time, by which template, for which kinds."""

    terminal_id: int
    template_id: int
    kinds: frozenset[VisitKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A span and the terminals open for it, each once, in order.

    Sittings that the same patterns open on a day share one and the same `seats`.
    """

    span: Timespan
    seats: tuple[Seat, ...]

    def slots(self) -> list[Slot]:
        """A slot for each terminal, in order."""
        return [
            Slot(
                template_id=seat.template_id,
                terminal_id=seat.terminal_id,
                span=self.span,
                kinds=seat.kinds,
            )
            for seat in self.seats
        ]


#: A sitting of a day as its wall clock shows it: from midnight to start, and to end.
_Wall = tuple[timedelta, timedelta, tuple[Seat, ...]]


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
    numbered = tuple(enumerate(patterns))
    known: dict[tuple[int, ...], list[_Wall]] = {}
    found: list[Sitting] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        held = [(n, one) for n, one in numbered if one.holds_on(day, holidays)]
        if not held:
            continue
        # Weeks are alike: what patterns make of a day is worked out once.
        names = tuple(n for n, _one in held)
        if names not in known:
            known[names] = _walls([one for _n, one in held])
        found += _on(day, known[names], zone)
    return found


def _walls(patterns: Sequence[Pattern]) -> list[_Wall]:
    """What the patterns of one day open, in order of time; each span once."""
    open_for: dict[tuple[timedelta, timedelta], list[int]] = {}
    for number, pattern in enumerate(patterns):
        for ends in _spans(pattern):
            open_for.setdefault(ends, []).append(number)
    seats: dict[tuple[int, ...], tuple[Seat, ...]] = {}
    found: list[_Wall] = []
    for (start, end), numbers in sorted(open_for.items()):
        who = tuple(numbers)
        if who not in seats:
            seats[who] = _seats([patterns[number] for number in who])
        found.append((start, end, seats[who]))
    return found


def _spans(pattern: Pattern) -> Iterator[tuple[timedelta, timedelta]]:
    open_for = pattern.slot - pattern.turnover
    if open_for <= timedelta(0) or not pattern.terminals:
        return
    starts = _since_midnight(pattern.starts)
    closes = _since_midnight(pattern.ends) or timedelta(days=1)
    while starts + pattern.slot <= closes:
        yield starts, starts + open_for
        starts += pattern.slot


def _seats(patterns: Sequence[Pattern]) -> tuple[Seat, ...]:
    """The terminals of the patterns; of the first template that has each."""
    found: dict[int, Seat] = {}
    for pattern in patterns:
        for terminal_id in pattern.terminals:
            known = found.get(terminal_id)
            found[terminal_id] = Seat(
                terminal_id=terminal_id,
                template_id=known.template_id if known else pattern.template_id,
                kinds=known.kinds | pattern.kinds if known else pattern.kinds,
            )
    return tuple(found[terminal_id] for terminal_id in sorted(found))


def _on(day: date, walls: Iterable[_Wall], zone: tzinfo) -> list[Sitting]:
    """What a day's clock shows, as instants, in order of time."""
    midnight = datetime.combine(day, time(0))
    offset = _steady_offset(midnight, zone)
    if offset is None:
        shown = [
            Sitting(span=span, seats=seats)
            for start, end, seats in walls
            if (span := on_the_wall(midnight + start, end - start, zone))
        ]
        return sorted(shown, key=lambda one: one.span)
    begins = midnight.replace(tzinfo=UTC) - offset
    return [
        Sitting(span=Timespan(begins + start, begins + end), seats=seats)
        for start, end, seats in walls
    ]


def _steady_offset(midnight: datetime, zone: tzinfo) -> timedelta | None:
    """How far a day's clock is ahead of UTC; None if that changes within the day."""
    # No zone changes twice in a day, so its ends tell.
    first = midnight.replace(tzinfo=zone).utcoffset()
    last = (midnight + timedelta(days=1)).replace(tzinfo=zone).utcoffset()
    return first if first == last else None


def _since_midnight(wall: time) -> timedelta:
    return timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second)


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
