"""The times that a family can book by itself: free, and refused by no rule.

What is refused is asked of the same rules as a booking: once for each day, and once
for each time of the day that is looked at. Reads; never writes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calendar, objections, times, verdict
from scheduler.proposals import Proposal, Refusal
from scheduler.seats import seats
from scheduler.times import Party, Time
from visitation import people, places
from visitation.people import Appointment
from visitation.places import Policy, Site
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Asker

_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookable:
    """What some days have for a family.

    Attributes:
        days: the times of each day that has any.
        against: what the rules have against the days whose free times cannot be had.
        refused: one of those times.
    """

    days: Mapping[date, tuple[Time, ...]]
    against: tuple[Refusal, ...] = ()
    refused: Time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """Why there is no time at all, and from when there may be one.

    Attributes:
        reasons: what the rules say; empty where everything is taken or closed.
        again_from: the first day for which the prisoner has a visit left.
        next_day: the first day beyond the horizon that has something free.
        opens_on: the day from which that can be booked.
    """

    reasons: tuple[Refusal, ...] = ()
    again_from: date | None = None
    next_day: date | None = None
    opens_on: date | None = None


def proposal(party: Party, time: Time) -> Proposal:
    """What would be booked at a time."""
    return Proposal(
        prison_id=party.prison_id,
        terminal_id=time.place.terminal_id,
        span=time.place.span,
        kind=party.kind,
        prisoner_id=party.prisoner_id,
        visitor_ids=party.visitor_ids,
        kiosk_id=time.place.kiosk_id,
        asked_by=Asker.FAMILY,
    )


async def bookable(
    session: AsyncSession,
    party: Party,
    *,
    first: date,
    last: date,
    now: datetime,
    but_visit: Visit | None = None,
) -> Bookable:
    """The times from one local day to another that a family could book.

    What `but_visit` takes is free, for the family would give it back.

    Raises:
        NotFound: if there is no such prison.
    """
    free = await times.free(
        session,
        party,
        asker=Asker.FAMILY,
        first=first,
        last=last,
        now=now,
        but_visit=but_visit,
    )
    away = await _away(session, party.prisoner_id, free)
    days: dict[date, tuple[Time, ...]] = {}
    against: list[Refusal] = []
    refused: Time | None = None
    for day, found in times.by_day(free).items():
        there = tuple(one for one in found if not _overlaps(one, away))
        asked = proposal(party, (there or found)[0])
        reasons = await objections.against(
            session, asked, now=now, but_visit=but_visit.id if but_visit else None
        )
        if there and not reasons:
            days[day] = there
        else:
            against += reasons
            refused = found[0]
    return Bookable(days=days, against=tuple(dict.fromkeys(against)), refused=refused)


async def of_day(
    session: AsyncSession,
    party: Party,
    day: date,
    *,
    now: datetime,
    but_visit: Visit | None = None,
) -> tuple[Time, ...]:
    """The times of one day that a family could book, each asked of the rules."""
    free = await times.free(
        session,
        party,
        asker=Asker.FAMILY,
        first=day,
        last=day,
        now=now,
        but_visit=but_visit,
    )
    but = but_visit.id if but_visit else None
    return tuple(
        [
            one
            for one in free
            if not await objections.against(
                session, proposal(party, one), now=now, but_visit=but
            )
        ]
    )


async def horizon(
    session: AsyncSession, prison_id: int, now: datetime
) -> tuple[date, date, Policy]:
    """The first and the last day that a family may book, and the prison's policy."""
    policy = await places.policy_of(session, prison_id)
    first, last = times.reach(
        now, policy.notice(Asker.FAMILY), policy.horizon(Asker.FAMILY)
    )
    return first, last, policy


async def soonest(
    session: AsyncSession,
    party: Party,
    *,
    now: datetime,
    but_visit: Visit | None = None,
) -> date | Nothing:
    """The first day with a time that a family could book; else why there is none."""
    first, last, policy = await horizon(session, party.prison_id, now)
    begin, against = first, list[Refusal]()
    refused: Time | None = None
    while begin <= last:
        end = min(begin + _MONTH, last)
        found = await bookable(
            session, party, first=begin, last=end, now=now, but_visit=but_visit
        )
        if found.days:
            return min(found.days)
        against += found.against
        refused = found.refused or refused
        begin = end + timedelta(days=1)
    if refused is not None:
        return await _refused(session, party, refused, tuple(against), now)
    return await _beyond(session, party, policy, now)


async def _refused(
    session: AsyncSession,
    party: Party,
    time: Time,
    against: Sequence[Refusal],
    now: datetime,
) -> Nothing:
    asked = proposal(party, time)
    reasons = tuple(dict.fromkeys(against))
    prison = (await seats(session, asked)).prison
    known = await verdict.refused_for(session, asked, reasons, prison, now)
    return Nothing(reasons=reasons, again_from=known.again_from)


async def _beyond(
    session: AsyncSession, party: Party, policy: Policy, now: datetime
) -> Nothing:
    ahead = policy.horizon(Asker.FAMILY)
    found = await calendar.free(
        session,
        site_id=party.prison_id,
        after=now + ahead,
        limit=1,
        kind=party.kind,
        prisoner_id=party.prisoner_id,
        visitor_ids=party.visitor_ids,
    )
    if not found:
        return Nothing()
    zone = await _zone(session, party.prison_id)
    start = found[0].span.start
    return Nothing(
        next_day=start.astimezone(zone).date(),
        opens_on=(start - ahead).astimezone(zone).date(),
    )


async def _zone(session: AsyncSession, prison_id: int) -> ZoneInfo:
    return ZoneInfo((await session.get_one(Site, prison_id)).zone)


async def _away(
    session: AsyncSession, prisoner_id: int, free: Sequence[Time]
) -> list[Timespan]:
    """When the prisoner has to be elsewhere, among some times."""
    if not free:
        return []
    whole = Timespan(free[0].place.span.start, free[-1].place.span.end)
    rows = await session.exec(
        select(Appointment.starts_at, Appointment.ends_at).where(
            people.clashing(prisoner_id, whole)
        )
    )
    return [Timespan(start, end) for start, end in rows.all()]


def _overlaps(time: Time, spans: Iterable[Timespan]) -> bool:
    return any(time.place.span.overlaps(one) for one in spans)
