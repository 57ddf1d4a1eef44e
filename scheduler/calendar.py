"""A prison's calendar: what is free, taken, closed or past, and what is free next.

Reads; never writes. Each answer takes the same number of queries, however many slots
or visits there are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import openings
from scheduler.openings import Opening
from scheduler.situation import overlapping
from scheduler.slots import Slot
from visitation import visits
from visitation.lifecycle import OCCUPYING, VisitState
from visitation.places import Closure, Station
from visitation.timespan import Timespan
from visitation.visits import Claim, Visit, claims
from visitation.words import VisitKind

#: Visits that a calendar shows: those to come and those that had their time.
SHOWN = OCCUPYING | {VisitState.COMPLETED, VisitState.MISSED, VisitState.UNCLOSED}


class SlotState(StrEnum):
    """What can be done with a slot."""

    FREE = "free"
    TAKEN = "taken"
    CLOSED = "closed"
    PAST = "past"


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySlot:
    """One slot of a prison's day, or a visit that stands beside the slots.

    Attributes:
        visit: the reference of the visit that takes it.
        visit_state: the state of that visit.
        reason: why it is closed, as staff wrote it.
        kinds: the kinds of visit it is for.
    """

    terminal_id: int
    terminal: str
    span: Timespan
    state: SlotState
    visit: str | None = None
    visit_state: VisitState | None = None
    reason: str | None = None
    kinds: frozenset[VisitKind] = frozenset()


async def day(
    session: AsyncSession, *, site_id: int, day: date, now: datetime
) -> list[DaySlot]:
    """Every slot of a prison's local day, in order of time and terminal.

    Raises:
        NotFound: if there is no such prison.
    """
    return (await _between(session, site_id, day, day, now))[day]


async def week(
    session: AsyncSession, *, site_id: int, first: date, now: datetime
) -> dict[date, list[DaySlot]]:
    """Seven local days of a prison from the first, each as `day` gives it.

    Raises:
        NotFound: if there is no such prison.
    """
    return await _between(session, site_id, first, first + timedelta(days=6), now)


async def free(
    session: AsyncSession,
    *,
    site_id: int,
    after: datetime,
    limit: int,
    kiosk_id: int | None = None,
    kind: VisitKind | None = None,
    prisoner_id: int | None = None,
    visitor_ids: Iterable[int] = (),
    official_id: int | None = None,
    length: timedelta | None = None,
) -> list[Slot]:
    """The next slots that begin at or after an instant and are free for all named.

    Looks as far as the prison's horizon from that instant: the first week, then, if
    that was not enough, the rest.

    Raises:
        NotFound: if there is no such prison.
    """
    first = after.date() - timedelta(days=1)
    opening = await openings.opening(
        session, site_id, first=first, last=first + timedelta(days=368)
    )
    people = visits.resources(
        kiosk_id=kiosk_id,
        prisoner_id=prisoner_id,
        visitor_ids=visitor_ids,
        official_id=official_id,
    )
    in_order = {t.id for t in opening.terminals if t.out_of_order is None}
    horizon = after + timedelta(days=opening.policy.horizon_days)
    found: list[Slot] = []

    def suits(slot: Slot) -> bool:
        return (
            after <= slot.span.start <= horizon
            and slot.terminal_id in in_order
            and (kind is None or kind in slot.kinds)
            and (length is None or slot.span.length == length)
        )

    begin = opening.day(after)
    for end in (begin + timedelta(days=6), opening.day(horizon)):
        if len(found) >= limit or end < begin or opening.site.closed_at:
            break
        wanted = [slot for slot in opening.slots(begin, end) if suits(slot)]
        found += await _unclaimed(session, opening, wanted, people)
        begin = end + timedelta(days=1)
    return found[:limit]


async def _unclaimed(
    session: AsyncSession,
    opening: Opening,
    slots: Sequence[Slot],
    people: frozenset[str],
) -> list[Slot]:
    if not slots:
        return []
    turnover = opening.policy.turnover
    names = people | {f"terminal:{terminal.id}" for terminal in opening.terminals}
    whole = Timespan(slots[0].span.start, max(s.span.end for s in slots) + turnover)
    rows = await session.exec(
        select(Claim.resource, Claim.quantum).where(
            col(Claim.resource).in_(names),
            col(Claim.quantum) >= whole.quanta().start,
            col(Claim.quantum) < whole.quanta().stop,
        )
    )
    taken = set(rows.all())
    return [slot for slot in slots if taken.isdisjoint(_needs(slot, people, turnover))]


def _needs(
    slot: Slot, people: frozenset[str], turnover: timedelta
) -> list[tuple[str, int]]:
    names = people | {f"terminal:{slot.terminal_id}"}
    return claims.needed(names, slot.span, turnover)


async def _between(
    session: AsyncSession, site_id: int, first: date, last: date, now: datetime
) -> dict[date, list[DaySlot]]:
    opening = await openings.opening(session, site_id, first=first, last=last)
    whole = opening.span(first, last)
    shown = await _visits(session, site_id, whole)
    closures = await _closures(session, opening, whole)
    days: dict[date, list[DaySlot]] = {
        first + timedelta(days=n): [] for n in range((last - first).days + 1)
    }
    terminals = {terminal.id: terminal for terminal in opening.terminals}
    seen = set()
    for slot in opening.slots(first, last):
        visit = _visit_in(slot, shown, opening.policy.turnover)
        terminal = terminals[slot.terminal_id]
        seen.add(visit.reference if visit else None)
        days[opening.day(slot.span.start)].append(
            _row(
                terminal,
                slot.span,
                visit,
                closures=closures,
                now=now,
                kinds=slot.kinds,
            )
        )
    for visit in shown:
        if visit.reference not in seen and whole.covers(visit.starts_at):
            days[opening.day(visit.starts_at)].append(
                _row(terminals[visit.terminal_id], _span(visit), visit, now=now)
            )
    for rows in days.values():
        rows.sort(key=lambda row: (row.span.start, row.terminal, row.terminal_id))
    return days


def _row(
    terminal: Station,
    span: Timespan,
    visit: Visit | None,
    *,
    closures: Sequence[Closure] = (),
    now: datetime,
    kinds: frozenset[VisitKind] = frozenset(),
) -> DaySlot:
    reason = _closed_because(terminal, span, closures)
    if visit is not None:
        state = SlotState.TAKEN
    elif reason is not None:
        state = SlotState.CLOSED
    elif span.start < now:
        state = SlotState.PAST
    else:
        state = SlotState.FREE
    return DaySlot(
        terminal_id=terminal.id,
        terminal=terminal.name,
        span=span,
        state=state,
        visit=visit.reference if visit else None,
        visit_state=visit.state if visit else None,
        reason=reason,
        kinds=kinds,
    )


def _closed_because(
    terminal: Station, span: Timespan, closures: Sequence[Closure]
) -> str | None:
    for closure in closures:
        here = closure.station_id in {None, terminal.id}
        if here and closure.starts_at < span.end and span.start < closure.ends_at:
            return closure.reason
    return terminal.out_of_order


def _visit_in(slot: Slot, shown: Sequence[Visit], turnover: timedelta) -> Visit | None:
    """The visit that keeps a slot from others, or that once had it."""
    wanted = slot.span.widened(timedelta(0), turnover)
    there = [v for v in shown if v.terminal_id == slot.terminal_id]
    for visit in there:
        taken = _span(visit).widened(timedelta(0), turnover)
        if visit.state in OCCUPYING and taken.overlaps(wanted):
            return visit
    return next((v for v in there if slot.span.covers(v.starts_at)), None)


def _span(visit: Visit) -> Timespan:
    return Timespan(visit.starts_at, visit.ends_at)


async def _visits(
    session: AsyncSession, site_id: int, whole: Timespan
) -> Sequence[Visit]:
    rows = await session.exec(
        select(Visit)
        .where(
            Visit.prison_id == site_id,
            col(Visit.starts_at) >= whole.start - timedelta(days=1),
            col(Visit.starts_at) < whole.end,
            col(Visit.ends_at) > whole.start,
            col(Visit.state).in_(SHOWN),
        )
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    return rows.all()


async def _closures(
    session: AsyncSession, opening: Opening, whole: Timespan
) -> Sequence[Closure]:
    rows = await session.exec(
        select(Closure)
        .where(Closure.site_id == opening.site.id, overlapping(whole))
        .order_by(col(Closure.starts_at), col(Closure.id))
    )
    return rows.all()
