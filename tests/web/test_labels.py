"""Every member of the domain's vocabularies has its words."""

from enum import StrEnum

import pytest

from visitation import admission, lifecycle, wording, words
from visitation.calls import words as call_words
from web import i18n, labels

MODULES = (words, call_words, lifecycle, admission, wording)
#: What people do; buttons have words of their own.
ACTS = {lifecycle.Act, lifecycle.VisitAction}
KINDS = {
    kind
    for module in MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
}


@pytest.mark.parametrize("kind", sorted(KINDS - ACTS, key=lambda kind: kind.__name__))
def test_every_member_has_words(kind: type[StrEnum]) -> None:
    assert set(labels.LABELS[kind]) == set(kind)


def test_words_are_in_the_readers_language() -> None:
    with i18n.speaking(i18n.load(), "fa"):
        assert labels.label(words.Role.CLERK) == "متصدی دفتر"
        assert labels.options(words.StationKind) == [
            ("terminal", "کابین زندان"),
            ("kiosk", "ایستگاه خانواده‌ها"),
        ]


def test_a_state_has_the_tone_of_its_own_kind() -> None:
    assert labels.tone(lifecycle.VisitState.LIVE) == "good"
    assert labels.tone(lifecycle.VisitState.MISSED) == "bad"
    assert labels.tone(lifecycle.ParticipantState.EXPECTED) == "plain"
