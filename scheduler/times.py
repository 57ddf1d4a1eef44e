"""The times that a family could come to one place: what is free there, day by day.

Reads in a fixed number of queries. What is found is free for the prison, the place and
the people; whether it may be booked is still for the rules to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import possible
from scheduler.possible import Opportunity, Supply, Taken
from scheduler.ranked import Place
from visitation.timespan import Timespan
from visitation.visits import Claim, Visit
from visitation.waiting import Waiting, WaitingEntry
from visitation.words import Asker, VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who would come to visit whom, and where they would sit.

    Attributes:
        point_id: the service point; None for the family's own phone.
    """

    prison_id: int
    prisoner_id: int
    visitor_ids: frozenset[int]
    point_id: int | None
    kind: VisitKind = VisitKind.FAMILY


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A time that is free, on its local day, and one pair of seats for it."""

    day: date
    place: Place


async def free(
    session: AsyncSession,
    party: Party,
    *,
    asker: Asker,
    first: date,
    last: date,
    now: datetime,
    but_visit: Visit | None = None,
) -> tuple[Time, ...]:
    """The free times from one local day to another that whoever asks may ask for.

    What `but_visit` takes is free, too: whoever has it would give it back.

    Raises:
        NotFound: if there is no such prison.
    """
    one = _as_waiting(party, first, last, now)
    known = await possible.supply(
        session, party.prison_id, [one], first=first, last=last, now=now
    )
    mine, own = await _given_back(session, known, but_visit)
    policy = known.opening.policy
    soonest, latest = now + policy.notice(asker), now + policy.horizon(asker)
    found: dict[datetime, Time] = {}
    for place in possible.places_for(one, known, besides=own, mine=mine):
        chance = place.opportunity
        if not soonest <= chance.span.start <= latest:
            continue
        seats = Place(
            terminal_id=chance.terminals[0], span=chance.span, kiosk_id=place.kiosk_id
        )
        found.setdefault(chance.span.start, Time(day=chance.day, place=seats))
    return tuple(found[start] for start in sorted(found))


async def _given_back(
    session: AsyncSession, known: Supply, visit: Visit | None
) -> tuple[Taken, tuple[Opportunity, ...]]:
    """What a visit takes, and its time, which nobody else could have."""
    if visit is None:
        return frozenset(), ()
    rows = await session.exec(
        select(Claim.resource, Claim.quantum).where(Claim.visit_id == visit.id)
    )
    span = Timespan(visit.starts_at, visit.ends_at)
    own = Opportunity(
        span=span,
        day=known.opening.day(span.start),
        kinds=frozenset({visit.kind}),
        terminals=(visit.terminal_id,),
    )
    mine = frozenset((resource, quantum) for resource, quantum in rows.all())
    return mine, (own,)


def by_day(times: Iterable[Time]) -> dict[date, list[Time]]:
    """The times of each day that has any, in order."""
    days: dict[date, list[Time]] = {}
    for one in times:
        days.setdefault(one.day, []).append(one)
    return days


def reach(now: datetime, notice: timedelta, horizon: timedelta) -> tuple[date, date]:
    """The first and the last day that may hold a time, whatever the zone."""
    a_day = timedelta(days=1)
    return (now + notice - a_day).date(), (now + horizon + a_day).date()


def _as_waiting(party: Party, first: date, last: date, now: datetime) -> Waiting:
    """The party as if it stood in line: it wants the same of a prison."""
    entry = WaitingEntry(
        id=0,
        reference="",
        prison_id=party.prison_id,
        prisoner_id=party.prisoner_id,
        kind=party.kind,
        first_day=first,
        last_day=last,
        weekdays=[],
        points=[] if party.point_id is None else [party.point_id],
        own_phone=party.point_id is None,
        created_at=now,
        changed_at=now,
    )
    return Waiting(
        entry=entry,
        visitor_ids=tuple(sorted(party.visitor_ids)),
        place=1,
        met_at=None,
        waited_days=0,
        distance_km=0,
    )
