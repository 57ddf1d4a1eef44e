from itertools import pairwise
from random import Random

import pytest

from signaling.recording.clocks import Report, SenderClock, StreamClock, Unreported

RATE = 48_000


def reports(
    *,
    length: int = 600,
    every: int = 5,
    ppm: float = 0.0,
    wall_ppm: float = 0.0,
    ahead: float = 0.0,
    jitter: float = 0.0,
    start: int = 0,
    ticks: int = 1_000_000,
) -> list[Report]:
    """Of a stream whose clock and whose wall clock run so much too fast."""
    random = Random(7)
    return [
        Report(
            wall=10_000 + ahead + at * (1 + wall_ppm / 1e6),
            timestamp=ticks + round((at - start) * RATE * (1 + ppm / 1e6)),
            arrived=at + 0.05 + jitter * random.random() ** 3,
        )
        for at in range(start, start + length, every)
    ]


def ticks(at: float, ppm: float = 0.0, first: int = 1_000_000) -> int:
    return first + round(at * RATE * (1 + ppm / 1e6))


@pytest.mark.parametrize("ppm", [-100, 0, 100])
@pytest.mark.parametrize("wall_ppm", [-100, 0, 100])
def test_drifting_clocks_do_not_move_what_was_said(ppm: float, wall_ppm: float) -> None:
    told = reports(ppm=ppm, wall_ppm=wall_ppm, ahead=3, jitter=0.3)
    clock = StreamClock(RATE, told, SenderClock.through(told))
    wrong = [
        clock.at(ticks(at, ppm), at + 0.2) - (at + 0.05) for at in range(0, 600, 7)
    ]
    assert max(wrong) < 0.03
    assert min(wrong) > -0.01


def test_before_the_first_report_the_first_one_counts() -> None:
    told = reports(start=20)
    clock = StreamClock(RATE, told, SenderClock.through(told))
    assert clock.at(ticks(-15), 5.9) == pytest.approx(5.05, abs=0.001)


def test_two_streams_of_one_sender_share_its_clock() -> None:
    sound = reports(every=5, ppm=80, jitter=0.4)
    picture = reports(every=1, ppm=-80, jitter=0.4, ticks=77)
    sender = SenderClock.through(sound + picture)
    said = StreamClock(RATE, sound, sender).at(ticks(333, 80), 333.1)
    shown = StreamClock(RATE, picture, sender).at(ticks(333, -80, 77), 333.4)
    assert said == pytest.approx(shown, abs=0.001)


def test_a_clock_that_stood_still_in_a_pause_is_set_by_the_next_report() -> None:
    # Some browsers count no ticks while nothing is taken up.
    before = reports(length=60)
    after = reports(length=60, start=90, ticks=ticks(60))
    told = before + after
    clock = StreamClock(RATE, told, SenderClock.through(told))
    assert clock.at(ticks(58), 58.06) == pytest.approx(58.05, abs=0.002)
    assert clock.at(ticks(61), 91.06) == pytest.approx(91.05, abs=0.002)


def test_without_reports_what_waited_least_counts() -> None:
    clock = StreamClock(RATE, (), None)
    at = [
        clock.at(ticks(n / 50), 7 + n / 50 + (0.2 if n % 3 else 0)) for n in range(99)
    ]
    steps = [later - earlier for earlier, later in pairwise(at)]
    assert steps == pytest.approx([0.02] * 98, abs=0.001)
    assert at[0] == 7


def test_without_reports_a_slow_clock_is_followed() -> None:
    clock = Unreported()
    for second in range(3600):
        at = clock.at(second * (1 - 100e-6), second)
    assert at == pytest.approx(3599, abs=0.02)


def test_without_reports_a_sender_that_begins_anew_is_followed() -> None:
    clock = Unreported()
    assert clock.at(100, 7) == 7
    assert clock.at(5000, 8) == 8
    assert clock.at(5001, 9) == 9


@pytest.mark.parametrize("ahead", [-500, -30, 30, 500])
def test_reports_that_cannot_be_true_are_not_believed(ahead: float) -> None:
    told = reports()
    lies = [
        Report(each.wall, each.timestamp + ahead * RATE, each.arrived) for each in told
    ]
    clock = StreamClock(RATE, lies, SenderClock.through(told))
    at = [clock.at(ticks(second), second + 0.1) for second in range(100)]
    assert at == pytest.approx([second + 0.1 for second in range(100)], abs=0.05)


def test_a_short_stay_is_no_measure_of_drift() -> None:
    clock = SenderClock.through(reports(length=10, every=1, jitter=0.5))
    assert clock.drift == 0.0


def test_a_wall_clock_that_is_set_meanwhile_is_no_drift() -> None:
    told = reports(length=200) + reports(length=200, start=200, ahead=-5)
    clock = SenderClock.through(told)
    assert abs(clock.drift) < 0.001


def test_one_report_is_enough() -> None:
    (told,) = reports(length=1)
    clock = SenderClock.through([told])
    assert clock.ours(told.wall + 3) == pytest.approx(told.arrived + 3)
