"""What the clock does: the timetable's sweeps, and what the model expects of them."""

from datetime import datetime, time, timedelta

from tests.scheduler.machine import judging
from tests.scheduler.machine.acts_waiting import in_line, seat, suits
from tests.scheduler.machine.ground import (
    AHEAD,
    LENGTH,
    MINUTE,
    SLOTS_A_DAY,
    slot_start,
)
from tests.scheduler.machine.model import (
    GRACE,
    REMEMBERED,
    Ask,
    Asked,
    Entry,
    Model,
    local,
)
from tests.scheduler.machine.tables import Tables, instant

#: Sweeps of the timetable that touch no visit, or would take all evidence away.
LEFT_OUT = frozenset({"send_due", "reconcile", "poll_deliveries", "forget"})
REVIEW = frozenset({"seal_audit", "review_changes"})
_LEFT = frozenset({"cancelled", "declined", "expired"})


def expired(model: Model) -> None:
    """Holds and requests whose time is over, and offers with them."""
    for one, meeting in model.meetings.items():
        due = meeting.until is not None and meeting.until <= model.now
        if due and meeting.state in {"held", "requested"}:
            model.end(one, "expired")
    for asked in model.offers.values():
        if asked.state == "open" and model.meetings[asked.visit].state != "held":
            asked.state = "lapsed"
            entry = model.entries[asked.entry]
            entry.state, entry.visit = "waiting", None


def settled(model: Model) -> None:
    """Visits that nobody came to, and families whose last day is over."""
    for one, meeting in model.meetings.items():
        if meeting.state == "booked" and meeting.ask.end + GRACE <= model.now:
            model.end(one, "missed")
    for entry in model.entries.values():
        if entry.state == "waiting" and entry.last < local(model.now):
            entry.state = "expired"


def offered(model: Model, tables: Tables) -> None:
    """Take over the new offers: each to the right family, and none is missing."""
    visits = {row.id: row for row in tables.visits}
    for row in tables.offers:
        if row.id in model.offers:
            continue
        visit = visits[row.visit_id]
        start = instant(visit.starts_at)
        takers = _takers(model, visit.terminal_id, start)
        assert takers, "nobody could be asked"
        entry, ask = takers[0]
        assert row.entry_id == entry.id, "somebody was before in line"
        until = model.now + min(timedelta(hours=2), (start - model.now) / 2)
        assert instant(visit.hold_until) == instant(row.expires_at) == until
        model.add(visit.id, ask, "held", reasons=frozenset(), until=until)
        model.offers[row.id] = Asked(
            entry=entry.id, visit=visit.id, until=until, start=start
        )
        entry.state, entry.visit = "offered", visit.id
    for terminal, start in _freed(model):
        assert not _takers(model, terminal, start), "a free slot is offered to nobody"


def _freed(model: Model) -> set[tuple[int, datetime]]:
    """What somebody gave up, or moved away from within the last day."""
    given_up = {
        (meeting.ask.terminal, meeting.ask.start)
        for meeting in model.meetings.values()
        if meeting.state in _LEFT
    }
    return given_up | {
        (terminal, start)
        for terminal, start, end, at in model.left
        if end - start == LENGTH and at > model.now - REMEMBERED
    }


def _takers(model: Model, terminal: int, start) -> list[tuple[Entry, Ask]]:
    """Who may be asked for a slot that somebody had, in the order of the line."""
    awake = time(7) <= (model.now + AHEAD).time() < time(22)
    if not awake or start <= model.now + 30 * MINUTE:
        return []
    if (terminal, start) not in _freed(model):
        return []
    day = local(start)
    number = next((n for n in range(SLOTS_A_DAY) if slot_start(day, n) == start), None)
    if number is None:
        return []
    asked = {(one.entry, one.start) for one in model.offers.values()}
    found = []
    for entry in in_line(model, model.ground.terminals[terminal]):
        ask = seat(model, entry, terminal, number, day)
        free = (entry.id, start) not in asked and suits(entry, ask)
        if free and not judging.reasons(model, ask):
            found.append((entry, ask))
    return found
