"""What must hold after every step, whatever was done.

Each looks at the tables as SQL gives them. Those that need no model stand on their own
legs; the others compare with the model.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from tests.scheduler.machine import judging
from tests.scheduler.machine.ground import TURNOVER
from tests.scheduler.machine.model import HOLDING, LIMITS, Meeting, Model, periods
from tests.scheduler.machine.tables import Tables, facts, instant

Invariant = Callable[[Model, Tables], None]
_REMINDERS = frozenset({"visit_reminder_day", "visit_reminder_soon"})
_OFFICIAL_PARTS = frozenset({"official", "companion"})
#: What each act does to a visit, as its history should read.
_LIFE = {
    ("", "visit_hold"): "held",
    ("held", "visit_submit"): "requested",
    ("held", "visit_confirm"): "booked",
    ("held", "visit_cancel"): "cancelled",
    ("held", "visit_expire"): "expired",
    ("requested", "visit_approve"): "booked",
    ("requested", "visit_decline"): "declined",
    ("requested", "visit_cancel"): "cancelled",
    ("requested", "visit_expire"): "expired",
    ("booked", "visit_move"): "booked",
    ("booked", "visit_cancel"): "cancelled",
    ("booked", "visit_miss"): "missed",
}


def same(found: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> None:
    """Equal; what differs is said, not all there is."""
    differing = {
        one: (found.get(one), wanted.get(one))
        for one in found.keys() | wanted.keys()
        if found.get(one) != wanted.get(one)
    }
    assert not differing, f"in the tables and in the model: {differing}"


def visits_are_the_models(model: Model, tables: Tables) -> None:
    found = {
        row.id: (
            row.state,
            row.prison_id,
            row.terminal_id,
            row.kiosk_id,
            row.prisoner_id,
            row.official_id,
            row.cover_id,
            bool(row.official_wanted),
            instant(row.starts_at),
            instant(row.ends_at),
            row.version,
            row.series_id,
            row.kind,
        )
        for row in tables.visits
    }
    same(found, {one: _row(meeting) for one, meeting in model.meetings.items()})
    coming = defaultdict(set)
    for row in tables.participants:
        if row.visitor_id:
            coming[row.visit_id].add(row.visitor_id)
    assert coming == {
        one: set(meeting.ask.visitors)
        for one, meeting in model.meetings.items()
        if meeting.ask.visitors
    }


def _row(meeting: Meeting) -> tuple[object, ...]:
    ask = meeting.ask
    return (
        *(meeting.state, ask.prison, ask.terminal, ask.kiosk, ask.prisoner),
        *(ask.official, ask.cover, ask.wanted, ask.start, ask.end),
        *(meeting.version, meeting.series, ask.kind),
    )


def nobody_is_in_two_places(model: Model, tables: Tables) -> None:
    """From the visits and covers alone: no claim, no model."""
    busy = defaultdict(list)
    spans = {}
    for row in tables.visits:
        if row.state in HOLDING:
            spans[row.id] = span = (instant(row.starts_at), instant(row.ends_at))
            until = (span[0], span[1] + TURNOVER)
            busy["terminal", row.terminal_id].append(until)
            busy["kiosk", row.kiosk_id or f"none of {row.id}"].append(until)
            busy["prisoner", row.prisoner_id].append(span)
            if row.official_id and not row.cover_id:
                busy["official", row.official_id].append(span)
    for one in tables.participants:
        if one.visitor_id and one.visit_id in spans:
            busy["visitor", one.visitor_id].append(spans[one.visit_id])
    for row in tables.covers:
        span = (instant(row.starts_at), instant(row.ends_at))
        busy["official", row.official_id].append(span)
    for what, taken in busy.items():
        for one, other in pairwise(sorted(taken)):
            assert one[1] <= other[0], f"{what} is in two places at {other[0]}"


def claims_are_what_is_held(model: Model, tables: Tables) -> None:
    found = {(row.resource, row.quantum): _owner(row) for row in tables.claims}
    same(found, model.claims())


def _owner(row) -> str:
    owners = {
        "visit": row.visit_id,
        "closure": row.closure_id,
        "cover": row.cover_id,
    }
    return ",".join(f"{kind}:{one}" for kind, one in owners.items() if one is not None)


def closures_and_covers_are_the_models(model: Model, tables: Tables) -> None:
    assert {row.id for row in tables.closures} == set(model.closures)
    assert {row.id for row in tables.covers} == set(model.covers)


def allowances_add_up(model: Model, tables: Tables) -> None:
    sums = {(row.prisoner_id, row.period): row for row in tables.sums}
    assert len(sums) == len(tables.allowances)
    for row in tables.allowances:
        entries = sums[row.prisoner_id, row.period]
        assert row.used == entries.used
        assert row.granted - row.used == entries.total
        assert 0 <= row.used <= row.granted
        assert row.used == model.used(row.prisoner_id, row.period)
        assert row.granted == model.granted(row.prisoner_id, row.period)
    known = {(row.prisoner_id, row.period) for row in tables.allowances}
    counted = {
        (meeting.ask.prisoner, period)
        for meeting in model.meetings.values()
        for period in meeting.counted
    }
    assert counted <= known


def nobody_has_more_than_was_granted(model: Model, tables: Tables) -> None:
    """From the visits alone: in no week and month more than limit and exceptions."""
    had = Counter(
        (row.prisoner_id, period)
        for row in tables.visits
        if row.state in HOLDING and row.kind == "family"
        for period in periods(instant(row.starts_at))
    )
    for (prisoner, period), number in had.items():
        limit = LIMITS[period.partition(":")[0]]
        assert number <= limit + model.extra.get((prisoner, period), 0)


def history_tells_the_state(model: Model, tables: Tables) -> None:
    states: dict[int, str] = defaultdict(str)
    versions: dict[int, int] = {}
    for row in tables.audit:
        step = (states[row.visit_id], row.action)
        if row.action in {action for _, action in _LIFE}:
            assert step in _LIFE, f"{row.action} of a {step[0]} visit"
            states[row.visit_id] = _LIFE[step]
        if "version" in facts(row.facts):
            versions[row.visit_id] = facts(row.facts)["version"]
    assert dict(states) == {row.id: row.state for row in tables.visits}
    assert versions == {row.id: row.version for row in tables.visits}


def families_are_told_what_is(model: Model, tables: Tables) -> None:
    """What is on its way to each visitor fits the visit as it stands."""
    pending = defaultdict(list)
    for row in tables.messages:
        pending[row.participant_id].append(row)
    for person in tables.participants:
        if person.visitor_id in {None, model.ground.silent}:
            continue
        meeting = model.meetings[person.visit_id]
        told = [row.template for row in pending[person.id]]
        news = sorted(one for one in told if one not in _REMINDERS)
        if meeting.state == "held":
            assert not set(news) - {"slot_offered"}
        else:
            assert news == _news(meeting), (meeting.state, news)
        assert meeting.state == "booked" or not _REMINDERS.intersection(told)
        if news and meeting.state == "booked":
            current = f":v{meeting.version}:"
            assert all(current in row.dedup_key for row in pending[person.id])


def _news(meeting: Meeting) -> list[str]:
    match meeting.state, meeting.was:
        case "requested", _:
            return ["visit_requested"]
        case "booked", _:
            return ["visit_moved" if meeting.version > 1 else "visit_booked"]
        case "cancelled", "booked":
            return ["visit_cancelled"]
        case "declined", _:
            return ["visit_declined"]
        case "expired", "requested":
            return ["visit_expired"]
        case _:
            return []


def officials_are_told_what_is(model: Model, tables: Tables) -> None:
    news = defaultdict(list)
    for row in tables.messages:
        if row.template.startswith("official_"):
            news[row.visit_id].append(row)
    there = {
        row.visit_id: row for row in tables.participants if row.part in _OFFICIAL_PARTS
    }
    for one, meeting in model.meetings.items():
        told = {row.template for row in news[one]}
        comes = meeting.state == "booked" and meeting.ask.official is not None
        if not comes:
            assert told <= {"official_cancelled"}, (meeting.state, told)
        elif meeting.ask.cover is None:
            mine = [row for row in news[one] if row.participant_id == there[one].id]
            said = {"official_booked", "official_moved"}
            assert any(row.template in said for row in mine), "an official is not told"
    assert {one: row.account_id for one, row in there.items()} == {
        one: meeting.ask.official
        for one, meeting in model.meetings.items()
        if meeting.ask.official is not None
    }


def codes_open_booked_visits_only(model: Model, tables: Tables) -> None:
    for row in tables.participants:
        if row.visitor_id:
            booked = model.meetings[row.visit_id].state == "booked"
            assert (row.code_fingerprint is not None) == booked


def the_list_is_the_models(model: Model, tables: Tables) -> None:
    assert {row.id: row.state for row in tables.entries} == {
        one: entry.state for one, entry in model.entries.items()
    }
    assert {
        row.id: (row.entry_id, row.visit_id, row.state, instant(row.expires_at))
        for row in tables.offers
    } == {
        one: (asked.entry, asked.visit, asked.state, asked.until)
        for one, asked in model.offers.items()
    }
    assert {row.id: row.state for row in tables.plans} == {
        one: plan.state for one, plan in model.plans.items()
    }


def offers_are_held_for_one(model: Model, tables: Tables) -> None:
    """From the tables alone: who was offered something has one open offer."""
    offered = sorted(row.id for row in tables.entries if row.state == "offered")
    opened = [row for row in tables.offers if row.state == "open"]
    assert sorted(row.entry_id for row in opened) == offered
    assert len({row.visit_id for row in opened}) == len(opened)
    placed = [row.visit_id for row in tables.entries if row.state == "placed"]
    assert len(set(placed)) == len(placed)
    assert None not in placed


def nothing_is_kept_too_long(model: Model, tables: Tables) -> None:
    """After the sweeps: no hold, request or offer outlives its time."""
    for row in tables.visits:
        if row.state in {"held", "requested"}:
            until = instant(row.hold_until)
            assert until is not None
            assert until > model.now
    held = {row.id for row in tables.visits if row.state == "held"}
    for row in tables.offers:
        if row.state == "open":
            assert row.visit_id in held


def flags_say_what_is_against(model: Model, tables: Tables) -> None:
    """After the sweeps: each visit to come is flagged for just what it could not be."""
    found: dict[int, set[str]] = defaultdict(set)
    for row in tables.flags:
        found[row.visit_id].add(row.reason)
    to_come = [
        one for one, meeting in model.holding().items() if meeting.ask.end > model.now
    ]
    same(
        {one: found[one] for one in to_come},
        {one: judging.lasting(model, one) for one in to_come},
    )


ALWAYS: tuple[Invariant, ...] = (
    visits_are_the_models,
    nobody_is_in_two_places,
    claims_are_what_is_held,
    closures_and_covers_are_the_models,
    allowances_add_up,
    nobody_has_more_than_was_granted,
    history_tells_the_state,
    families_are_told_what_is,
    officials_are_told_what_is,
    codes_open_booked_visits_only,
    the_list_is_the_models,
    offers_are_held_for_one,
)
AFTER_SWEEPS: tuple[Invariant, ...] = (
    nothing_is_kept_too_long,
    flags_say_what_is_against,
)
