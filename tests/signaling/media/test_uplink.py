import pytest

from signaling.media.engine import VideoQuality
from signaling.media.ladder import Layer, Picture
from signaling.media.uplink import Uplink, Viewer, demand

TWO = Picture(high=250_000, low=60_000)


@pytest.mark.parametrize(
    ("viewers", "wanted"),
    [
        ((), ("low", 150_000)),
        ((Viewer(layer=None, bits=60_000),), ("low", 60_000)),
        ((Viewer(layer="low", bits=90_000),), ("low", 90_000)),
        (
            (Viewer(layer="low", bits=90_000), Viewer(layer="high", bits=400_000)),
            ("high", 550_000),
        ),
        (
            (Viewer(layer="high", bits=700_000), Viewer(layer="high", bits=400_000)),
            ("high", 550_000),
        ),
        ((Viewer(layer="high", bits=3_000_000),), ("high", 1_500_000)),
    ],
    ids=["nobody", "none_gets_it", "low", "both", "the_narrower", "capped"],
)
def test_what_is_sent_suits_the_narrowest_of_those_who_want_the_best(
    viewers: tuple[Viewer, ...], wanted: tuple[Layer, int]
) -> None:
    assert demand(viewers, low=150_000, cap=1_500_000) == wanted


def quality(uplink: Uplink, budget: int, wanted: Layer, seconds: int) -> VideoQuality:
    for now in range(seconds):
        uplink.decide(TWO, budget=budget, wanted=wanted, now=float(now))
    return uplink.quality


@pytest.mark.parametrize(
    ("budget", "wanted", "seconds", "expected"),
    [
        (800_000, "high", 60, "high"),
        (150_000, "high", 1, "low"),
        (30_000, "high", 1, "paused"),
        (30_000, "high", 15, "audio_only"),
        (800_000, "low", 5, "high"),
        (800_000, "low", 12, "low"),
        (30_000, "low", 12, "audio_only"),
    ],
    ids=[
        "all",
        "narrow",
        "too_narrow",
        "for_long",
        "lately_wanted",
        "nobody_looks",
        "both",
    ],
)
def test_how_much_a_publisher_is_let_send(
    budget: int, wanted: Layer, seconds: int, expected: VideoQuality
) -> None:
    assert quality(Uplink(), budget, wanted, seconds) == expected


def test_sound_is_packed_slowly_until_the_line_has_been_wide_for_a_while() -> None:
    uplink, slow = Uplink(), []
    for now, narrowest in enumerate([180, 120, 180] + [300] * 25):
        uplink.pack(narrowest * 1000, float(now))
        slow.append(uplink.slow)

    assert slow == [False] + [True] * 21 + [False] * 6


def test_a_publisher_whose_line_was_gone_climbs_at_once() -> None:
    uplink = Uplink()
    quality(uplink, 800_000, "high", 5)
    uplink.decide(TWO, budget=150_000, wanted="high", now=5.0)
    uplink.forget_failures()
    for now in range(6, 11):
        uplink.decide(TWO, budget=800_000, wanted="high", now=float(now))

    assert uplink.quality == "high"
