"""New places for the visits of a day that cannot take place: as many as can be, soon.

Nobody who has a place loses it: only what is free is shared out. Reads; never writes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import possible, rules, sharing, together
from scheduler.displaced import OF_KIOSK, Day, Displaced
from scheduler.possible import Opportunity, Place, Supply
from scheduler.proposals import Proposal, Refusal
from scheduler.sharing import Given, Market
from scheduler.situation import survey, wanted
from scheduler.wishes import proposal_of
from visitation import visits
from visitation.timespan import Timespan
from visitation.visits import claims
from visitation.waiting import Waiting
from visitation.words import Attendance, VisitKind

#: Reasons for which an official cannot come along to a new place.
_OF_OFFICIALS = frozenset(
    {
        Refusal.OFFICIAL_NOT_ACTIVE,
        Refusal.OFFICIAL_NOT_THEN,
        Refusal.OUTSIDE_COVER,
        Refusal.OFFICIAL_BUSY,
    }
)


class Company(StrEnum):
    """What becomes of an official's attendance when a visit moves."""

    NONE = "none"
    COMES_ALONG = "comes_along"
    BY_COVER = "by_cover"
    WANTED = "wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """Where a displaced visit would go.

    Attributes:
        point_id: where the family sits; None on its own phone.
        cover_id: of the cover by which the official attends there.
    """

    span: Timespan
    terminal_id: int
    kiosk_id: int | None
    point_id: int | None
    company: Company
    cover_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The new places, and why there is none for the others, by visit."""

    places: Mapping[int, NewPlace] = field(default_factory=dict)
    refused: Mapping[int, str] = field(default_factory=dict)


async def find(
    session: AsyncSession,
    of: Day,
    line: Sequence[Displaced],
    *,
    prefer: date | None,
    now: datetime,
) -> Found:
    """Give as many as possible a new place, the first in line the soonest.

    The same visits and the same free slots give the same places. On the preferred day
    everybody is better off at their own point than anywhere else on any other day.
    """
    supplies = await _supplies(session, line, now)
    wishes = {
        one.visit.id: _wishes(one, supplies[one.visit.prison_id], of, prefer)
        for one in line
    }
    known = {one.visit.id: one for one in line}
    asked: dict[tuple[int, Place], NewPlace] = {}

    async def ask(family: Waiting, given: Given) -> str | None:
        new = await _asked(session, known[family.entry.id], given, now)
        if isinstance(new, str):
            return new
        asked[family.entry.id, given[1]] = new
        return None

    market = await _market(session, line, wishes, supplies)
    shared = await sharing.share_out([one.family for one in line], market, ask)
    places = {
        visit_id: replace(asked[visit_id, place], terminal_id=terminal_id)
        for visit_id, (terminal_id, place) in shared.given.items()
    }
    return _one_at_a_time(line, Found(places=places, refused=shared.refused))


def _one_at_a_time(line: Sequence[Displaced], found: Found) -> Found:
    """Let an official come along to one visit at a time, the first in line."""
    attending: set[tuple[int, int]] = set()
    places, refused = dict(found.places), dict(found.refused)
    for one in line:
        new = places.get(one.visit.id)
        if new is None or new.company is not Company.COMES_ALONG:
            continue
        when = {(one.visit.official_id or 0, quantum) for quantum in new.span.quanta()}
        if when.isdisjoint(attending):
            attending |= when
        elif one.visit.kind is VisitKind.OFFICIAL:
            del places[one.visit.id]
            refused[one.visit.id] = Refusal.OFFICIAL_BUSY.value
        else:
            places[one.visit.id] = replace(new, company=Company.WANTED)
    return Found(places=places, refused=refused)


async def _supplies(
    session: AsyncSession, line: Iterable[Displaced], now: datetime
) -> dict[int, Supply]:
    by_prison: dict[int, list[Waiting]] = {}
    for one in line:
        by_prison.setdefault(one.visit.prison_id, []).append(one.family)
    return {
        prison_id: await possible.supply(
            session,
            prison_id,
            families,
            first=families[0].entry.first_day,
            last=families[0].entry.last_day,
            now=now,
        )
        for prison_id, families in sorted(by_prison.items())
    }


