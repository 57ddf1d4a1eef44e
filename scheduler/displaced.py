"""Visits that cannot take place where they are booked, and what would do instead.

A road is shut, an office stays at home, a prison is closed: of a day's visits these are
the ones whose place the booking rules would refuse by now. What a family would take
instead is written as an entry of the waiting list that is not on the list.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import openings, review
from scheduler.proposals import Refusal
from visitation import waiting
from visitation.lifecycle import VisitState
from visitation.people import Visitor
from visitation.places import MobileDay, MobileStop, Site, Station
from visitation.places.mobile import whole_day
from visitation.timespan import Timespan
from visitation.visits import Participant, Visit
from visitation.visits.tables import Flag
from visitation.waiting import Waiting, WaitingEntry
from visitation.words import SERVICE_POINTS, Part, SiteKind, WaitingState

#: What another time or place mends.
OF_PLACE = frozenset(
    {
        Refusal.CLOSED,
        Refusal.HOLIDAY,
        Refusal.NOT_A_SLOT,
        Refusal.KIND_NOT_OFFERED,
        Refusal.TERMINAL_OUT_OF_ORDER,
        Refusal.KIOSK_OUT_OF_ORDER,
        Refusal.KIOSK_NOT_THERE,
    }
)
#: What another kiosk at the same hour mends, or none.
OF_KIOSK = frozenset({Refusal.KIOSK_OUT_OF_ORDER, Refusal.KIOSK_NOT_THERE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day to re-plan: of a prison, or of a mobile office.

    Attributes:
        span: from midnight to midnight, where the site is.
        mobile_day_id: whose office drives that day; None for a prison's.
    """

    site_id: int
    day: date
    span: Timespan
    mobile_day_id: int | None = None

    @property
    def subject(self) -> str:
        """What the audit calls it."""
        if self.mobile_day_id is None:
            return f"site:{self.site_id}"
        return f"mobile_day:{self.mobile_day_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far a new place may be.

    Attributes:
        first: the first day; the day itself unless another is preferred to it.
        last: the last day.
        kilometres: from the old point to another one; 0 for the same point only.
        own_phone: whether whoever has a phone may be asked to use it.
    """

    first: date
    last: date
    kilometres: int
    own_phone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Displaced:
    """A visit that must move.

    Attributes:
        family: what it would take, in line with the others of the day.
        away: kilometres from its point to each that it could go to; None if unknown.
        reasons: what is in the way where it is.
    """

    visit: Visit
    people: tuple[Participant, ...]
    family: Waiting
    away: Mapping[int, int | None]
    reasons: tuple[Refusal, ...]


def of_prison(prison: Site, day: date) -> Day:
    """A prison's local day."""
    span = openings.local_days(ZoneInfo(prison.zone), day, day)
    return Day(site_id=prison.id, day=day, span=span)


def of_office(office: Site, planned: MobileDay) -> Day:
    """A day of a mobile office, whether it takes place or not."""
    return Day(
        site_id=office.id,
        day=planned.day,
        span=whole_day(office, planned.day),
        mobile_day_id=planned.id,
    )


async def displaced(
    session: AsyncSession, of: Day, bounds: Bounds, *, now: datetime
) -> list[Displaced]:
    """The booked visits of a day that cannot take place there; longest unvisited first.

    Left out is what somebody decided to keep in spite of it.
    """
    known = {one[0].id: one for one in await _in_the_way(session, of, now)}
    if not known:
        return []
    ids, found = list(known), [visit for visit, _those, _why in known.values()]
    people = {visit_id: those for visit_id, (_visit, those, _why) in known.items()}
    phones = await _with_phone(session, people)
    came_from = await _came_from(session, ids)
    away = await _away(session, of, found, bounds)
    entries = [
        _entry(
            visit,
            came_from.get(visit.id),
            points=away[visit.point_id],
            own_phone=bounds.own_phone and visit.id in phones,
            bounds=bounds,
        )
        for visit in found
    ]
    line = await waiting.in_order(
        session,
        entries,
        {visit_id: _visitors(people[visit_id]) for visit_id in ids},
        await _met(session, ids),
        now=now,
    )
    return [
        Displaced(
            visit=visit,
            people=people[visit.id],
            family=one,
            away=away[visit.point_id],
            reasons=why,
        )
        for one in line
        for visit, _those, why in [known[one.entry.id]]
    ]


async def count(session: AsyncSession, of: Day, *, now: datetime) -> int:
    """How many booked visits of a day cannot take place where they are."""
    return len(await _in_the_way(session, of, now))


