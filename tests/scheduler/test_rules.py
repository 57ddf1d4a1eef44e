"""Every rule by itself: what it lets pass, and what it refuses."""

from datetime import timedelta
from typing import Any

import pytest

from scheduler import rules
from scheduler.proposals import Limits, Proposal, Refusal, Situation
from scheduler.rules import HARD_RULES, RULES, TAKEN, refusals
from scheduler.slots import Slot
from tests.conftest import NOON
from visitation.timespan import Timespan
from visitation.visits import Balance
from visitation.words import VisitKind

START = NOON + timedelta(days=2)
HALF_HOUR = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
MOTHER, LAWYER, STRANGER = 1, 2, 3


def slot(**changes: Any) -> Slot:
    values = {
        "template_id": 1,
        "terminal_id": 5,
        "span": Timespan(START, START + HALF_HOUR),
        "kinds": frozenset(VisitKind),
    }
    return Slot(**(values | changes))


def proposal(**changes: Any) -> Proposal:
    values = {
        "prison_id": 1,
        "terminal_id": 5,
        "span": Timespan(START, START + HALF_HOUR),
        "kind": VisitKind.FAMILY,
        "prisoner_id": 9,
        "visitor_ids": frozenset({MOTHER}),
        "kiosk_id": 6,
    }
    return Proposal(**(values | changes))


def known(**changes: Any) -> Situation:
    values = {
        "now": NOON,
        "limits": Limits(
            notice=timedelta(hours=1),
            horizon=timedelta(days=60),
            max_party=2,
        ),
        "slots": (slot(),),
        "approved": frozenset({MOTHER, LAWYER}),
        "lawyers": frozenset({LAWYER}),
    }
    return Situation(**(values | changes))


def span(start: timedelta, length: timedelta = HALF_HOUR) -> Timespan:
    return Timespan(NOON + start, NOON + start + length)


def left(number: int) -> Balance:
    return Balance(granted=2, used=2 - number)


