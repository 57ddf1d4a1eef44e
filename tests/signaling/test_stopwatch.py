from datetime import timedelta

from signaling.stopwatch import BOUNDS, Durations, Stopwatch
from tests.conftest import NOON


def after(**time: float) -> timedelta:
    return timedelta(**time)


def test_each_is_counted_in_the_first_bucket_it_fits_into() -> None:
    durations = Durations()
    for took in (after(seconds=0.005), after(seconds=0.006), after(seconds=31)):
        durations.note(took)

    assert durations.counts == [1, 1, *[0] * (len(BOUNDS) - 2), 1]
    assert durations.total == 31.011


def test_a_clock_that_was_set_back_counts_as_nothing() -> None:
    durations = Durations()
    durations.note(after(seconds=-5))

    assert (durations.counts[0], durations.total) == (1, 0.0)


def test_a_leg_is_counted_once_and_only_after_an_offer() -> None:
    watch = Stopwatch()
    watch.connected("pX1", NOON)
    watch.offered("pX1", NOON)
    watch.connected("pX1", NOON + after(seconds=2))
    watch.connected("pX1", NOON + after(seconds=3))

    assert (sum(watch.connecting.counts), watch.connecting.total) == (1, 2.0)


def test_an_offer_of_long_ago_says_nothing_about_a_leg_that_comes_back() -> None:
    watch = Stopwatch()
    watch.offered("pX1", NOON)
    watch.connected("pX1", NOON + after(minutes=5))
    watch.offered("pX2", NOON)
    watch.forget("pX2")
    watch.connected("pX2", NOON + after(seconds=1))

    assert sum(watch.connecting.counts) == 0
