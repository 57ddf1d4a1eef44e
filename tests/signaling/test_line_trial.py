"""What a line test makes of the numbers of both ends."""

from dataclasses import replace

import pytest

from signaling.line_messages import Report
from signaling.line_trial import summed
from signaling.media.engine import ParticipantStatistics
from tests.signaling.fakes import leg
from visitation.lines import Measured

SECOND = 60_000
REPORT = Report(
    type="report",
    received=950,
    lost=50,
    rate=400_000,
    jitter=0.02,
    round_trip=0.12,
    relayed=False,
)


def _samples(
    *, loss: float = 0.01, bytes_up: int = SECOND, rtt: float | None = 0.1
) -> list[ParticipantStatistics]:
    """Four seconds in which the same comes through in each, after a rough moment."""
    return [
        ParticipantStatistics(
            publisher=replace(
                leg(),
                loss=loss if second else 0.9,
                packets=50 * second * bool(bytes_up),
                bytes=second * bytes_up,
            ),
            subscriber=replace(
                leg(),
                rtt=rtt,
                jitter=0.01,
                packets=50 * second,
                bytes=second * SECOND,
            ),
            silence={},
        )
        for second in range(5)
    ]


def test_a_good_line_is_measured_from_both_ends() -> None:
    assert summed(_samples(), REPORT, second=1.0) == Measured(
        loss_up=pytest.approx(0.01),
        loss_down=0.05,
        round_trip=0.12,
        jitter=0.02,
        rate_up=480_000,
        rate_down=400_000,
    )


def test_without_the_pages_report_our_own_end_has_to_do() -> None:
    assert summed(_samples(), None, second=1.0) == Measured(
        loss_up=pytest.approx(0.01),
        loss_down=0.0,
        round_trip=0.1,
        jitter=0.01,
        rate_up=480_000,
        rate_down=480_000,
    )


def test_what_sends_nothing_has_lost_everything() -> None:
    found = summed(_samples(bytes_up=0), REPORT, second=1.0)

    assert (found.loss_up, found.rate_up) == (1.0, 0)


def test_a_page_that_saw_nothing_arrive_has_lost_everything() -> None:
    nothing = replace(REPORT, received=0, lost=0, rate=0, round_trip=None)

    found = summed(_samples(rtt=None), nothing, second=1.0)

    assert (found.loss_down, found.rate_down, found.round_trip) == (1.0, 0, None)


def test_either_end_knows_of_a_relay() -> None:
    assert summed(_samples(), replace(REPORT, relayed=True), second=1.0).relayed


def test_a_line_without_legs_is_no_line() -> None:
    nothing = ParticipantStatistics(publisher=None, subscriber=None, silence={})

    assert summed([nothing] * 5, None, second=1.0) == Measured()
