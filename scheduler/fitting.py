"""The nearest place that would do for a booked visit which cannot stay where it is.

At its own time another seat of the same place comes first, then the next times at the
same prison and the same place of the family. Reads; the rules have the last word.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calendar, objections
from scheduler.proposals import Proposal, Refusal
from scheduler.wishes import proposal_of
from visitation import places, visits
from visitation.places import MobileDay, MobileStop, Site, Station
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Asker, MobileDayState, SiteKind, StationKind

#: How many places the rules are asked about, at most.
TRIES = 30
#: How many kiosks of a place are thought of, and how many slots of each.
_KIOSKS = 4
_SLOTS = 200
#: Reasons that another seat at the same time may be without.
_OF_SEATS = frozenset(
    {
        Refusal.CLOSED,
        Refusal.TERMINAL_OUT_OF_ORDER,
        Refusal.TERMINAL_ELSEWHERE,
        Refusal.KIOSK_OUT_OF_ORDER,
        Refusal.KIOSK_NOT_THERE,
        Refusal.NOT_A_KIOSK,
        Refusal.TERMINAL_TAKEN,
        Refusal.KIOSK_TAKEN,
    }
)
#: Reasons that hold for a whole day, whatever the hour.
_OF_DAYS = frozenset(
    {
        Refusal.HOLIDAY,
        Refusal.KEPT_APART,
        Refusal.WEEKLY_LIMIT,
        Refusal.MONTHLY_LIMIT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A time and two seats; without a kiosk, the family's own phone."""

    span: Timespan
    terminal_id: int
    kiosk_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seat:
    """Where the family could sit, and when; None means whenever it is free."""

    kiosk_id: int | None
    windows: tuple[Timespan, ...] | None = None

    def open_in(self, span: Timespan) -> bool:
        return self.windows is None or any(one.contains(span) for one in self.windows)


async def nearest(
    session: AsyncSession, visit: Visit, *, reasons: Iterable[str], now: datetime
) -> Fit | None:
    """The first place that the rules have nothing against, or None.

    Earlier than it was booked is no choice: people have arranged themselves.
    """
    proposal = proposal_of(visit, await visits.participants(session, visit.id))
    zone = ZoneInfo((await session.get_one(Site, visit.prison_id)).zone)
    seats = await _seats(session, visit, now)
    candidates: list[Fit] = []
    if _OF_SEATS.intersection(reasons):
        candidates += await _same_time(session, proposal, seats)
    candidates += await _later(session, proposal, seats, now)
    hopeless: set[date | datetime] = set()
    tried = 0
    for fit in candidates:
        start = fit.span.start
        day = start.astimezone(zone).date()
        if tried == TRIES or not hopeless.isdisjoint({start, day}):
            continue
        tried += 1
        wanted = replace(
            proposal, span=fit.span, terminal_id=fit.terminal_id, kiosk_id=fit.kiosk_id
        )
        found = await objections.against(session, wanted, now=now, but_visit=visit.id)
        if not found:
            return fit
        if not _OF_DAYS.isdisjoint(found):
            hopeless.add(day)
        elif _OF_SEATS.isdisjoint(found):
            hopeless.add(start)
    return None


async def _same_time(
    session: AsyncSession, proposal: Proposal, seats: Sequence[_Seat]
) -> list[Fit]:
    rows = await session.exec(
        select(Station.id)
        .where(
            Station.site_id == proposal.prison_id,
            Station.kind == StationKind.TERMINAL,
            col(Station.out_of_order).is_(None),
        )
        .order_by(col(Station.id) != proposal.terminal_id, col(Station.id))
    )
    found = [
        Fit(span=proposal.span, terminal_id=terminal, kiosk_id=seat.kiosk_id)
        for terminal in rows.all()
        for seat in seats
        if seat.open_in(proposal.span)
    ]
    # Half of what may be asked: there must be some left for later times.
    return found[: TRIES // 2]


async def _later(
    session: AsyncSession, proposal: Proposal, seats: Sequence[_Seat], now: datetime
) -> list[Fit]:
    policy = await places.policy_of(session, proposal.prison_id)
    after = max(now + policy.notice(Asker.STAFF), proposal.span.start)
    found: list[tuple[datetime, int, Fit]] = []
    for order, seat in enumerate(seats):
        free = await calendar.free(
            session,
            site_id=proposal.prison_id,
            after=after,
            limit=_SLOTS,
            kiosk_id=seat.kiosk_id,
            kind=proposal.kind,
            prisoner_id=proposal.prisoner_id,
            visitor_ids=proposal.visitor_ids,
            official_id=None if proposal.cover_id else proposal.official_id,
        )
        for slot in free:
            if seat.open_in(slot.span):
                fit = Fit(
                    span=slot.span,
                    terminal_id=slot.terminal_id,
                    kiosk_id=seat.kiosk_id,
                )
                found.append((slot.span.start, order, fit))
    return [fit for _start, _order, fit in sorted(found, key=lambda one: one[:2])]


async def _seats(
    session: AsyncSession, visit: Visit, now: datetime
) -> tuple[_Seat, ...]:
    """The own phone, or the kiosks at the family's place, its own kiosk first."""
    if visit.kiosk_id is None:
        return (_Seat(kiosk_id=None),)
    kiosk = await session.get_one(Station, visit.kiosk_id)
    office = await session.get_one(Site, kiosk.site_id)
    rows = await session.exec(
        select(Station.id)
        .where(
            Station.site_id == office.id,
            Station.kind == StationKind.KIOSK,
            col(Station.out_of_order).is_(None),
        )
        .order_by(col(Station.id) != kiosk.id, col(Station.id))
        .limit(_KIOSKS)
    )
    kiosks = rows.all()
    windows = await _windows(session, visit, office, now)
    return tuple(
        _Seat(
            kiosk_id=one,
            windows=None
            if windows is None
            else tuple(span for span, only in windows if not only or one in only),
        )
        for one in kiosks
    )


async def _windows(
    session: AsyncSession, visit: Visit, office: Site, now: datetime
) -> list[tuple[Timespan, list[int]]] | None:
    """When the office stands in the family's village again, and with which kiosks.

    None where it never travels.
    """
    if office.kind is not SiteKind.MOBILE_OFFICE:
        return None
    travels = await session.exec(
        select(MobileDay.id).where(MobileDay.site_id == office.id).limit(1)
    )
    if travels.first() is None:
        return None
    query = (
        select(MobileStop)
        .join(MobileDay, col(MobileDay.id) == col(MobileStop.mobile_day_id))
        .where(
            MobileDay.site_id == office.id,
            MobileDay.state == MobileDayState.PLANNED,
            col(MobileStop.ends_at) > max(now, visit.starts_at - timedelta(days=1)),
        )
        .order_by(col(MobileStop.starts_at))
    )
    if visit.point_id not in {None, office.id}:
        query = query.where(MobileStop.village_id == visit.point_id)
    stops = await session.exec(query)
    return [
        (Timespan(stop.starts_at, stop.ends_at), list(stop.kiosks)) for stop in stops
    ]
