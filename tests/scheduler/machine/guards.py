"""What keeps a place for one and only one, each of which can be dropped in a test.

A guard is dropped where the code under test reaches for it; nothing else changes. The
machine must turn red then, or it would prove nothing. `twists` and `changes` say what
to draw more readily, so that it does so soon.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from scheduler import (
    attendance,
    booking,
    closures,
    covers,
    planning,
    requests,
    rules,
    series,
    sweeps,
    verdict,
)
from visitation import lifecycle
from visitation.visits import allowance, claims, record
from visitation.waiting import entries

Patch = pytest.MonkeyPatch
Drop = Callable[[Patch], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """How to drop it, and what to draw more readily."""

    drop: Drop
    twists: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    without: str = ""


async def _nothing(*_: object, **__: object) -> None:
    return None


async def _none_known(*_: object) -> dict[str, str]:
    return {}


def _without(module: object, name: str, **replaced: Any) -> Drop:
    """The module sees another module with some of its functions replaced."""

    def drop(patch: Patch) -> None:
        known = vars(getattr(module, name))
        patch.setattr(module, name, SimpleNamespace(**(known | replaced)))

    return drop


def _set(target: object, name: str, value: Any) -> Drop:
    return lambda patch: patch.setattr(target, name, value)


def _rule(dropped: rules.Rule) -> Drop:
    """The rules without one of them."""

    def drop(patch: Patch) -> None:
        whole = rules.refusals

        def refusals(proposal, known, among=rules.RULES):
            return whole(proposal, known, tuple(r for r in among if r is not dropped))

        patch.setattr(rules, "refusals", refusals)

    return drop


def _any_state(state: object, action: lifecycle.VisitAction) -> object:
    return next(then for (_, one), then in lifecycle.VISIT.items() if one is action)


def _freely(patch: Patch) -> None:
    known = {**entries.ENTRY}
    for state in entries.WaitingState:
        known[state] = frozenset(entries.WaitingState)
    patch.setattr(entries, "ENTRY", known)


GUARDS: dict[str, Guard] = {
    "claims are written": Guard(drop=_set(claims, "_insert", _nothing)),
    "a move exchanges claims": Guard(drop=_without(booking, "claims", retime=_nothing)),
    "an approval exchanges claims": Guard(
        drop=_without(requests, "claims", retime=_nothing)
    ),
    "a closure claims": Guard(drop=_without(closures, "claims", take=_nothing)),
    "a lifted closure releases": Guard(
        drop=_without(closures, "visits", release=_nothing)
    ),
    "a cover claims": Guard(drop=_without(covers, "visits", take=_nothing)),
    "an ended cover releases": Guard(drop=_without(covers, "visits", release=_nothing)),
    "an attendance claims": Guard(drop=_without(attendance, "visits", take=_nothing)),
    "a cancellation releases": Guard(
        drop=_without(booking, "visits", release=_nothing)
    ),
    "a refusal of a request releases": Guard(
        drop=_without(requests, "visits", release=_nothing)
    ),
    "a hold that runs out releases": Guard(
        drop=_without(sweeps, "visits", release=_nothing)
    ),
    "a family visit is counted": Guard(drop=_without(verdict, "visits", use=_nothing)),
    "a cancelled visit is given back": Guard(
        drop=_without(booking, "visits", give_back=_nothing)
    ),
    "a declined request is given back": Guard(
        drop=_without(requests, "visits", give_back=_nothing)
    ),
    "a moved visit leaves its old week": Guard(
        drop=_set(allowance, "_give_back", _nothing)
    ),
    "whoever cancels late has had it": Guard(
        drop=_without(booking, "visits", refunds=lambda *_, **__: True)
    ),
    "a cancellation discards messages": Guard(
        drop=_without(booking, "messages", discard=_nothing)
    ),
    "a decision discards messages": Guard(
        drop=_without(requests, "messages", discard=_nothing)
    ),
    "everybody is told of a booking": Guard(
        drop=_without(booking, "notices", tell=_nothing)
    ),
    "codes are wiped": Guard(drop=_without(booking, "visits", wipe=_nothing)),
    "each change is written down": Guard(
        drop=_without(record, "audit", note=lambda *_, **__: None)
    ),
    "a state follows its table": Guard(drop=_set(lifecycle, "after", _any_state)),
    "holds are swept": Guard(drop=lambda _: None, without="expire_holds"),
    "offers lapse": Guard(drop=lambda _: None, without="lapse_offers"),
    "freed slots are offered": Guard(drop=lambda _: None, without="offer_freed"),
    "an entry follows its table": Guard(drop=_freely),
    "a plan is published once": Guard(drop=_set(planning, "_settle", _nothing)),
    "a series knows its dates": Guard(drop=_set(series, "_known", _none_known)),
}


def _of(name: str, *twists: str, changes: tuple[str, ...] = ()) -> tuple[str, Guard]:
    drop = _rule(getattr(rules, name))
    return name, Guard(drop=drop, twists=twists, changes=changes)


#: Each booking rule by its name.
RULES: dict[str, Guard] = dict(
    (
        _of("is_not_over", "over"),
        _of("has_not_begun", "now"),
        _of("gives_notice", "family"),
        _of("is_within_the_horizon", "next_month"),
        _of("has_even_times", "odd"),
        _of("is_a_slot", "early"),
        _of("is_no_holiday", "holiday"),
        _of("kind_is_offered", "legal"),
        _of("nothing_is_closed", "family"),
        _of("terminal_is_of_the_prison", "terminal_elsewhere"),
        _of("terminal_is_in_order", "family", changes=("order",)),
        _of("kiosk_is_a_kiosk", "no_kiosk"),
        _of("kiosk_is_in_order", "point", "abroad", changes=("order",)),
        _of("kiosk_is_there", "mobile"),
        _of("province_is_admitted", "abroad"),
        _of("prisoner_is_of_the_prison", "prison_elsewhere"),
        _of("prisoner_is_not_released", "family", changes=("release",)),
        _of("prisoner_is_not_away", "family", changes=("summon",)),
        _of("those_kept_apart_do_not_meet", "family", changes=("keep_apart",)),
        _of("somebody_visits", "nobody"),
        _of("party_is_small_enough", "crowd"),
        _of("visitors_are_approved", "stranger", changes=("suspend",)),
        _of("nobody_is_banned", "family", changes=("ban",)),
        _of("nobody_is_barred", "family", changes=("bar",)),
        _of("an_adult_comes", "child"),
        _of("legal_visitors_are_lawyers", "legal_family"),
        _of("official_visit_has_official", "nobody_official"),
        _of("legal_visit_has_no_official", "legal_official"),
        _of("official_is_active", "no_account", "disabled_official"),
        _of("official_is_available", "second_official"),
        _of("cover_holds", "covered"),
        _of("is_within_the_weekly_limit", "point"),
        _of("is_within_the_monthly_limit", "in_two_weeks"),
        _of("terminal_is_free", "official"),
        _of("kiosk_is_free", "point"),
        _of("prisoner_is_free", "point"),
        _of("visitors_are_free", "point"),
        _of("official_is_free", "official_visit"),
    )
)

ALL = GUARDS | RULES
