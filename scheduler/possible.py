"""What a prison has left in some days, and which of it would do for a waiting family.

Reads in a fixed number of queries, however many families wait. What is found here is
free and fits the family's wishes; whether it may be booked is for the rules to say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import openings
from scheduler.openings import Opening
from scheduler.proposals import Proposal
from visitation.places import MobileDay, MobileStop, Site, Station
from visitation.timespan import Timespan
from visitation.visits import Claim, claims
from visitation.waiting import Waiting
from visitation.words import Asker, MobileDayState, StationKind, VisitKind

#: As many names as a statement asks for at once.
_NAMES = 5000
Taken = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """A time at which terminals of the prison are free for some kinds of visit."""

    span: Timespan
    day: date
    kinds: frozenset[VisitKind]
    terminals: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A kiosk, and when a family may sit down there; None means whenever it is free."""

    kiosk_id: int
    windows: tuple[Timespan, ...] | None = None

    def open_in(self, span: Timespan) -> bool:
        """Whether the kiosk stands there for the whole of a span."""
        return self.windows is None or any(w.contains(span) for w in self.windows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A time and a seat that would do; without a kiosk, on the family's own phone.

    Attributes:
        point_id: the service point among the family's wishes where the kiosk stands.
    """

    opportunity: Opportunity
    kiosk_id: int | None
    point_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What is free in a prison in some days.

    Attributes:
        seats: the kiosks of each service point that somebody could come to.
        taken: what is claimed, as `Claim` names it.
        busy: the names in it.
        mixed: whether two of the times overlap, so that one kiosk serves only one.
    """

    opening: Opening
    opportunities: tuple[Opportunity, ...]
    seats: Mapping[int, tuple[Seat, ...]]
    taken: Taken
    busy: frozenset[str]
    mixed: bool


async def supply(
    session: AsyncSession,
    prison_id: int,
    waiting: Sequence[Waiting],
    *,
    first: date,
    last: date,
    now: datetime,
) -> Supply:
    """What is free from one local day to another that waiting families could use.

    Raises:
        NotFound: if there is no such prison.
    """
    opening = await openings.opening(session, prison_id, first=first, last=last)
    whole = opening.span(first, last)
    points = {point for one in waiting for point in one.entry.points}
    seats = await _seats(session, points, whole)
    names = {f"terminal:{terminal.id}" for terminal in opening.terminals}
    names |= {f"kiosk:{seat.kiosk_id}" for found in seats.values() for seat in found}
    names |= {f"prisoner:{one.entry.prisoner_id}" for one in waiting}
    names |= {f"visitor:{visitor}" for one in waiting for visitor in one.visitor_ids}
    taken = await _taken(session, names, whole.widened(timedelta(0), timedelta(days=1)))
    found = _opportunities(opening, taken, first=first, last=last, now=now)
    return Supply(
        opening=opening,
        opportunities=found,
        seats=seats,
        taken=taken,
        busy=frozenset(name for name, _quantum in taken),
        mixed=are_mixed(found, opening.policy.turnover),
    )


def places_for(
    one: Waiting,
    known: Supply,
    *,
    besides: Iterable[Opportunity] = (),
    mine: Taken = frozenset(),
) -> list[Place]:
    """Every free place within a family's wishes: its first point first, then by time.

    Its own phone comes last, for a kiosk has staff beside it. `besides` are times that
    only this family could have; `mine` is what it holds now, and would give back.
    """
    entry = one.entry
    people = [f"prisoner:{entry.prisoner_id}"]
    people += [f"visitor:{visitor}" for visitor in one.visitor_ids]
    turnover = known.opening.policy.turnover
    times = [
        found
        for found in (*known.opportunities, *besides)
        if entry.first_day <= found.day <= entry.last_day
        and (not entry.weekdays or found.day.weekday() in entry.weekdays)
        and entry.kind in found.kinds
        and _free(people, found.span, known, mine)
    ]
    places = [
        Place(opportunity=found, kiosk_id=seat.kiosk_id, point_id=point)
        for point in entry.points
        for found in times
        for seat in known.seats.get(point, ())
        if seat.open_in(found.span)
        and _free(
            [f"kiosk:{seat.kiosk_id}"],
            found.span.widened(timedelta(0), turnover),
            known,
            mine,
        )
    ]
    if entry.own_phone:
        places += [Place(opportunity=found, kiosk_id=None) for found in times]
    return places


def are_mixed(times: Iterable[Opportunity], turnover: timedelta) -> bool:
    """Whether two of the times overlap, the turnover of seats included."""
    spans = sorted({one.span for one in times})
    return any(a.end + turnover > b.start for a, b in pairwise(spans))


def proposal(one: Waiting, place: Place, terminal_id: int) -> Proposal:
    """What would be booked if a family got a place."""
    return Proposal(
        prison_id=one.entry.prison_id,
        terminal_id=terminal_id,
        span=place.opportunity.span,
        kind=one.entry.kind,
        prisoner_id=one.entry.prisoner_id,
        visitor_ids=frozenset(one.visitor_ids),
        kiosk_id=place.kiosk_id,
        official_wanted=one.entry.official_wanted,
    )


def _opportunities(
    opening: Opening, taken: Taken, *, first: date, last: date, now: datetime
) -> tuple[Opportunity, ...]:
    if opening.site.closed_at is not None:
        return ()
    policy = opening.policy
    soonest = now + policy.notice(Asker.STAFF)
    latest = now + policy.horizon(Asker.STAFF)
    in_order = {one.id for one in opening.terminals if one.out_of_order is None}
    free: dict[tuple[Timespan, frozenset[VisitKind]], list[int]] = {}
    for slot in opening.slots(first, last):
        if slot.terminal_id not in in_order or not (
            soonest <= slot.span.start <= latest
        ):
            continue
        needed = claims.needed(
            [f"terminal:{slot.terminal_id}"], slot.span, policy.turnover
        )
        if taken.isdisjoint(needed):
            free.setdefault((slot.span, slot.kinds), []).append(slot.terminal_id)
    return tuple(
        Opportunity(
            span=span,
            day=opening.day(span.start),
            kinds=kinds,
            terminals=tuple(sorted(terminals)),
        )
        for (span, kinds), terminals in free.items()
    )


def _free(names: Iterable[str], span: Timespan, known: Supply, mine: Taken) -> bool:
    busy = [name for name in names if name in known.busy]
    quanta = span.quanta() if busy else ()
    needed = ((name, quantum) for name in busy for quantum in quanta)
    return all(one in mine for one in needed if one in known.taken)


async def _taken(session: AsyncSession, names: Iterable[str], whole: Timespan) -> Taken:
    quanta, ordered = whole.quanta(), sorted(names)
    taken: set[tuple[str, int]] = set()
    for begin in range(0, len(ordered), _NAMES):
        rows = await session.exec(
            select(Claim.resource, Claim.quantum).where(
                col(Claim.resource).in_(ordered[begin : begin + _NAMES]),
                col(Claim.quantum) >= quanta.start,
                col(Claim.quantum) < quanta.stop,
            )
        )
        taken.update((resource, quantum) for resource, quantum in rows.all())
    return frozenset(taken)


async def _seats(
    session: AsyncSession, points: Iterable[int], whole: Timespan
) -> dict[int, tuple[Seat, ...]]:
    """The kiosks of each point: its own, or those of the office that stops there."""
    wanted = sorted(points)
    own = await session.exec(
        select(Station)
        .join(Site, col(Site.id) == col(Station.site_id))
        .where(
            col(Station.site_id).in_(wanted),
            Station.kind == StationKind.KIOSK,
            col(Station.out_of_order).is_(None),
            col(Site.closed_at).is_(None),
        )
        .order_by(col(Station.id))
    )
    driving = await session.exec(
        select(MobileDay.site_id).where(col(MobileDay.site_id).in_(wanted)).distinct()
    )
    seats: dict[int, list[Seat]] = {}
    travels = set(driving.all())
    for kiosk in own.all():
        # A mobile office receives families where it stops, not where it is kept; it
        # stands still until somebody plans its days.
        if kiosk.site_id not in travels:
            seats.setdefault(kiosk.site_id, []).append(Seat(kiosk_id=kiosk.id))
    for (point, kiosk_id), spans in (await _stops(session, wanted, whole)).items():
        seat = Seat(kiosk_id=kiosk_id, windows=tuple(spans))
        seats.setdefault(point, []).append(seat)
    return {point: tuple(found) for point, found in seats.items()}


async def _stops(
    session: AsyncSession, wanted: Sequence[int], whole: Timespan
) -> dict[tuple[int, int], list[Timespan]]:
    """When each kiosk of an office on the road stands at each of the points."""
    stops = await session.exec(
        select(MobileStop, Station)
        .join(MobileDay, col(MobileDay.id) == col(MobileStop.mobile_day_id))
        .join(Station, col(Station.site_id) == col(MobileDay.site_id))
        .where(
            MobileDay.state == MobileDayState.PLANNED,
            Station.kind == StationKind.KIOSK,
            col(Station.out_of_order).is_(None),
            col(MobileStop.starts_at) < whole.end,
            col(MobileStop.ends_at) > whole.start,
            col(MobileStop.village_id).in_(wanted) | col(MobileDay.site_id).in_(wanted),
        )
        .order_by(col(MobileStop.starts_at), col(Station.id))
    )
    windows: dict[tuple[int, int], list[Timespan]] = {}
    for stop, kiosk in stops.all():
        if stop.kiosks and kiosk.id not in stop.kiosks:
            continue
        for point in (stop.village_id, kiosk.site_id):
            span = Timespan(stop.starts_at, stop.ends_at)
            windows.setdefault((point, kiosk.id), []).append(span)
    return windows
