"""A prison's calendar: what is free, taken, closed or past, and what is free next.

Reads; never writes. Each answer takes the same number of queries, however many slots
or visits there are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import openings
from scheduler.openings import Opening, Terminal
from scheduler.shown import Shown, VisitShown, closed_because, closures_in, visits_in
from scheduler.slots import Slot
from visitation import visits
from visitation.lifecycle import VisitState
from visitation.timespan import Timespan
from visitation.visits import Claim, claims
from visitation.words import VisitKind

_NONE: frozenset[int] = frozenset()


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

    Looks as far as the prison's horizon from that instant: the first day, then, if
    that was not enough, the week, then the rest.

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
    horizon = after + timedelta(days=opening.policy.horizon_days)
    suits = _suitable(opening, (after, horizon), kind, length)
    found: list[Slot] = []
    begin = opening.day(after)
    near = [begin + timedelta(days=days) for days in (0, 6)]
    for end in (*near, opening.day(horizon)):
        if len(found) >= limit or end < begin or opening.site.closed_at:
            break
        wanted = [slot for slot in opening.slots(begin, end) if suits(slot)]
        more = limit - len(found)
        found += await _unclaimed(session, opening, wanted, people, more)
        begin = end + timedelta(days=1)
    return found


def _suitable(
    opening: Opening,
    between: tuple[datetime, datetime],
    kind: VisitKind | None,
    length: timedelta | None,
) -> Callable[[Slot], bool]:
    """Which slots begin in that time and are of that kind and length, where one is."""
    soonest, latest = between
    in_order = {t.id for t in opening.terminals if t.out_of_order is None}

    def suits(slot: Slot) -> bool:
        return (
            soonest <= slot.span.start <= latest
            and slot.terminal_id in in_order
            and (kind is None or kind in slot.kinds)
            and (length is None or slot.span.length == length)
        )

    return suits


async def _unclaimed(
    session: AsyncSession,
    opening: Opening,
    slots: Sequence[Slot],
    people: frozenset[str],
    limit: int,
) -> list[Slot]:
    """The first of the slots, in their order, at which nobody named is claimed."""
    if not slots:
        return []
    turnover = opening.policy.turnover
    terminals = {f"terminal:{one.id}": one.id for one in opening.terminals}
    whole = Timespan(slots[0].span.start, max(s.span.end for s in slots) + turnover)
    quanta = whole.quanta()
    rows = await session.exec(
        select(Claim.resource, Claim.quantum).where(
            col(Claim.resource).in_([*terminals, *people]),
            col(Claim.quantum) >= quanta.start,
            col(Claim.quantum) < quanta.stop,
        )
    )
    taken: defaultdict[int | str, set[int]] = defaultdict(set)
    for resource, quantum in rows:
        taken[terminals.get(resource, resource)].add(quantum)
    free = (slot for slot in slots if _is_free(slot, taken, people, turnover))
    return list(islice(free, limit))


def _is_free(
    slot: Slot,
    taken: Mapping[int | str, set[int]],
    people: frozenset[str],
    turnover: timedelta,
) -> bool:
    quanta = slot.span.widened(timedelta(0), turnover).quanta()
    if not taken.get(slot.terminal_id, _NONE).isdisjoint(quanta):
        return False
    busy = [name for name in people if name in taken]
    needed = claims.needed(busy, slot.span, turnover) if busy else ()
    return all(quantum not in taken[name] for name, quantum in needed)


async def _between(
    session: AsyncSession, site_id: int, first: date, last: date, now: datetime
) -> dict[date, list[DaySlot]]:
    opening = await openings.opening(session, site_id, first=first, last=last)
    whole = opening.span(first, last)
    shown = Shown(
        await visits_in(session, site_id, whole), turnover=opening.policy.turnover
    )
    closures = await closures_in(session, opening, whole)
    days: dict[date, list[DaySlot]] = {
        first + timedelta(days=n): [] for n in range((last - first).days + 1)
    }
    terminals = {terminal.id: terminal for terminal in opening.terminals}
    for sitting in opening.sittings(first, last):
        shut = [one for one in closures if one.span.overlaps(sitting.span)]
        day = days[opening.day(sitting.span.start)]
        for seat in sitting.seats:
            terminal = terminals[seat.terminal_id]
            visit = shown.within(terminal.id, sitting.span)
            reason = closed_because(terminal, shut)
            day.append(
                _row(terminal, sitting.span, visit, reason, now=now, kinds=seat.kinds)
            )
    for visit in shown.beside():
        if whole.covers(visit.starts_at):
            row = _row(terminals[visit.terminal_id], visit.span, visit, None, now=now)
            days[opening.day(visit.starts_at)].append(row)
    for rows in days.values():
        rows.sort(key=lambda row: (row.span.start, row.terminal, row.terminal_id))
    return days


def _row(
    terminal: Terminal,
    span: Timespan,
    visit: VisitShown | None,
    reason: str | None,
    *,
    now: datetime,
    kinds: frozenset[VisitKind] = frozenset(),
) -> DaySlot:
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
