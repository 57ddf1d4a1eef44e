import itertools

import pytest

from signaling.media.engine import VideoQuality
from signaling.media.ladder import Ladder, Picture

TWO = Picture(high=250_000, low=60_000)
ONE = Picture(high=60_000)


def climbed(
    ladder: Ladder, budgets: list[int], *, since: int = 0
) -> list[VideoQuality]:
    """Where the only picture stood, second by second."""
    return [
        ladder.step({0: TWO}, budget=budget, now=float(now))[0]
        for now, budget in enumerate(budgets, since)
    ]


@pytest.mark.parametrize(
    ("pictures", "budget", "qualities"),
    [
        ({0: TWO}, 1_000_000, {0: "high"}),
        ({0: TWO}, 299_000, {0: "low"}),
        ({0: TWO}, 60_000, {0: "paused"}),
        ({0: ONE}, 1_000_000, {0: "high"}),
        ({0: ONE}, 10_000, {0: "paused"}),
        ({0: TWO, 1: TWO}, 100_000, {0: "low", 1: "paused"}),
        ({0: TWO, 1: TWO}, 400_000, {0: "high", 1: "low"}),
        ({0: Picture()}, 400_000, {0: "paused"}),
    ],
    ids=[
        "all_fits",
        "low_fits",
        "without_headroom",
        "the_only_layer",
        "nothing_fits",
        "first_slot_first",
        "something_for_everyone",
        "no_picture",
    ],
)
def test_where_a_picture_begins(
    pictures: dict[int, Picture], budget: int, qualities: dict[int, VideoQuality]
) -> None:
    assert Ladder().step(pictures, budget=budget, now=0.0) == qualities


def test_up_is_held_and_down_is_not() -> None:
    steps = climbed(Ladder(), [100_000] + [1_000_000] * 5 + [100_000, 10_000])

    assert steps == ["low"] * 4 + ["high"] * 2 + ["low", "paused"]


def test_what_fits_only_now_and_then_is_not_given() -> None:
    assert set(climbed(Ladder(), [100_000, 100_000, 400_000] * 10)) == {"low"}


def test_a_pause_becomes_sound_alone_and_ends_with_the_low_layer() -> None:
    steps = climbed(Ladder(), [0] * 12 + [1_000_000] * 5)

    assert steps == ["paused"] * 10 + ["audio_only"] * 5 + ["low"] * 2


def test_who_climbed_in_vain_waits_longer_each_time() -> None:
    ladder = Ladder()
    rises = []
    for now in range(250):
        in_vain = ladder.qualities.get(0) == "high"
        rises += [now] * in_vain
        climbed(ladder, [100_000 if in_vain else 1_000_000], since=now)

    waits = [after - before for before, after in itertools.pairwise(rises)]
    assert waits == [6, 11, 21, 41, 61, 61]


def test_failures_are_forgotten_after_an_outage() -> None:
    ladder = Ladder()
    climbed(ladder, [100_000] + [1_000_000] * 4 + [100_000])
    ladder.forget_failures()

    assert climbed(ladder, [1_000_000] * 4, since=6)[-1] == "high"


def test_a_line_is_shared_with_something_for_everyone_first() -> None:
    ladder = Ladder()
    for now in range(8):
        qualities = ladder.step({0: TWO, 1: TWO}, budget=400_000, now=float(now))

    assert qualities == {0: "high", 1: "low"}


@pytest.mark.parametrize(
    ("picture", "budget", "lacking"),
    [
        (TWO, 100_000, 300_001),
        (TWO, 0, 72_001),
        (ONE, 1_000_000, 0),
        (Picture(), 1_000_000, 0),
    ],
    ids=["from_low_to_high", "from_nothing_to_low", "at_the_top", "no_picture"],
)
def test_what_the_next_step_would_take(
    picture: Picture, budget: int, lacking: int
) -> None:
    ladder = Ladder()
    ladder.step({0: picture}, budget=budget, now=0.0)

    assert ladder.lacking == lacking


def test_a_slot_that_was_left_is_forgotten() -> None:
    ladder = Ladder()
    ladder.step({0: TWO, 1: TWO}, budget=1_000_000, now=0.0)

    assert ladder.step({1: TWO}, budget=1_000_000, now=1.0) == {1: "high"}