LEGAL = {"kind": VisitKind.LEGAL, "visitor_ids": frozenset({LAWYER})}
OFFICIAL = {"kind": VisitKind.OFFICIAL, "visitor_ids": frozenset()}
CASES: list[tuple[rules.Rule, dict[str, Any], dict[str, Any], Refusal | None]] = [
    (rules.is_not_over, {"span": span(-HALF_HOUR)}, {}, Refusal.OVER),
    (rules.is_not_over, {"span": span(-29 * MINUTE)}, {}, None),
    (rules.has_not_begun, {"span": span(-MINUTE)}, {}, Refusal.BEGUN),
    (rules.has_not_begun, {"span": span(0 * MINUTE)}, {}, None),
    (rules.has_not_begun, {"span": span(-HALF_HOUR)}, {}, None),
    (rules.gives_notice, {"span": span(0 * MINUTE)}, {}, Refusal.TOO_SOON),
    (rules.gives_notice, {"span": span(59 * MINUTE)}, {}, Refusal.TOO_SOON),
    (rules.gives_notice, {"span": span(60 * MINUTE)}, {}, None),
    (rules.gives_notice, {"span": span(-MINUTE)}, {}, None),
    (rules.is_within_the_horizon, {"span": span(timedelta(days=60))}, {}, None),
    (
        rules.is_within_the_horizon,
        {"span": span(timedelta(days=60, minutes=5))},
        {},
        Refusal.TOO_FAR_AHEAD,
    ),
    (rules.has_even_times, {}, {}, None),
    (rules.has_even_times, {"span": span(MINUTE)}, {}, Refusal.ODD_TIMES),
    (rules.has_even_times, {"span": span(HALF_HOUR, MINUTE)}, {}, Refusal.ODD_TIMES),
    (
        rules.has_even_times,
        {"span": span(HALF_HOUR, timedelta(hours=4, minutes=5))},
        {},
        Refusal.ODD_TIMES,
    ),
    (rules.is_a_slot, {}, {}, None),
    (rules.is_a_slot, {"terminal_id": 4}, {}, Refusal.NOT_A_SLOT),
    (
        rules.is_a_slot,
        {"span": span(timedelta(days=2), 25 * MINUTE)},
        {},
        Refusal.NOT_A_SLOT,
    ),
    (rules.is_a_slot, {}, {"slots": ()}, Refusal.NOT_A_SLOT),
    (rules.kind_is_offered, {}, {}, None),
    (rules.kind_is_offered, {}, {"slots": ()}, None),
    (
        rules.kind_is_offered,
        LEGAL,
        {"slots": (slot(kinds=frozenset({VisitKind.FAMILY})),)},
        Refusal.KIND_NOT_OFFERED,
    ),
    (
        rules.kind_is_offered,
        LEGAL,
        {
            "slots": (
                slot(kinds=frozenset({VisitKind.FAMILY})),
                slot(kinds=frozenset({VisitKind.LEGAL})),
            )
        },
        None,
    ),
    (rules.nothing_is_closed, {}, {"closed": True}, Refusal.CLOSED),
    (
        rules.terminal_is_of_the_prison,
        {},
        {"terminal_is_here": False},
        Refusal.TERMINAL_ELSEWHERE,
    ),
    (
        rules.terminal_is_in_order,
        {},
        {"terminal_in_order": False},
        Refusal.TERMINAL_OUT_OF_ORDER,
    ),
    (rules.kiosk_is_a_kiosk, {}, {"kiosk_is_kiosk": False}, Refusal.NOT_A_KIOSK),
    (
        rules.kiosk_is_in_order,
        {},
        {"kiosk_in_order": False},
        Refusal.KIOSK_OUT_OF_ORDER,
    ),
    (
        rules.prisoner_is_of_the_prison,
        {},
        {"prisoner_is_here": False},
        Refusal.PRISONER_ELSEWHERE,
    ),
    (
        rules.prisoner_is_not_released,
        {},
        {"prisoner_released": True},
        Refusal.PRISONER_RELEASED,
    ),
    (rules.somebody_visits, {"visitor_ids": frozenset()}, {}, Refusal.NOBODY_VISITS),
    (
        rules.somebody_visits,
        LEGAL | {"visitor_ids": frozenset()},
        {},
        Refusal.NOBODY_VISITS,
    ),
    (rules.somebody_visits, OFFICIAL, {}, None),
    (rules.party_is_small_enough, {"visitor_ids": frozenset({1, 2})}, {}, None),
    (
        rules.party_is_small_enough,
        {"visitor_ids": frozenset({1, 2, 3})},
        {},
        Refusal.PARTY_TOO_LARGE,
    ),
    (rules.visitors_are_approved, {}, {}, None),
    (
        rules.visitors_are_approved,
        {"visitor_ids": frozenset({MOTHER, STRANGER})},
        {},
        Refusal.NOT_APPROVED,
    ),
    (
        rules.visitors_are_approved,
        {"visitor_ids": frozenset({STRANGER})},
        {"banned": frozenset({STRANGER})},
        None,
    ),
    (rules.nobody_is_banned, {}, {"banned": frozenset({MOTHER})}, Refusal.BANNED),
    (rules.nobody_is_banned, {}, {"banned": frozenset({STRANGER})}, None),
    (rules.legal_visitors_are_lawyers, LEGAL, {}, None),
    (
        rules.legal_visitors_are_lawyers,
        LEGAL | {"visitor_ids": frozenset({LAWYER, MOTHER})},
        {},
        Refusal.NOT_A_LAWYER,
    ),
    (rules.legal_visitors_are_lawyers, {}, {}, None),
    (rules.official_visit_has_official, OFFICIAL, {}, Refusal.OFFICIAL_MISSING),
    (rules.official_visit_has_official, OFFICIAL | {"official_id": 4}, {}, None),
    (rules.legal_visit_has_no_official, LEGAL, {}, None),
    (
        rules.legal_visit_has_no_official,
        LEGAL | {"official_id": 4},
        {},
        Refusal.OFFICIAL_NOT_ADMITTED,
    ),
    (
        rules.official_is_active,
        {},
        {"official_is_active": False},
        Refusal.OFFICIAL_NOT_ACTIVE,
    ),
    (rules.cover_holds, {}, {"cover_holds": False}, Refusal.OUTSIDE_COVER),
    (rules.cover_holds, {}, {}, None),
    (rules.is_within_the_weekly_limit, {}, {"week": left(1)}, None),
    (rules.is_within_the_weekly_limit, {}, {"week": left(0)}, Refusal.WEEKLY_LIMIT),
    (rules.is_within_the_weekly_limit, LEGAL, {"week": left(0)}, None),
    (rules.is_within_the_monthly_limit, {}, {"month": left(1)}, None),
    (rules.is_within_the_monthly_limit, {}, {"month": left(0)}, Refusal.MONTHLY_LIMIT),
    (rules.is_within_the_monthly_limit, OFFICIAL, {"month": left(0)}, None),
    (rules.is_a_slot, {}, {"slots": (), "holiday": True}, None),
    (rules.is_no_holiday, {}, {"holiday": True}, None),
    (rules.is_no_holiday, {}, {"slots": (), "holiday": True}, Refusal.HOLIDAY),
    (rules.is_no_holiday, {}, {"slots": ()}, None),
    (rules.kiosk_is_there, {}, {"kiosk_is_there": False}, Refusal.KIOSK_NOT_THERE),
    (
        rules.province_is_admitted,
        {},
        {"province_admitted": False},
        Refusal.OTHER_PROVINCE,
    ),
    (rules.prisoner_is_not_away, {}, {"prisoner_away": True}, Refusal.PRISONER_AWAY),
    (
        rules.those_kept_apart_do_not_meet,
        {},
        {"kept_apart": True},
        Refusal.KEPT_APART,
    ),
    (rules.nobody_is_barred, {}, {"barred": True}, Refusal.BARRED),
    (rules.an_adult_comes, {}, {"minors": frozenset({MOTHER})}, Refusal.NO_ADULT),
    (
        rules.an_adult_comes,
        {"visitor_ids": frozenset({MOTHER, STRANGER})},
        {"minors": frozenset({STRANGER})},
        None,
    ),
    (rules.an_adult_comes, OFFICIAL, {}, None),
    (
        rules.official_is_available,
        {"official_id": 4},
        {"official_is_then": False},
        Refusal.OFFICIAL_NOT_THEN,
    ),
    (
        rules.terminal_is_free,
        {},
        {"taken": frozenset({"terminal"})},
        Refusal.TERMINAL_TAKEN,
    ),
    (rules.kiosk_is_free, {}, {"taken": frozenset({"kiosk"})}, Refusal.KIOSK_TAKEN),
    (
        rules.prisoner_is_free,
        {},
        {"taken": frozenset({"prisoner"})},
        Refusal.PRISONER_BUSY,
    ),
    (
        rules.visitors_are_free,
        {},
        {"taken": frozenset({"visitor"})},
        Refusal.VISITOR_BUSY,
    ),
    (
        rules.official_is_free,
        {},
        {"taken": frozenset({"official"})},
        Refusal.OFFICIAL_BUSY,
    ),
]


