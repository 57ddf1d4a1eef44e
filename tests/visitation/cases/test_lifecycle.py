"""The life of a case, as its table and the page about it tell it."""

from pathlib import Path

import pytest

from visitation.cases import KINDS, MAY_CASE, kinds, lifecycle
from visitation.cases.lifecycle import CASE, FINAL, OPEN, STAYS, IllegalStep
from visitation.words import CaseAction, CaseState, Role

PAGE = (Path(__file__).parents[3] / "docs" / "cases.md").read_text("utf-8")


def test_the_diagram_of_a_cases_life_is_the_table() -> None:
    assert lifecycle.as_mermaid() in PAGE


def test_the_page_names_each_kind_with_its_days_and_who_decides() -> None:
    rows = [
        f"| `{kind.code}` | {kind.title('en')} | {kind.days} | "
        + ", ".join(sorted(kind.deciders))
        + " |"
        for kind in KINDS.values()
    ]
    assert [row for row in rows if row not in PAGE] == []


def test_every_state_is_reached_and_no_answer_is_the_end() -> None:
    assert {CaseState.SUBMITTED, *CASE.values()} == set(CaseState)
    assert {
        state for state in FINAL if lifecycle.allows(state, CaseAction.REOPEN)
    } == FINAL


def test_every_action_has_its_roles_and_its_place_in_a_table() -> None:
    assert set(MAY_CASE) == set(CaseAction)
    moving = {action for _state, action in CASE}
    assert moving | set(STAYS) == set(CaseAction) - {CaseAction.RAISE}
    assert moving & set(STAYS) == set()


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_has_its_answer_takes_no_other(state: CaseState) -> None:
    for action in (CaseAction.GRANT, CaseAction.DENY, CaseAction.TAKE):
        with pytest.raises(IllegalStep):
            lifecycle.after(state, action)


def test_an_open_case_may_always_be_answered() -> None:
    assert [lifecycle.after(state, CaseAction.GRANT) for state in sorted(OPEN)] == [
        CaseState.GRANTED
    ] * len(OPEN)


def test_each_kind_is_told_in_both_languages_and_decided_by_somebody() -> None:
    for kind in KINDS.values():
        told = [kind.titles, kind.hints, *(field.labels for field in kind.fields)]
        told += [one.labels for field in kind.fields for one in field.choices]
        assert [texts for texts in told if not {"fa", "en"} <= set(texts)] == []
        assert kind.deciders <= MAY_CASE[CaseAction.GRANT]
        assert kind.days > 0
    assert kinds.decided_by(Role.CLERK) == frozenset()
