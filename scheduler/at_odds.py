"""What other rules would do to visits that are booked: which of them no longer fit.

Looks and changes nothing. A visit that would not fit stays booked; whoever changes the
rules is told first. Rules that are asked only of whoever books put nothing at odds.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import facts
from visitation.lifecycle import ARRANGED, VisitState
from visitation.people import Visitor
from visitation.places import Policy, Proposed, Site
from visitation.visits import Participant, Visit, periods
from visitation.words import VisitKind

#: A month of the calendar is no longer, and counts from its first day.
_LONGEST_PERIOD = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A visit as rules look at it; `day` is the prison's."""

    reference: str
    prison_id: int
    terminal_id: int | None
    prisoner_id: int
    kind: VisitKind
    state: VisitState
    starts_at: datetime
    ends_at: datetime
    day: date
    birthdays: tuple[date | None, ...]


#: Gives the references of the visits that do not fit a policy.
Check = Callable[[Sequence[Booked], Policy, datetime], set[str]]


def _too_large(visits: Sequence[Booked], policy: Policy, now: datetime) -> set[str]:
    return {one.reference for one in visits if len(one.birthdays) > policy.max_party}


def _without_adult(visits: Sequence[Booked], policy: Policy, now: datetime) -> set[str]:
    return {
        one.reference
        for one in visits
        if one.birthdays
        and all(
            born and facts.age(born, one.day) < policy.adult_age
            for born in one.birthdays
        )
    }


def _too_far(visits: Sequence[Booked], policy: Policy, now: datetime) -> set[str]:
    until = now + timedelta(days=policy.horizon_days)
    return {one.reference for one in visits if one.starts_at > until}


def _too_many_a_week(
    visits: Sequence[Booked], policy: Policy, now: datetime
) -> set[str]:
    return _beyond(visits, periods.week_of, policy.visits_per_week)


def _too_many_a_month(
    visits: Sequence[Booked], policy: Policy, now: datetime
) -> set[str]:
    return _beyond(visits, periods.month_of, policy.visits_per_month)


def _too_close(visits: Sequence[Booked], policy: Policy, now: datetime) -> set[str]:
    by_terminal: dict[int | None, list[Booked]] = defaultdict(list)
    for one in sorted(visits, key=lambda one: one.starts_at):
        by_terminal[one.terminal_id].append(one)
    return {
        later.reference
        for booked in by_terminal.values()
        for earlier, later in pairwise(booked)
        if later.starts_at - earlier.ends_at < policy.turnover
    }


def _beyond(
    visits: Sequence[Booked],
    period_of: Callable[[date], periods.Period],
    most: int,
) -> set[str]:
    counted: dict[tuple[int, str], list[Booked]] = defaultdict(list)
    for one in sorted(visits, key=lambda one: one.starts_at):
        if one.kind is VisitKind.FAMILY:
            counted[one.prisoner_id, period_of(one.day).name].append(one)
    return {one.reference for some in counted.values() for one in some[most:]}


def _everybody(visits: Sequence[Booked]) -> int:
    return len(visits)


def _families(visits: Sequence[Booked]) -> int:
    return sum(one.kind is VisitKind.FAMILY for one in visits)


def _supervised(visits: Sequence[Booked]) -> int:
    return sum(one.kind is not VisitKind.LEGAL for one in visits)


def _asked(visits: Sequence[Booked]) -> int:
    return sum(one.state is VisitState.REQUESTED for one in visits)