@pytest.mark.parametrize(
    ("rule", "proposed", "changes", "expected"),
    CASES,
    ids=[f"{case[0].__name__}-{case[3]}" for case in CASES],
)
def test_a_rule_refuses_or_lets_pass(
    rule: rules.Rule,
    proposed: dict[str, Any],
    changes: dict[str, Any],
    expected: Refusal | None,
) -> None:
    assert rule(proposal(**proposed), known(**changes)) == expected


def test_a_good_proposal_has_no_refusals() -> None:
    assert refusals(proposal(), known()) == ()


def test_every_reason_is_given_in_the_order_of_the_rules() -> None:
    everything = known(
        closed=True, week=left(0), taken=frozenset(TAKEN), banned=frozenset({1})
    )
    assert refusals(proposal(span=span(MINUTE)), everything) == (
        Refusal.TOO_SOON,
        Refusal.NOT_A_SLOT,
        Refusal.WEEKLY_LIMIT,
        Refusal.ODD_TIMES,
        Refusal.CLOSED,
        Refusal.BANNED,
        Refusal.TERMINAL_TAKEN,
        Refusal.KIOSK_TAKEN,
        Refusal.PRISONER_BUSY,
        Refusal.VISITOR_BUSY,
        Refusal.OFFICIAL_BUSY,
    )


def test_every_refusal_is_some_rules_and_every_rule_has_a_sentence() -> None:
    assert {case[3] for case in CASES} - {None} == set(Refusal)
    assert {case[0] for case in CASES} == set(RULES)
    assert set(HARD_RULES) < set(RULES)
    assert all((rule.__doc__ or "").rstrip().endswith(".") for rule in RULES)
