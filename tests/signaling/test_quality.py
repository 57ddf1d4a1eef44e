"""How good a line is: the table of limits, and that nothing flickers."""

from dataclasses import replace
from itertools import pairwise

import pytest

from signaling import quality
from signaling.media.engine import LegStatistics, ParticipantStatistics
from signaling.words import Quality
from tests.signaling.fakes import leg

WELL = ParticipantStatistics(
    publisher=leg(), subscriber=leg(), silence={"audio": 0.1}, watching={0: "high"}
)


def up(**changes: object) -> ParticipantStatistics:
    return replace(WELL, publisher=replace(leg(), **changes))


def down(**changes: object) -> ParticipantStatistics:
    return replace(WELL, subscriber=replace(leg(), **changes))


def judged(
    measured: ParticipantStatistics, *, before: Quality = Quality.GOOD
) -> Quality | None:
    levels = quality.steadied({}, measured, seconds=0.0)
    return quality.of(measured, before=before, levels=levels, expects=("audio",))


@pytest.mark.parametrize(
    ("measured", "from_good", "from_poor"),
    [
        (WELL, Quality.GOOD, Quality.GOOD),
        (up(loss=0.03), Quality.GOOD, Quality.GOOD),
        (up(loss=0.06), Quality.GOOD, Quality.POOR),
        (up(loss=0.09), Quality.POOR, Quality.POOR),
        (down(loss=0.09), Quality.POOR, Quality.POOR),
        (down(rtt=0.55), Quality.GOOD, Quality.GOOD),
        (down(rtt=0.7), Quality.GOOD, Quality.POOR),
        (down(rtt=0.9), Quality.POOR, Quality.POOR),
        (up(jitter=0.2), Quality.POOR, Quality.POOR),
        (replace(WELL, watching={0: "low", 1: "audio_only"}), *[Quality.GOOD] * 2),
        (replace(WELL, watching={0: "paused"}), *[Quality.POOR] * 2),
        (replace(WELL, watching={}), *[Quality.GOOD] * 2),
        (up(state="lost"), *[Quality.LOST] * 2),
        (down(state="failed"), *[Quality.LOST] * 2),
        (replace(WELL, silence={"audio": 5.0}), *[Quality.LOST] * 2),
        (replace(WELL, silence={"video": 50.0}), *[Quality.GOOD] * 2),
        (
            ParticipantStatistics(publisher=None, subscriber=None, silence={}),
            None,
            None,
        ),
    ],
)
def test_a_line_is_as_good_as_its_worst_measure(
    measured: ParticipantStatistics,
    from_good: Quality | None,
    from_poor: Quality | None,
) -> None:
    assert judged(measured) is from_good
    assert judged(measured, before=Quality.POOR) is from_poor


def test_somebody_who_has_muted_themselves_has_not_lost_their_line() -> None:
    silent = replace(WELL, silence={"audio": 60.0})
    levels = quality.steadied({}, silent, seconds=0.0)

    found = quality.of(silent, before=Quality.GOOD, levels=levels, expects=())

    assert found is Quality.GOOD


def _course(losses: list[float]) -> list[Quality]:
    """What is said of a line that loses so much, two seconds after two seconds."""
    said, levels = [Quality.GOOD], quality.steadied({}, WELL, seconds=0.0)
    for loss in losses:
        measured = up(loss=loss)
        levels = quality.steadied(levels, measured, seconds=2.0)
        found = quality.of(measured, before=said[-1], levels=levels)
        assert found is not None
        said.append(found)
    return said[1:]


def test_one_bad_moment_is_passed_over() -> None:
    assert set(_course([0.0, 0.2, 0.0, 0.0])) == {Quality.GOOD}


def test_a_line_that_loses_now_and_then_does_not_flicker() -> None:
    said = _course([0.2, 0.05] * 15)

    changes = sum(one is not other for one, other in pairwise(said))
    assert said[-1] is Quality.POOR
    assert changes == 1


def test_a_line_that_is_well_again_is_called_so_within_ten_seconds() -> None:
    said = _course([0.15] * 10 + [0.0] * 5)

    assert (said[9], said[-1]) == (Quality.POOR, Quality.GOOD)


def test_a_leg_says_the_slower_way_round() -> None:
    both = replace(WELL, publisher=_leg(rtt=0.2), subscriber=_leg(rtt=0.4))

    assert quality.round_trip(both) == 0.4
    assert quality.round_trip(WELL) is None


def _leg(**changes: object) -> LegStatistics:
    return replace(leg(), **changes)
