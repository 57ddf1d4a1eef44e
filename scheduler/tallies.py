"""How full prisons are: for each span, how many terminals are free, taken or closed.

Reads; never writes. A month of a prison and a day of a province take the same number
of queries, one of them for all that is taken. Who is there is `calendar`'s business.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from sqlalchemy import String, cast
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import openings
from scheduler.openings import Opening
from scheduler.shown import SHOWN
from scheduler.situation import overlapping
from scheduler.slots import Sitting
from visitation.places import Closure
from visitation.timespan import QUANTUM, Timespan
from visitation.visits import Visit
from visitation.words import VisitKind

#: No visit, and no turnover after it, is longer.
_LONGEST, _LONGEST_TURNOVER = timedelta(days=1), timedelta(hours=1)
_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A span, and what its terminals are; each counts once.

    Attributes:
        past: terminals that nobody took in time.
        kinds: the kinds of visit that some free terminal is open to.
    """

    span: Timespan
    free: int = 0
    taken: int = 0
    closed: int = 0
    past: int = 0
    kinds: frozenset[VisitKind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrisonTallies:
    """A prison's local day."""

    site_id: int
    name: str
    tallies: tuple[Tally, ...]

    @property
    def free(self) -> int:
        """How many slots can still be booked."""
        return sum(one.free for one in self.tallies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the slots of some time are, all terminals together."""

    free: int = 0
    taken: int = 0
    closed: int = 0
    past: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            free=self.free + other.free,
            taken=self.taken + other.taken,
            closed=self.closed + other.closed,
            past=self.past + other.past,
        )

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> "Totals":
        """The sums of some tallies."""
        sums = [(one.free, one.taken, one.closed, one.past) for one in tallies]
        free, taken, closed, past = (
            map(sum, zip(*sums, strict=True)) if sums else [0] * 4
        )
        return cls(free=free, taken=taken, closed=closed, past=past)


class _Taken:
    """What is in the way in a prison: terminals by quantum, and closures.

    Terminals are bits, because thousands of times their sets are joined.
    """

    def __init__(self, opening: Opening) -> None:
        self._after = -(-opening.policy.turnover // QUANTUM)
        self.bits = {one.id: 1 << n for n, one in enumerate(opening.terminals)}
        self.broken = self.mask(
            one.id for one in opening.terminals if one.out_of_order is not None
        )
        self.quanta: defaultdict[int, int] = defaultdict(int)
        self.closures: list[tuple[datetime, datetime, int]] = []
        if opening.site.closed_at is not None:
            self.close(opening.site.closed_at, _EVER, None)

    def mask(self, terminals: Iterable[int]) -> int:
        """Some terminals; those of other prisons are left out."""
        return sum(self.bits.get(one, 0) for one in set(terminals))

    def take(self, span: Timespan, terminals: Iterable[int]) -> None:
        """Visits sit there, and the turnover after them."""
        mask = self.mask(terminals)
        for quantum in self._needed(span):
            self.quanta[quantum] |= mask

    def close(self, start: datetime, end: datetime, terminal: int | None) -> None:
        """A terminal is shut, or all of them."""
        everything = (1 << len(self.bits)) - 1
        mask = everything if terminal is None else self.bits.get(terminal, 0)
        self.closures.append((start, end, mask))

    def used(self, span: Timespan) -> int:
        """Terminals at which somebody sits in a span, or in the turnover after it."""
        found = 0
        for quantum in self._needed(span):
            found |= self.quanta.get(quantum, 0)
        return found

    def shut(self, span: Timespan) -> int:
        """Terminals that are broken, or closed somewhere in a span."""
        found = self.broken
        for start, end, mask in self.closures:
            if start < span.end and span.start < end:
                found |= mask
        return found

    def _needed(self, span: Timespan) -> range:
        quanta = span.quanta()
        return range(quanta.start, quanta.stop + self._after)


async def month(
    session: AsyncSession, *, site_id: int, first: date, last: date, now: datetime
) -> dict[date, list[Tally]]:
    """The local days of a prison from the first to the last, each in order of time.

    Raises:
        NotFound: if there is no such prison.
    """
    opening = await openings.opening(session, site_id, first=first, last=last)
    taken = await _taken(session, [opening], opening.span(first, last))
    days: dict[date, list[Tally]] = {
        first + timedelta(days=n): [] for n in range((last - first).days + 1)
    }
    for tally in _tallies(opening, first, last, taken[site_id], now):
        days[opening.day(tally.span.start)].append(tally)
    return days


async def province_day(
    session: AsyncSession, *, province_id: int, day: date, now: datetime
) -> list[PrisonTallies]:
    """The local day of each prison of a province, by name."""
    found = await openings.of_province(session, province_id, first=day, last=day)
    if not found:
        return []
    spans = [opening.span(day, day) for opening in found]
    whole = Timespan(min(s.start for s in spans), max(s.end for s in spans))
    taken = await _taken(session, found, whole)
    return [
        PrisonTallies(
            site_id=opening.site.id,
            name=opening.site.name,
            tallies=tuple(_tallies(opening, day, day, taken[opening.site.id], now)),
        )
        for opening in found
    ]


async def province_month(
    session: AsyncSession, *, province_id: int, first: date, last: date, now: datetime
) -> dict[int, dict[date, Totals]]:
    """The local days of each prison of a province, by the prison's id.

    Six queries, however many prisons and days.
    """
    found = await openings.of_province(session, province_id, first=first, last=last)
    if not found:
        return {}
    spans = [opening.span(first, last) for opening in found]
    whole = Timespan(min(s.start for s in spans), max(s.end for s in spans))
    taken = await _taken(session, found, whole)
    return {
        opening.site.id: _by_day(
            opening, _tallies(opening, first, last, taken[opening.site.id], now)
        )
        for opening in found
    }


def _by_day(opening: Opening, found: Iterable[Tally]) -> dict[date, Totals]:
    def day(one: Tally) -> date:
        return opening.day(one.span.start)

    return {when: Totals.of(of_a_day) for when, of_a_day in groupby(found, day)}


def _tallies(
    opening: Opening, first: date, last: date, taken: _Taken, now: datetime
) -> Iterable[Tally]:
    for _seats, alike in groupby(opening.sittings(first, last), _seats_of):
        sittings = list(alike)
        kinds = {taken.bits[one.terminal_id]: one.kinds for one in sittings[0].seats}
        there = sum(kinds)
        for sitting in sittings:
            free = there & ~taken.used(sitting.span)
            left = free & ~taken.shut(sitting.span)
            is_past = sitting.span.start < now
            yield Tally(
                span=sitting.span,
                free=0 if is_past else left.bit_count(),
                taken=(there & ~free).bit_count(),
                closed=(free & ~left).bit_count(),
                past=left.bit_count() if is_past else 0,
                kinds=frozenset() if is_past else _kinds(kinds, left),
            )


def _seats_of(sitting: Sitting) -> int:
    # Most sittings of a day share the very same seats.
    return id(sitting.seats)


def _kinds(
    kinds: Mapping[int, frozenset[VisitKind]], left: int
) -> frozenset[VisitKind]:
    found: frozenset[VisitKind] = frozenset()
    for bit, its_kinds in kinds.items():
        if left & bit and not its_kinds <= found:
            found |= its_kinds
    return found


async def _taken(
    session: AsyncSession, found: Sequence[Opening], whole: Timespan
) -> dict[int, _Taken]:
    taken = {opening.site.id: _Taken(opening) for opening in found}
    # Whoever sits at the same time is one row: reading rows is what takes long.
    together = func.aggregate_strings(cast(Visit.terminal_id, String), ",")
    rows = await session.exec(
        select(Visit.prison_id, Visit.starts_at, Visit.ends_at, together)
        .where(
            col(Visit.prison_id).in_(taken),
            col(Visit.starts_at) >= whole.start - _LONGEST,
            col(Visit.starts_at) < whole.end,
            col(Visit.ends_at) > whole.start - _LONGEST_TURNOVER,
            col(Visit.state).in_(SHOWN),
        )
        .group_by(col(Visit.prison_id), col(Visit.starts_at), col(Visit.ends_at))
    )
    for prison_id, starts_at, ends_at, seats in rows:
        seated = (int(seat) for seat in seats.split(","))
        taken[prison_id].take(Timespan(starts_at, ends_at), seated)
    closures = await session.exec(
        select(
            Closure.site_id, Closure.starts_at, Closure.ends_at, Closure.station_id
        ).where(col(Closure.site_id).in_(taken), overlapping(whole))
    )
    for site_id, starts_at, ends_at, station_id in closures:
        taken[site_id].close(starts_at, ends_at, station_id)
    return taken