async def _in_the_way(
    session: AsyncSession, of: Day, now: datetime
) -> list[tuple[Visit, tuple[Participant, ...], tuple[Refusal, ...]]]:
    rows = await session.exec(
        select(Visit)
        .where(
            Visit.state == VisitState.BOOKED,
            col(Visit.starts_at) >= max(of.span.start, now),
            col(Visit.starts_at) < of.span.end,
            _at(of),
        )
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    there = rows.all()
    kept = await session.exec(
        select(Flag.visit_id, Flag.reason).where(
            col(Flag.visit_id).in_([visit.id for visit in there]),
            col(Flag.kept_at).is_not(None),
            col(Flag.gone_at).is_(None),
        )
    )
    decided = set(kept.all())
    people = await _people(session, [visit.id for visit in there])
    found = []
    for visit in there:
        against = await review.reasons_against(
            session, visit, now=now, people=people[visit.id]
        )
        if any(one in OF_PLACE and (visit.id, one) not in decided for one in against):
            # A copy that stands as it was, whatever becomes of the row.
            found.append((Visit(**visit.model_dump()), people[visit.id], against))
    return found


def _at(of: Day) -> ColumnElement[bool]:
    if of.mobile_day_id is None:
        return col(Visit.prison_id) == of.site_id
    kiosks = select(Station.id).where(Station.site_id == of.site_id)
    return col(Visit.kiosk_id).in_(kiosks)


async def _people(
    session: AsyncSession, visit_ids: Sequence[int]
) -> dict[int, tuple[Participant, ...]]:
    rows = await session.exec(
        select(Participant)
        .where(col(Participant.visit_id).in_(visit_ids))
        .order_by(col(Participant.id))
    )
    found: dict[int, list[Participant]] = {visit_id: [] for visit_id in visit_ids}
    for one in rows.all():
        found[one.visit_id].append(one)
    return {visit_id: tuple(those) for visit_id, those in found.items()}


def _visitors(people: Iterable[Participant]) -> tuple[int, ...]:
    return tuple(sorted(one.visitor_id for one in people if one.visitor_id))


async def _with_phone(
    session: AsyncSession, people: Mapping[int, tuple[Participant, ...]]
) -> set[int]:
    """The visits of which somebody has a phone."""
    who = {visitor for party in people.values() for visitor in _visitors(party)}
    rows = await session.exec(
        select(Visitor.id).where(
            col(Visitor.id).in_(who), col(Visitor.phone).is_not(None)
        )
    )
    known = set(rows.all())
    return {one for one, party in people.items() if known & {*_visitors(party)}}


async def _came_from(
    session: AsyncSession, visit_ids: Sequence[int]
) -> dict[int, WaitingEntry]:
    """The entries by which visits got their place, with the wishes of then."""
    rows = await session.exec(
        select(WaitingEntry).where(
            col(WaitingEntry.visit_id).in_(visit_ids),
            WaitingEntry.state == WaitingState.PLACED,
        )
    )
    return {one.visit_id: one for one in rows.all() if one.visit_id is not None}


async def _met(session: AsyncSession, visit_ids: Sequence[int]) -> dict[int, datetime]:
    """When somebody of a visit last met the prisoner."""
    mine, own = aliased(Participant), aliased(Visit)
    rows = await session.exec(
        select(own.id, func.max(Visit.starts_at))
        .join(mine, col(mine.visit_id) == col(own.id))
        .join(Participant, col(Participant.visitor_id) == col(mine.visitor_id))
        .join(
            Visit,
            and_(
                col(Visit.id) == col(Participant.visit_id),
                col(Visit.prisoner_id) == col(own.prisoner_id),
            ),
        )
        .where(
            col(own.id).in_(visit_ids),
            mine.part == Part.VISITOR,
            Visit.state == VisitState.COMPLETED,
        )
        .group_by(col(own.id))
    )
    return dict(rows.all())


async def _away(
    session: AsyncSession, of: Day, visits: Iterable[Visit], bounds: Bounds
) -> dict[int | None, dict[int, int | None]]:
    """Where families could go instead, by their point: kilometres, nearest first.

    Their own point, the other stops of the round, and the points of the province that
    are near enough.
    """
    asked = {visit.point_id for visit in visits if visit.point_id is not None}
    rows = await session.exec(select(Site).where(col(Site.id).in_(asked)))
    own = {site.id: site for site in rows.all()}
    round_stops = await session.exec(
        select(MobileStop.village_id).where(
            MobileStop.mobile_day_id == of.mobile_day_id
        )
    )
    stops = set(round_stops.all())
    others: Sequence[Site] = ()
    if bounds.kilometres:
        around = await session.exec(
            select(Site).where(
                col(Site.kind).in_(SERVICE_POINTS - {SiteKind.MOBILE_OFFICE}),
                col(Site.closed_at).is_(None),
                col(Site.province_id).in_({site.province_id for site in own.values()})
                | col(Site.id).in_(stops),
            )
        )
        others = around.all()
    found: dict[int | None, dict[int, int | None]] = {None: {}}
    for point_id, point in own.items():
        near = [(waiting.between(point, site), site.id) for site in others]
        fit = [
            (km, site_id)
            for km, site_id in near
            if site_id != point_id
            and (site_id in stops if km is None else km <= bounds.kilometres)
        ]
        fit.sort(key=lambda one: (one[0] is None, one[0] or 0, one[1]))
        found[point_id] = {point_id: 0, **{site_id: km for km, site_id in fit}}
    return found


def _entry(
    visit: Visit,
    came_from: WaitingEntry | None,
    *,
    points: Iterable[int],
    own_phone: bool,
    bounds: Bounds,
) -> WaitingEntry:
    """What a family would take, with what it wished for when it waited."""
    wished = came_from.points if came_from else []
    return WaitingEntry(
        id=visit.id,
        reference=visit.reference,
        prison_id=visit.prison_id,
        prisoner_id=visit.prisoner_id,
        kind=visit.kind,
        official_wanted=visit.official_wanted or visit.official_id is not None,
        first_day=bounds.first,
        last_day=bounds.last,
        weekdays=list(came_from.weekdays) if came_from else [],
        points=list(dict.fromkeys([*points, *wished])),
        own_phone=own_phone
        or visit.kiosk_id is None
        or (came_from is not None and came_from.own_phone),
        distance_km=came_from.distance_km if came_from else None,
        note=came_from.note if came_from else "",
        created_at=came_from.created_at if came_from else visit.created_at,
        changed_at=visit.changed_at,
    )
