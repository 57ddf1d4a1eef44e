import pytest

from signaling.media.estimate import Estimate, Limits, Losses, Reading, Waiting
from tests.signaling.media.lines import Line

LIMITS = Limits(floor=30_000, start=300_000, cap=3_000_000)


def settled(
    line: Line, *, most: int, seconds: int = 60, start: int = 300_000
) -> Estimate:
    """What is known of a line on which as much is sent as is believed to fit."""
    estimate, losses = (
        Estimate(Limits(floor=30_000, start=start, cap=3_000_000)),
        Losses(),
    )
    for second in range(seconds):
        sent = min(most, estimate.bits)
        lost, queue = line.carry(sent)
        packets = max(1, sent // 6000)
        estimate.observe(
            Reading(
                sent=sent,
                loss=losses.observe(expected=packets, lost=lost * packets),
                queue=queue,
            ),
            now=float(second),
        )
    return estimate


@pytest.mark.parametrize(
    ("line", "at_least", "at_most"),
    [
        (Line(150_000, loss=0.03), 80_000, 190_000),
        (Line(400_000, loss=0.05), 200_000, 520_000),
        (Line(1_000_000, loss=0.10), 400_000, 1_250_000),
        (Line(50_000, loss=0.20), 30_000, 65_000),
        (Line(400_000, longest=0.05), 200_000, 560_000),
        (Line(5_000_000), 2_000_000, 3_000_000),
    ],
    ids=["2.5g", "poor_3g", "very_bad", "call_drop", "no_buffer", "wide"],
)
def test_the_estimate_finds_what_a_line_carries(
    line: Line, at_least: int, at_most: int
) -> None:
    estimate = settled(line, most=3_000_000)

    assert at_least <= estimate.bits <= at_most


def test_packets_wait_only_now_and_then_on_a_settled_line() -> None:
    line = Line(150_000)
    settled(line, most=3_000_000, seconds=20)
    estimate = Estimate(LIMITS)
    estimate.bits = 130_000
    waits = []
    for second in range(60):
        lost, queue = line.carry(estimate.bits)
        reading = Reading(sent=estimate.bits, loss=lost, queue=queue)
        estimate.observe(reading, now=float(second))
        waits.append(queue)

    assert sum(wait > 0.8 for wait in waits) <= 3


@pytest.mark.parametrize("loss", [0.03, 0.1, 0.2])
def test_loss_that_any_rate_has_does_not_hold_a_wide_line_down_for_good(
    loss: float,
) -> None:
    assert settled(Line(5_000_000, loss=loss), most=600_000).bits >= 550_000


def test_no_more_is_believed_than_was_tried() -> None:
    assert settled(Line(5_000_000), most=100_000, start=50_000).bits <= 150_000


@pytest.mark.parametrize(
    ("reading", "bits"),
    [
        (Reading(sent=300_000), 325_000),
        (Reading(sent=100_000), 300_000),
        (Reading(sent=200_000, queue=0.3), 300_000),
        (Reading(sent=300_000, queue=0.3), 285_000),
        (Reading(sent=300_000, queue=0.5), 285_000),
        (Reading(sent=300_000, queue=0.9), 255_000),
        (Reading(sent=300_000, loss=0.3), 147_000),
        (Reading(sent=300_000, loss=0.9), 120_000),
        (Reading(sent=300_000, allowed=200_000), 300_000),
        (Reading(sent=300_000, allowed=240_000, queue=0.3), 240_000),
        (Reading(sent=300_000, allowed=40_000, queue=0.3), 210_000),
        (Reading(sent=300_000, allowed=400_000), 325_000),
        (Reading(sent=100_000, probed=1_000_000), 900_000),
        (Reading(sent=100_000, probed=200_000), 300_000),
        (Reading(sent=1_000, queue=1.0), 30_000),
    ],
    ids=[
        "used_and_clean_rises",
        "unused_stays",
        "waiting_a_little_stays_where_little_is_sent",
        "waiting_a_little_eases",
        "waiting_long_once_eases",
        "waiting_very_long_gives_way",
        "lossy_gives_way",
        "never_too_far_at_once",
        "receiver_says_less_without_reason",
        "receiver_says_less_and_packets_wait",
        "receiver_says_hardly_anything",
        "receiver_says_enough",
        "train_found_more",
        "train_found_less",
        "floor",
    ],
)
def test_one_reading(reading: Reading, bits: int) -> None:
    estimate = Estimate(LIMITS)

    estimate.observe(reading, now=0.0)

    assert estimate.bits == bits


def test_a_cut_is_given_time_to_show() -> None:
    estimate = Estimate(LIMITS)
    for now in (0.0, 1.0):
        estimate.observe(Reading(sent=300_000, queue=0.5), now)

    assert estimate.bits == 255_000


def test_reports_that_are_rare_let_it_rise_as_fast() -> None:
    often, rarely = Estimate(LIMITS), Estimate(LIMITS)
    for now in range(11):
        often.observe(Reading(sent=1_000_000), float(now))
    for now in (0, 5, 10):
        rarely.observe(Reading(sent=1_000_000), float(now))

    assert rarely.bits == pytest.approx(often.bits, rel=0.1)


def test_a_queue_that_still_grows_is_cut_again_at_once() -> None:
    estimate = Estimate(LIMITS)
    estimate.observe(Reading(sent=300_000, queue=0.5), 0.0)
    for now in (1.0, 1.5, 2.0):
        estimate.observe(Reading(sent=255_000, queue=0.5 + now), now)

    assert estimate.bits == 216_750


def test_waiting_is_what_exceeds_the_shortest_way() -> None:
    waiting, travelled = Waiting(), (10.5, 10.2, 10.7)

    waits = [waiting.observe(t, now) for now, t in enumerate(travelled)]

    assert waits == [0.0, 0.0, pytest.approx(0.5)]


def test_a_longer_way_is_no_queue_after_a_while() -> None:
    waiting = Waiting()
    waiting.observe(0.1, 0.0)

    waits = [waiting.observe(0.7, float(now)) for now in range(1, 30)]

    assert (waits[0], waits[-1]) == (pytest.approx(0.6), 0.0)


def test_few_packets_do_not_make_much_loss() -> None:
    losses = Losses()
    assert losses.share == 0.0
    for _ in range(5):
        losses.observe(expected=50, lost=0)

    assert losses.observe(expected=15, lost=4) < 0.07