#: By number: what of it a booked visit may be at odds with.
CHECKS: Mapping[str, Check] = {
    "max_party": _too_large,
    "adult_age": _without_adult,
    "horizon_days": _too_far,
    "visits_per_week": _too_many_a_week,
    "visits_per_month": _too_many_a_month,
    "turnover_minutes": _too_close,
}
#: By number: for how many visits to come it holds that are booked or asked for already.
HOLDS: Mapping[str, Callable[[Sequence[Booked]], int]] = {
    "cancel_minutes": _everybody,
    "early_minutes": _everybody,
    "grace_minutes": _everybody,
    "reminder_hours": _everybody,
    "reminder_soon_minutes": _everybody,
    "reconnect_grace_seconds": _everybody,
    "credit_max_minutes": _everybody,
    "decide_minutes": _asked,
    "supervision": _families,
    "chatting": _families,
    "recorded": _supervised,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change of one number does to visits to come.

    Attributes:
        at_odds: references of those that would not fit any more, the nearest first.
        holds: for how many it holds though they are booked; None where it is asked of
            whoever books from now on alone.
    """

    at_odds: tuple[str, ...]
    holds: int | None


async def effects(
    session: AsyncSession, proposed: Proposed, *, now: datetime
) -> Mapping[str, Effect]:
    """What each change does to the visits to come of the prisons that it changes."""
    changed = {
        prison
        for prison, after in proposed.after.items()
        if after != proposed.before[prison]
    }
    every = await _booked(session, sorted(changed), now)
    return {name: _effect(name, every, proposed, now=now) for name in proposed.changes}


def _effect(
    name: str,
    every: Mapping[int, Sequence[Booked]],
    proposed: Proposed,
    *,
    now: datetime,
) -> Effect:
    at_odds: list[Booked] = []
    holds = 0
    for prison, visits in every.items():
        before, after = proposed.before[prison], proposed.after[prison]
        if getattr(before, name) == getattr(after, name):
            continue
        ahead = [one for one in visits if _is_ahead(one, now)]
        if name in HOLDS:
            holds += HOLDS[name](ahead)
        if name in CHECKS:
            check = CHECKS[name]
            found = check(visits, after, now) - check(visits, before, now)
            at_odds += [one for one in ahead if one.reference in found]
    at_odds.sort(key=lambda one: (one.starts_at, one.reference))
    return Effect(
        at_odds=tuple(one.reference for one in at_odds),
        holds=holds if name in HOLDS else None,
    )


def _is_ahead(visit: Booked, now: datetime) -> bool:
    return visit.state in ARRANGED and visit.ends_at > now


async def _booked(
    session: AsyncSession, prison_ids: Sequence[int], now: datetime
) -> Mapping[int, Sequence[Booked]]:
    """What is arranged, and what took place in the months that are not over."""
    ended = {VisitState.LIVE, VisitState.COMPLETED, VisitState.UNCLOSED}
    where = (
        col(Visit.prison_id).in_(prison_ids),
        col(Visit.starts_at) > now - _LONGEST_PERIOD,
        col(Visit.state).in_(ARRANGED | ended),
    )
    visits = (
        await session.exec(
            select(Visit, Site.zone)
            .join(Site, col(Site.id) == col(Visit.prison_id))
            .where(*where)
        )
    ).all()
    parties: dict[int, list[date | None]] = defaultdict(list)
    for visit_id, born_on in await session.exec(
        select(Participant.visit_id, col(Visitor.born_on))
        .join(Visitor, col(Visitor.id) == col(Participant.visitor_id))
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .where(*where)
    ):
        parties[visit_id].append(born_on)
    found: dict[int, list[Booked]] = defaultdict(list)
    for visit, zone in visits:
        one = _as_rules_see(visit, ZoneInfo(zone), parties[visit.id])
        found[visit.prison_id].append(one)
    return found


def _as_rules_see(
    visit: Visit, zone: ZoneInfo, birthdays: Sequence[date | None]
) -> Booked:
    return Booked(
        reference=visit.reference,
        prison_id=visit.prison_id,
        terminal_id=visit.terminal_id,
        prisoner_id=visit.prisoner_id,
        kind=visit.kind,
        state=visit.state,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        day=visit.starts_at.astimezone(zone).date(),
        birthdays=tuple(birthdays),
    )