def _wishes(one: Displaced, known: Supply, of: Day, prefer: date | None) -> list[Place]:
    """What would do for a visit: its own point on the preferred day, else soon."""
    held = _held(one, known)
    points = {point: rank for rank, point in enumerate(one.family.entry.points)}

    def liking(place: Place) -> tuple[object, ...]:
        at = place.opportunity
        own = place.point_id is not None and place.point_id == one.visit.point_id
        rank = points.get(place.point_id or 0, len(points))
        late = at.span.start - one.visit.starts_at
        late -= timedelta(days=round(late / timedelta(days=1)))
        return (
            not (own and at.day == prefer),
            abs(at.day - of.day),
            rank,
            abs(late),
            at.span,
            place.kiosk_id or 0,
        )

    found = possible.places_for(
        one.family,
        known,
        besides=_same_time(one, known),
        mine=held,
    )
    soon = (
        place
        for place in found
        if place.opportunity.day >= of.day or place.opportunity.day == prefer
    )
    return sorted(soon, key=liking)


def _held(one: Displaced, known: Supply) -> frozenset[tuple[str, int]]:
    proposal = proposal_of(one.visit, one.people)
    turnover = known.opening.policy.turnover
    return frozenset(claims.needed(wanted(proposal), proposal.span, turnover))


def _same_time(one: Displaced, known: Supply) -> list[Opportunity]:
    """The terminal that the visit has anyhow, where only its kiosk is missing."""
    if not OF_KIOSK.issuperset(one.reasons):
        return []
    span = Timespan(one.visit.starts_at, one.visit.ends_at)
    return [
        Opportunity(
            span=span,
            day=known.opening.day(span.start),
            kinds=frozenset({one.visit.kind}),
            terminals=(one.visit.terminal_id,),
        )
    ]


async def _market(
    session: AsyncSession,
    line: Sequence[Displaced],
    wishes: Mapping[int, Sequence[Place]],
    supplies: Mapping[int, Supply],
) -> Market:
    turnover = max(known.opening.policy.turnover for known in supplies.values())
    times = {place.opportunity for places in wishes.values() for place in places}
    shared = await together.shared(session, line, wishes, supplies)
    return Market(
        wishes=wishes,
        turnover=turnover,
        mixed=possible.are_mixed(times, turnover),
        uses=shared.uses,
        capacity=shared.capacity,
    )


async def _asked(
    session: AsyncSession, one: Displaced, given: Given, now: datetime
) -> NewPlace | str:
    """How a visit may be moved to a place, or why it may not be."""
    terminal_id, place = given
    moved = replace(
        proposal_of(one.visit, one.people),
        terminal_id=terminal_id,
        span=place.opportunity.span,
        kiosk_id=place.kiosk_id,
    )
    reason = ""
    for company, asked in await _companies(session, one, moved):
        found = await survey(session, asked, now=now, but_visit=one.visit.id)
        reasons = rules.refusals(asked, found.known)
        if not reasons:
            return NewPlace(
                span=moved.span,
                terminal_id=terminal_id,
                kiosk_id=moved.kiosk_id,
                point_id=found.point_id,
                company=company,
                cover_id=asked.cover_id,
            )
        reason = reason or reasons[0].value
        if not _OF_OFFICIALS.issuperset(reasons):
            return next(r.value for r in reasons if r not in _OF_OFFICIALS)
    return reason


async def _companies(
    session: AsyncSession, one: Displaced, moved: Proposal
) -> list[tuple[Company, Proposal]]:
    """The ways in which the official could attend, the best first."""
    if moved.official_id is None:
        return [(Company.NONE, moved)]
    cover = await visits.covering(
        session,
        official_id=moved.official_id,
        prison_id=moved.prison_id,
        kiosk_id=moved.kiosk_id,
        span=moved.span,
    )
    found = []
    if cover is not None:
        found.append((Company.BY_COVER, replace(moved, cover_id=cover.id)))
    beside_family = one.visit.attendance is Attendance.VILLAGE
    if moved.cover_id is None and not beside_family:
        found.append((Company.COMES_ALONG, moved))
    if moved.kind is not VisitKind.OFFICIAL:
        alone = replace(moved, official_id=None, cover_id=None, official_wanted=True)
        found.append((Company.WANTED, alone))
    return found
