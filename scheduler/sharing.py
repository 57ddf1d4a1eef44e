"""Sharing out: who of those in line gets which free place, as far as the rules allow.

Draws up who gets what, asks about each place, and draws up anew without what is
refused. Knows no table: what is free is brought along, and who asks answers.
"""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from scheduler.allocation import Option, Request, allocate
from scheduler.possible import Opportunity, Place
from scheduler.proposals import Refusal
from visitation.visits import periods
from visitation.waiting import Waiting

#: How often families whose place the rules refuse are given another.
ROUNDS = 8
#: Whoever never met stands before all who did, as in the line.
_NEVER = 1_000_000
#: What another time or place would not change.
_PERSONAL = frozenset(
    {
        Refusal.PRISONER_ELSEWHERE,
        Refusal.PRISONER_RELEASED,
        Refusal.NOBODY_VISITS,
        Refusal.PARTY_TOO_LARGE,
        Refusal.NOT_APPROVED,
        Refusal.NOT_A_LAWYER,
        Refusal.OFFICIAL_MISSING,
    }
)
#: What another time of the same day would not change.
_DAILY = frozenset(
    {Refusal.HOLIDAY, Refusal.KEPT_APART, Refusal.WEEKLY_LIMIT, Refusal.MONTHLY_LIMIT}
)
#: What a place in line becomes: a terminal and a place.
Given = tuple[int, Place]
#: Why a place may not be given to somebody, or None.
Ask = Callable[[Waiting, Given], Awaitable[str | None]]
#: What somebody at a place would use up besides its seats and their own time.
Uses = Callable[[Waiting, Place], tuple[Hashable, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What is shared out.

    Attributes:
        wishes: the places that would do for each entry, the best liked first.
        turnover: how long a seat stays taken after its use.
        mixed: whether two of the times overlap, so that one kiosk serves only one.
        uses: what a place would use up besides.
        capacity: how often that may be used, where it is not once.
    """

    wishes: Mapping[int, Sequence[Place]]
    turnover: timedelta
    mixed: bool
    uses: Uses = lambda _one, _place: ()
    capacity: Mapping[Hashable, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Who got what, and why the others got nothing, by entry."""

    given: Mapping[int, Given]
    refused: Mapping[int, str]


async def share_out(line: Sequence[Waiting], market: Market, ask: Ask) -> Shared:
    """Give as many as possible a place that nobody objects to, in the line's order."""
    wishes = dict(market.wishes)
    allowed: set[tuple[int, Place]] = set()
    why: dict[int, str] = {}
    for _ in range(ROUNDS):
        given, reasons = _round(line, wishes, market)
        refused = False
        for one in line:
            place = given.get(one.entry.id)
            if place is None or (one.entry.id, place[1]) in allowed:
                continue
            reason = await ask(one, place)
            if reason is None:
                allowed.add((one.entry.id, place[1]))
                continue
            refused = True
            why[one.entry.id] = reason
            left, known = await _left(one, wishes[one.entry.id], place[1], reason, ask)
            wishes[one.entry.id] = left
            allowed |= {(one.entry.id, other) for other in known}
        if not refused:
            break
    else:
        # Nobody is promised what the rules have not seen.
        given = {
            who: place for who, place in given.items() if (who, place[1]) in allowed
        }
    return Shared(
        given=given,
        refused={
            one.entry.id: why.get(one.entry.id) or reasons.get(one.entry.id, "taken")
            for one in line
            if one.entry.id not in given
        },
    )


def _round(
    line: Sequence[Waiting], wishes: Mapping[int, Sequence[Place]], market: Market
) -> tuple[dict[int, Given], dict[int, str]]:
    requests = [_request(one, wishes[one.entry.id], market) for one in line]
    capacity: dict[Hashable, int] = {
        _pool(place.opportunity): len(place.opportunity.terminals)
        for places in wishes.values()
        for place in places
    }
    shared = allocate(requests, {**capacity, **market.capacity})
    terminals: dict[Opportunity, list[int]] = {}
    given: dict[int, Given] = {}
    for served in shared.served:
        place = wishes[served.request.id][served.wish]
        at = place.opportunity
        free = terminals.setdefault(at, list(at.terminals))
        given[served.request.id] = (free.pop(0), place)
    return given, {one.request.id: one.reason.value for one in shared.unserved}


def _request(one: Waiting, places: Sequence[Place], market: Market) -> Request:
    people = [f"prisoner:{one.entry.prisoner_id}"]
    people += [f"visitor:{visitor}" for visitor in one.visitor_ids]
    return Request(
        id=one.entry.id,
        waited_days=one.waited_days + (_NEVER if one.met_at is None else 0),
        since=one.entry.created_at,
        distance_km=one.distance_km,
        options=tuple(
            Option(takes=_takes(place, people, market) + market.uses(one, place))
            for place in places
        ),
    )


def _takes(place: Place, people: Sequence[str], market: Market) -> tuple[Hashable, ...]:
    at = place.opportunity
    names = [*people]
    if place.kiosk_id is not None:
        names.append(f"kiosk:{place.kiosk_id}")
    when: Sequence[Hashable] = [at.span]
    if market.mixed:
        when = at.span.widened(timedelta(0), market.turnover).quanta()
    return (_pool(at), *((name, moment) for name in names for moment in when))


def _pool(at: Opportunity) -> Hashable:
    """The terminals of a prison that are free at a time for the same kinds."""
    return ("terminals", at.span, at.kinds, at.terminals)


async def _left(
    one: Waiting, places: Sequence[Place], refused: Place, reason: str, ask: Ask
) -> tuple[list[Place], set[Place]]:
    """What is left to try, and what of it is allowed for certain.

    Nothing is left where the family itself is the reason. Where the time is, each
    other one of the day is asked about at once, so that a day costs one round.
    """
    if reason in _PERSONAL:
        return [], set()
    day = refused.opportunity.day

    def refused_as_well(other: date) -> bool:
        if reason == Refusal.WEEKLY_LIMIT:
            return periods.week_of(other) == periods.week_of(day)
        if reason == Refusal.MONTHLY_LIMIT:
            return periods.month_of(other) == periods.month_of(day)
        return other == day

    left, known = [], set()
    for place in places:
        if not refused_as_well(place.opportunity.day):
            left.append(place)
        elif reason not in _DAILY and place != refused:
            terminal_id = place.opportunity.terminals[0]
            if await ask(one, (terminal_id, place)) is None:
                left.append(place)
                known.add(place)
    return left, known
