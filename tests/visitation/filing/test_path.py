"""The guided path: short, without circles, and leading to every kind."""

from typing import Any

import pytest

from visitation.filing import path
from visitation.filing.path import PATH
from visitation.words import CaseKind

#: How many questions are asked at most.
DEEPEST = 4


def test_every_kind_is_reached() -> None:
    assert {walk[-1].kind for walk in PATH.walks()} - {None} == set(CaseKind)


def test_one_way_leads_to_ones_own_words() -> None:
    assert [len(walk) for walk in PATH.walks() if walk[-1].words] == [1]


def test_no_way_is_long_and_every_question_is_come_to() -> None:
    walks = list(PATH.walks())
    asked = {PATH.first} | {option.to for walk in walks for option in walk[:-1]}

    assert max(len(walk) for walk in walks) <= DEEPEST
    assert asked == set(PATH.questions)


def test_every_option_has_a_picture_of_its_own() -> None:
    pictures = [
        option.picture
        for question in PATH.questions.values()
        for option in question.options
    ]

    assert all(pictures)
    assert len(set(pictures)) == len(pictures)


def test_no_question_has_more_than_five_options() -> None:
    assert max(len(question.options) for question in PATH.questions.values()) <= 5


def test_the_way_back_is_known() -> None:
    assert PATH.before(PATH.first) == ""
    assert PATH.before("good") == "home"
    assert PATH.to_kind(CaseKind.PARDON) == "good"


def _path(**options: Any) -> dict[str, Any]:
    return {"first": "a", "a": {"voice": "x", "options": [options]}}


def test_a_circle_is_found() -> None:
    with pytest.raises(ValueError, match="circle"):
        list(path.read(_path(name="on", picture="p", to="a")).walks())


@pytest.mark.parametrize("more", [{}, {"to": "a", "kind": "other"}])
def test_an_option_leads_to_one_thing(more: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="leads to one thing"):
        path.read(_path(name="on", picture="p", **more))
