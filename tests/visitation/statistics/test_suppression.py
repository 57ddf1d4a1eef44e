"""Counts that could be somebody are not told, nor can they be worked out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visitation.statistics.suppression import FEWEST, suppressed, told, told_share


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"a": 10, "b": 7}, set()),
        ({}, set()),
        # One alone would follow from the sum.
        ({"a": 10, "b": 3, "c": 8}, {"b", "c"}),
        # Two that are none and one would follow from it as well.
        ({"a": 10, "b": 0, "c": 1, "d": 6}, {"b", "c", "d"}),
        ({"a": 10, "b": 2, "c": 4}, {"b", "c"}),
        ({"a": 1}, {"a"}),
    ],
)
def test_the_smallest_are_hidden(counts: dict[str, int], hidden: set[str]) -> None:
    assert suppressed(counts) == hidden


@given(st.lists(st.integers(0, 40), min_size=3, max_size=12))
def test_what_is_hidden_cannot_be_taken_from_the_sum(counts: list[int]) -> None:
    hidden = suppressed(dict(enumerate(counts)))

    shown = [count for place, count in enumerate(counts) if place not in hidden]
    assert min(shown, default=FEWEST) >= FEWEST
    rest = sum(counts) - sum(shown)
    assert not hidden or len(hidden) > 1
    assert not hidden or rest >= FEWEST or not shown


def test_a_share_of_few_is_not_told() -> None:
    assert (told(4), told(5)) == (None, 5)
    assert told_share(4, 100) is None
    assert told_share(96, 100) is None
    assert told_share(5, 10) == Fraction(1, 2)
