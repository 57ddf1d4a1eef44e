"""Slots for a village: when a mobile office stands there and a prison has room.

Reads; never writes. Knows what is free; knows no prisoner, visitor or rule.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import openings
from scheduler.openings import Opening
from scheduler.slots import Slot
from visitation import visits
from visitation.places import MobileDay, MobileStop, Site, Station
from visitation.timespan import Timespan
from visitation.visits import Claim, claims
from visitation.words import MobileDayState, VisitKind

#: A local day lies within a day of the same one in UTC.
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageSlot:
    """A prison's slot and a kiosk that stands in the village meanwhile."""

    slot: Slot
    kiosk_id: int
    stop_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPlaces:
    """A mobile office in a village, and how many visits to a prison still fit in."""

    village: str
    office: str
    span: Timespan
    places: int


async def places(
    session: AsyncSession, *, prison_id: int, span: Timespan, offices: Collection[int]
) -> list[StopPlaces]:
    """Each stop of some mobile offices within a span, in order of time.

    Stops at the same time share the prison's terminals: what one village books, the
    other has no more. Seven queries, however many stops.

    Raises:
        NotFound: if there is no such prison.
    """
    first, last = (span.start - _DAY).date(), (span.end + _DAY).date()
    opening = await openings.opening(session, prison_id, first=first, last=last)
    stops = await _stops(session, col(MobileDay.site_id).in_(offices), span)
    kiosks = await _kiosks(session, stops)
    names = await _names(session, stops)
    slots = [] if opening.site.closed_at else opening.slots(first, last)
    starts = [slot.span.start for slot in slots]
    taken = await _taken(session, opening, kiosks, span) if kiosks else set()
    found = []
    for stop in stops:
        begins = max(stop.starts_at, span.start)
        within = slots[bisect_left(starts, begins) : bisect_left(starts, stop.ends_at)]
        village, office = names[stop.id]
        found.append(
            StopPlaces(
                village=village,
                office=office,
                span=Timespan(stop.starts_at, stop.ends_at),
                places=len(_paired(within, [stop], kiosks, taken, opening)),
            )
        )
    return found


async def free(
    session: AsyncSession,
    *,
    village_id: int,
    prison_id: int,
    span: Timespan,
    kind: VisitKind | None = None,
) -> list[VillageSlot]:
    """What a village's families can book at a prison within a span, in order of time.

    Each terminal and each kiosk comes once at a time, so that all of it can be booked.
    Four queries for the opening and three more, however long the span.

    Raises:
        NotFound: if there is no such prison.
    """
    first, last = (span.start - _DAY).date(), (span.end + _DAY).date()
    opening = await openings.opening(session, prison_id, first=first, last=last)
    here = col(MobileStop.village_id) == village_id
    stops = await _stops(session, here, span)
    kiosks = await _kiosks(session, stops)
    if not kiosks or opening.site.closed_at is not None:
        return []
    slots = [
        slot
        for slot in opening.slots(first, last)
        if span.contains(slot.span) and (kind is None or kind in slot.kinds)
    ]
    taken = await _taken(session, opening, kiosks, span)
    return _paired(slots, stops, kiosks, taken, opening)


def _paired(
    slots: Iterable[Slot],
    stops: Sequence[MobileStop],
    kiosks: dict[int, list[int]],
    taken: Collection[tuple[str, int]],
    opening: Opening,
) -> list[VillageSlot]:
    in_order = {one.id for one in opening.terminals if one.out_of_order is None}
    turnover = opening.policy.turnover
    found: list[VillageSlot] = []
    used: set[tuple[str, int]] = set(taken)
    for slot in slots:
        terminal = claims.needed([f"terminal:{slot.terminal_id}"], slot.span, turnover)
        if slot.terminal_id not in in_order or not used.isdisjoint(terminal):
            continue
        for stop_id, kiosk_id in _standing(slot.span, stops, kiosks):
            kiosk = claims.needed([f"kiosk:{kiosk_id}"], slot.span, turnover)
            if used.isdisjoint(kiosk):
                used.update(terminal, kiosk)
                found.append(VillageSlot(slot=slot, kiosk_id=kiosk_id, stop_id=stop_id))
                break
    return found


def _standing(
    span: Timespan, stops: Iterable[MobileStop], kiosks: dict[int, list[int]]
) -> Iterable[tuple[int, int]]:
    for stop in stops:
        if Timespan(stop.starts_at, stop.ends_at).contains(span):
            yield from ((stop.id, kiosk_id) for kiosk_id in kiosks[stop.id])


async def _stops(
    session: AsyncSession, which: ColumnElement[bool], span: Timespan
) -> Sequence[MobileStop]:
    rows = await session.exec(
        select(MobileStop)
        .join(MobileDay, col(MobileDay.id) == col(MobileStop.mobile_day_id))
        .where(
            which,
            MobileDay.state == MobileDayState.PLANNED,
            col(MobileStop.starts_at) < span.end,
            col(MobileStop.ends_at) > span.start,
        )
        .order_by(col(MobileStop.starts_at), col(MobileStop.id))
    )
    return rows.all()


async def _names(
    session: AsyncSession, stops: Sequence[MobileStop]
) -> dict[int, tuple[str, str]]:
    """The village and the office of each stop."""
    village, office = aliased(Site), aliased(Site)
    rows = await session.exec(
        select(MobileStop.id, village.name, office.name)
        .join(MobileDay, col(MobileDay.id) == col(MobileStop.mobile_day_id))
        .join(village, col(village.id) == col(MobileStop.village_id))
        .join(office, col(office.id) == col(MobileDay.site_id))
        .where(col(MobileStop.id).in_([stop.id for stop in stops]))
    )
    return {stop_id: (there, sent) for stop_id, there, sent in rows}


async def _kiosks(
    session: AsyncSession, stops: Sequence[MobileStop]
) -> dict[int, list[int]]:
    """The kiosks in order that stand at each stop."""
    rows = await session.exec(
        select(MobileStop.id, Station.id)
        .join(MobileDay, col(MobileDay.id) == col(MobileStop.mobile_day_id))
        .join(Station, col(Station.site_id) == col(MobileDay.site_id))
        .where(
            col(MobileStop.id).in_([stop.id for stop in stops]),
            col(Station.out_of_order).is_(None),
        )
        .order_by(col(Station.name), col(Station.id))
    )
    chosen = {stop.id: stop.kiosks for stop in stops}
    found: dict[int, list[int]] = defaultdict(list)
    for stop_id, kiosk_id in rows:
        if not chosen[stop_id] or kiosk_id in chosen[stop_id]:
            found[stop_id].append(kiosk_id)
    return found


async def _taken(
    session: AsyncSession,
    opening: Opening,
    kiosks: dict[int, list[int]],
    span: Timespan,
) -> set[tuple[str, int]]:
    names = {f"terminal:{terminal.id}" for terminal in opening.terminals}
    for ids in kiosks.values():
        names |= {name for one in ids for name in visits.resources(kiosk_id=one)}
    quanta = span.widened(timedelta(0), opening.policy.turnover).quanta()
    rows = await session.exec(
        select(Claim.resource, Claim.quantum).where(
            col(Claim.resource).in_(names),
            col(Claim.quantum) >= quanta.start,
            col(Claim.quantum) < quanta.stop,
        )
    )
    return set(rows.all())
