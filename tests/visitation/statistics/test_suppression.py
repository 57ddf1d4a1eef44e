"""Counts that could be somebody are not told, nor can they be worked out."""

from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visitation.statistics.suppression import (
    FEWEST,
    bounds,
    rounded,
    suppressed,
    told,
    told_share,
)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([10, 7], set()),
        ([], set()),
        # One alone would follow from the sum.
        ([40, 3, 12, 90], {1, 2}),
        # 3 and 20 come to 23, and none is more than 20: each would be at least 3.
        ([90, 3, 20, 21], {1, 2, 3}),
        # Who knows how equals are chosen from would know which is less.
        ([90, 3, 40, 40], {1, 2, 3}),
        # Where nothing was is hidden as well: those and one other come to little.
        ([60, 0, 1, 12, 30], {1, 2, 3}),
        ([60, 30, 0, 0, 0], {1, 2, 3, 4}),
        ([1], {0}),
    ],
)
def test_the_smallest_are_hidden(counts: list[int], hidden: set[int]) -> None:
    assert suppressed(dict(enumerate(counts))) == hidden


@given(st.lists(st.integers(0, 300), min_size=2, max_size=31))
def test_what_is_hidden_cannot_be_taken_from_the_sum(counts: list[int]) -> None:
    hidden = suppressed(dict(enumerate(counts)))

    shown = [count for place, count in enumerate(counts) if place not in hidden]
    assert min(shown, default=FEWEST) >= FEWEST
    if hidden and sum(counts) >= FEWEST:
        rest = sum(counts) - sum(shown)
        least, most = bounds(rest, len(hidden), min(shown, default=rest + 1))
        assert most - least >= FEWEST
        assert least == 0
        assert all(least <= counts[place] <= most for place in hidden)


@given(st.lists(st.integers(0, 20), min_size=2, max_size=3))
def test_nor_by_who_knows_how_they_are_chosen(counts: list[int]) -> None:
    hidden = sorted(suppressed(dict(enumerate(counts))))
    shown = {place: n for place, n in enumerate(counts) if place not in hidden}
    if not hidden or sum(counts) < FEWEST:
        return

    rest = sum(counts) - sum(shown.values())
    possible = [
        world
        for world in _worlds(rest, len(hidden))
        if sorted(suppressed(shown | dict(zip(hidden, world, strict=True)))) == hidden
    ]
    for values in zip(*possible, strict=True):
        assert max(values) - min(values) >= FEWEST


def test_a_share_of_few_is_not_told() -> None:
    assert (told(4), told(5)) == (None, 5)
    assert told_share(4, 100) is None
    assert told_share(96, 100) is None
    assert told_share(5, 10) == Fraction(1, 2)
    assert [rounded(count) for count in (0, 2, 3, 7, 8)] == [0, 0, 5, 5, 10]


def _worlds(rest: int, hidden: int) -> Iterator[tuple[int, ...]]:
    """Every way in which so many counts come to so much."""
    if hidden == 1:
        yield (rest,)
        return
    for first in range(rest + 1):
        for others in _worlds(rest - first, hidden - 1):
            yield first, *others
