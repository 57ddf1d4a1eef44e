"""How full prisons are: for each span, how many terminals are free, taken or closed.

Reads; never writes. A month of a prison and a day of a province take the same number
of queries, one of them for all that is taken. Who is there is `calendar`'s business.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import String, cast
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calendar, openings
from scheduler.openings import Opening
from scheduler.situation import overlapping
from scheduler.slots import Sitting
from visitation.places import Closure
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import VisitKind

#: No visit, and no turnover after it, is longer.
_LONGEST, _LONGEST_TURNOVER = timedelta(days=1), timedelta(hours=1)


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
class _Taken:
    """What is in the way: terminals by prison and quantum, and closures."""

    terminals: dict[int, dict[int, set[int]]]
    closures: Sequence[Closure]


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
    for tally in _tallies(opening, first, last, taken, now):
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
            tallies=tuple(_tallies(opening, day, day, taken, now)),
        )
        for opening in found
    ]


def _tallies(
    opening: Opening, first: date, last: date, taken: _Taken, now: datetime
) -> Iterable[Tally]:
    broken = frozenset(t.id for t in opening.terminals if t.out_of_order is not None)
    closures = [one for one in taken.closures if one.site_id == opening.site.id]
    turnover, given_up = opening.policy.turnover, opening.site.closed_at
    terminals = taken.terminals.get(opening.site.id, {})
    for sitting in opening.sittings(first, last):
        used = _used(sitting.span, turnover, terminals)
        whole_house = given_up is not None and given_up < sitting.span.end
        shut = _shut(sitting.span, closures)
        yield _tally(
            sitting,
            used,
            broken | (shut - {None}),
            shut_whole=whole_house or None in shut,
            is_past=sitting.span.start < now,
        )


def _used(
    span: Timespan, turnover: timedelta, terminals: dict[int, set[int]]
) -> set[int]:
    quanta = span.widened(timedelta(0), turnover).quanta()
    return set().union(*(terminals[one] for one in quanta if one in terminals))


def _shut(span: Timespan, closures: Iterable[Closure]) -> set[int | None]:
    return {
        one.station_id
        for one in closures
        if one.starts_at < span.end and span.start < one.ends_at
    }


def _tally(
    sitting: Sitting,
    used: Collection[int],
    shut: Collection[int | None],
    *,
    shut_whole: bool,
    is_past: bool,
) -> Tally:
    there = sitting.kinds()
    free = [one for one in there if one not in used]
    taken = len(there) - len(free)
    left = [] if shut_whole else [one for one in free if one not in shut]
    closed = len(free) - len(left)
    if is_past:
        return Tally(span=sitting.span, taken=taken, closed=closed, past=len(left))
    return Tally(
        span=sitting.span,
        free=len(left),
        taken=taken,
        closed=closed,
        kinds=frozenset().union(*(there[one] for one in left)),
    )


async def _taken(
    session: AsyncSession, found: Sequence[Opening], whole: Timespan
) -> _Taken:
    ids = [opening.site.id for opening in found]
    # Whoever sits at the same time is one row: reading rows is what takes long.
    together = func.aggregate_strings(cast(Visit.terminal_id, String), ",")
    rows = await session.exec(
        select(Visit.prison_id, Visit.starts_at, Visit.ends_at, together)
        .where(
            col(Visit.prison_id).in_(ids),
            col(Visit.starts_at) >= whole.start - _LONGEST,
            col(Visit.starts_at) < whole.end,
            col(Visit.ends_at) > whole.start - _LONGEST_TURNOVER,
            col(Visit.state).in_(calendar.SHOWN),
        )
        .group_by(col(Visit.prison_id), col(Visit.starts_at), col(Visit.ends_at))
    )
    turnovers = {opening.site.id: opening.policy.turnover for opening in found}
    terminals: dict[int, dict[int, set[int]]] = {
        site_id: defaultdict(set) for site_id in ids
    }
    for prison_id, starts_at, ends_at, seats in rows:
        used = {int(seat) for seat in seats.split(",")}
        for quantum in Timespan(starts_at, ends_at + turnovers[prison_id]).quanta():
            terminals[prison_id][quantum] |= used
    closures = await session.exec(
        select(Closure).where(col(Closure.site_id).in_(ids), overlapping(whole))
    )
    return _Taken(terminals=terminals, closures=closures.all())
