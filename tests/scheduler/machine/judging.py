"""Why something may not be booked, one plain sentence of Python for each reason.

Written from what the service promises, not from its rules.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.scheduler.machine.ground import (
    LENGTH,
    MINUTE,
    OFF,
    PITCH,
    SLOTS_A_DAY,
    TURNOVER,
    day_after,
    slot_start,
)
from tests.scheduler.machine.model import Ask, Model, Refusal, local, periods

NOTICE = {"staff": 60 * MINUTE, "family": 180 * MINUTE, "official": 60 * MINUTE}
HORIZON = {"staff": 40, "family": 10, "official": 60}
#: What a stated reason of staff overrides.
YIELDING = frozenset(
    {
        *("begun", "too_soon", "too_far_ahead", "not_a_slot", "holiday"),
        *("kind_not_offered", "other_province", "party_too_large", "no_adult"),
        *("official_not_then", "weekly_limit", "monthly_limit"),
    }
)
#: What is asked of whoever books, and no more of what is booked.
OF_BOOKING = frozenset(
    {
        *("over", "begun", "too_soon", "too_far_ahead", "weekly_limit"),
        *("monthly_limit", "terminal_taken", "kiosk_taken", "prisoner_busy"),
        *("visitor_busy", "official_busy"),
    }
)
Check = Callable[[Model, Ask, int | None], object]


def reasons(model: Model, ask: Ask, but: int | None = None) -> frozenset[str]:
    """Every reason against an ask; the meeting `but` is not in its own way."""
    return frozenset(name for name, holds in CHECKS.items() if holds(model, ask, but))


def refusal(model: Model, ask: Ask, but: int | None = None) -> Refusal | None:
    """How the service must decline, or None where it must agree."""
    against = reasons(model, ask, but)
    may_override = ask.override and ask.asker != "family"
    if against - YIELDING or (against and not may_override):
        return ("Refused", against)
    return None


def lasting(model: Model, visit: int) -> frozenset[str]:
    """What speaks against a visit after it was booked, whoever booked it."""
    ask = model.meetings[visit].ask
    against = reasons(model, ask, visit) - OF_BOOKING
    slots = [slot_start(local(ask.start), number) for number in range(SLOTS_A_DAY)]
    is_open = model.ground.terminals[ask.terminal] == ask.prison and not _off(ask)
    if is_open and any(s < ask.end and ask.start < s + LENGTH for s in slots):
        return against - {"not_a_slot", "holiday"}
    return against


def _slot(model: Model, ask: Ask) -> bool:
    here = model.ground.terminals.get(ask.terminal) == ask.prison
    starts = [slot_start(local(ask.start), number) for number in range(SLOTS_A_DAY)]
    on_time = ask.start in starts and ask.end - ask.start == LENGTH
    return here and on_time and not _off(ask)


def _off(ask: Ask) -> bool:
    return local(ask.start) == day_after(OFF)


def _closed(model: Model, ask: Ask) -> bool:
    sites = {ask.prison}
    if ask.kiosk is not None:
        office = model.ground.stations[ask.kiosk]
        sites.add(office)
        if office == model.ground.office and model.stop(ask.start, ask.end):
            sites.add(model.ground.village)
    return any(
        shut.start < ask.end + TURNOVER
        and ask.start < shut.end
        and (
            shut.station in {ask.terminal, ask.kiosk}
            if shut.station
            else shut.site in sites
        )
        for shut in model.closures.values()
    )


def _busy(kind: str) -> Check:
    def busy(model: Model, ask: Ask, but: int | None) -> bool:
        held = model.claims(but=but, closures=False)
        mine = [one for one in ask.needs() if one[0].startswith(f"{kind}:")]
        return any(one in held for one in mine)

    return busy


def _limit(name: str) -> Check:
    def over(model: Model, ask: Ask, but: int | None) -> bool:
        (period,) = (one for one in periods(ask.start) if one.startswith(f"{name}:"))
        return ask.kind == "family" and model.spent(ask.prisoner, period, but)

    return over


def _banned(model: Model, ask: Ask) -> set[int]:
    return {
        who
        for who in ask.visitors
        if ask.start < model.banned.get((ask.prisoner, who), ask.start)
    }


def _not_approved(model: Model, ask: Ask, but: int | None) -> bool:
    links = model.ground.contacts.keys() - model.suspended
    return any((ask.prisoner, who) not in links for who in ask.visitors)


def _barred(model: Model, ask: Ask, but: int | None) -> bool:
    return any(
        prisoner == ask.prisoner
        and (who in ask.visitors or (who is None and ask.visitors))
        and since < ask.end
        and ask.start < until
        for prisoner, who, since, until in model.bars.values()
    )


def _kept_apart(model: Model, ask: Ask, but: int | None) -> bool:
    return any(
        ask.prisoner in pair
        and other.ask.prisoner in pair - {ask.prisoner}
        and other.ask.prison == ask.prison
        and local(other.ask.start) == local(ask.start)
        for other in model.holding(but).values()
        for pair in model.apart.values()
    )


def _away(model: Model, ask: Ask, but: int | None) -> bool:
    return any(
        who == ask.prisoner and since < ask.end and ask.start < until
        for who, since, until in model.away.values()
    )


def _no_adult(model: Model, ask: Ask, but: int | None) -> bool:
    known = (ask.prisoner, model.ground.minor) in model.ground.contacts
    return known and ask.visitors == {model.ground.minor}


def _no_lawyer(model: Model, ask: Ask, but: int | None) -> bool:
    linked = (ask.prisoner, model.ground.lawyer) in model.ground.contacts
    lawyers = {model.ground.lawyer} if linked else set()
    return ask.kind == "legal" and not ask.visitors <= lawyers


def _not_then(model: Model, ask: Ask, but: int | None) -> bool:
    """The second official gives the hour from eight to nine, each day."""
    eight = slot_start(local(ask.start), 0)
    inside = eight <= ask.start and ask.end <= eight + 2 * PITCH
    return ask.official == model.ground.officials[1] and not (ask.cover or inside)


def _not_there(model: Model, ask: Ask, but: int | None) -> bool:
    travels = ask.kiosk and model.ground.stations[ask.kiosk] == model.ground.office
    return bool(travels) and not model.stop(ask.start, ask.end)


def _odd(instant: datetime) -> bool:
    return bool(instant.minute % 5 or instant.second)


CHECKS: dict[str, Check] = {
    "over": lambda m, a, _: a.end <= m.now,
    "begun": lambda m, a, _: a.start < m.now < a.end,
    "too_soon": lambda m, a, _: m.now <= a.start < m.now + NOTICE[a.asker],
    "too_far_ahead": lambda m, a, _: a.start > m.now + timedelta(days=HORIZON[a.asker]),
    "odd_times": lambda m, a, _: (
        _odd(a.start) or _odd(a.end) or a.end - a.start > 240 * MINUTE
    ),
    "not_a_slot": lambda m, a, _: not _off(a) and not _slot(m, a),
    "holiday": lambda m, a, _: _off(a),
    "kind_not_offered": lambda m, a, _: (
        _slot(m, a) and a.kind != "family" and a.terminal not in m.ground.mixed
    ),
    "closed": lambda m, a, _: _closed(m, a),
    "terminal_elsewhere": lambda m, a, _: (
        m.ground.terminals.get(a.terminal) != a.prison
    ),
    "terminal_out_of_order": lambda m, a, _: a.terminal in m.broken,
    "not_a_kiosk": lambda m, a, _: a.kiosk and a.kiosk not in m.ground.kiosks,
    "kiosk_out_of_order": lambda m, a, _: a.kiosk in m.broken,
    "kiosk_not_there": _not_there,
    "other_province": lambda m, a, _: (
        a.kiosk and m.ground.stations[a.kiosk] == m.ground.abroad
    ),
    "prisoner_elsewhere": lambda m, a, _: m.prison_of(a.prisoner) != a.prison,
    "prisoner_released": lambda m, a, _: (
        a.prisoner in m.released and m.released[a.prisoner] <= a.start
    ),
    "prisoner_away": _away,
    "kept_apart": _kept_apart,
    "nobody_visits": lambda m, a, _: a.kind != "official" and not a.visitors,
    "party_too_large": lambda m, a, _: len(a.visitors) > 2,
    "not_approved": _not_approved,
    "banned": lambda m, a, _: _banned(m, a),
    "barred": _barred,
    "no_adult": _no_adult,
    "not_a_lawyer": _no_lawyer,
    "official_missing": lambda m, a, _: a.kind == "official" and a.official is None,
    "official_not_admitted": lambda m, a, _: (
        a.kind == "legal" and a.official is not None
    ),
    "official_not_active": lambda m, a, _: (
        a.official is not None and a.official not in m.ground.officials
    ),
    "official_not_then": _not_then,
    "outside_cover": lambda m, a, _: (
        a.cover is not None
        and not (m.holds(a.cover, a) and m.covers[a.cover].official == a.official)
    ),
    "weekly_limit": _limit("week"),
    "monthly_limit": _limit("month"),
    "terminal_taken": _busy("terminal"),
    "kiosk_taken": _busy("kiosk"),
    "prisoner_busy": _busy("prisoner"),
    "visitor_busy": _busy("visitor"),
    "official_busy": _busy("official"),
}
