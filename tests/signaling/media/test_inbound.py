"""A line up from a publisher, second by second."""

from types import SimpleNamespace
from typing import Any

import pytest

from signaling.media.inbound import Bounds, Inbound
from tests.signaling.media.lines import Line

BOUNDS = Bounds(floor=30_000, start=800_000, cap=1_500_000)
SOUND = 30_000
PACKET = 6_000


class Stream:
    """What arrives of a sound or a layer; counts packets of a constant size."""

    def __init__(self, kind: str, ssrc: int) -> None:
        self.kind, self.ssrc = kind, ssrc
        self.packets = self.octets = 0
        self.missed = 0
        self.lost = 0.0
        self.heard = 0.0
        self.travelled: float | None = None

    def arrives(self, bits: int, *, lost: float, waits: float, now: float) -> None:
        packets = bits // PACKET
        if lost >= 1:
            self.lost += packets
            return
        self.packets += round(packets * (1 - lost))
        self.lost += round(packets * lost)
        self.missed += round(packets * lost)
        self.octets = self.packets * (PACKET // 8 - 44)
        self.heard, self.travelled = now, 5.0 + waits


class Publisher:
    """A page that sends as much as it is told, and at most its two layers."""

    def __init__(self, line: Line, *, layered: bool = True) -> None:
        self.line = line
        self.now = 100.0
        self.sound, self.picture = Stream("audio", 1), Stream("video", 2)
        self.viewer = SimpleNamespace(wish="high", allowance=lambda now: None)
        self.listener = SimpleNamespace(allowance=lambda now: None)
        layers = frozenset({"high", "low"}) if layered else frozenset()
        self.tracks: dict[Any, Any] = {
            "audio": SimpleNamespace(
                expected=frozenset(),
                layers={"high": self.sound},
                outlets=(self.listener,),
            ),
            "video": SimpleNamespace(
                expected=layers,
                layers={"high": self.picture},
                outlets=(self.viewer,),
            ),
        }
        self.inbound = Inbound(BOUNDS)

    def live(self, seconds: int) -> list[str]:
        """What the page is told in each of these seconds."""
        return [self._second() for _ in range(seconds)]

    def _second(self) -> str:
        self.now += 1
        told = self.inbound.decided.quality
        most = {"high": 1_150_000, "low": 150_000}.get(told, 0)
        bits = min(most, self.inbound.allowed)
        lost, waits = self.line.carry(bits + SOUND)
        self.picture.arrives(bits, lost=lost, waits=waits, now=self.now)
        self.sound.arrives(SOUND, lost=lost, waits=waits, now=self.now)
        self.inbound.sample(self.tracks, self.now)
        self.inbound.look(self.tracks, 0.2, self.now)
        return self.inbound.decided.quality


@pytest.mark.parametrize(
    ("line", "mostly"),
    [
        (Line(50_000, loss=0.20), {"paused", "audio_only"}),
        (Line(150_000, loss=0.03), {"low"}),
        (Line(1_000_000, loss=0.10), {"high"}),
        (Line(5_000_000), {"high"}),
    ],
    ids=["call_drop", "2.5g", "very_bad", "wide"],
)
def test_a_page_is_let_send_what_its_line_carries(line: Line, mostly: set[str]) -> None:
    page = Publisher(line)
    page.live(30)

    assert sum(told in mostly for told in page.live(60)) >= 45


def test_sound_waits_no_longer_than_a_moment_on_a_settled_line() -> None:
    page = Publisher(Line(150_000, loss=0.03))
    page.live(30)
    waits = []
    for _ in range(60):
        page.live(1)
        waits.append(page.line.queued / page.line.width)

    assert sum(wait > 0.6 for wait in waits) <= 6


@pytest.mark.parametrize(
    ("width", "slow"), [(100_000, True), (2_000_000, False)], ids=["narrow", "wide"]
)
def test_sound_is_packed_slowly_on_a_narrow_line(width: int, slow: bool) -> None:
    page = Publisher(Line(width))
    page.live(60)

    assert page.inbound.decided.slow is slow


def test_sound_is_packed_slowly_for_a_narrow_listener() -> None:
    page = Publisher(Line(2_000_000))
    page.listener.allowance = lambda now: 60_000
    page.live(5)

    assert page.inbound.decided.slow


@pytest.mark.parametrize("seconds", [2, 3, 10])
def test_an_outage_costs_the_picture_nothing(seconds: int) -> None:
    page = Publisher(Line(2_000_000))
    page.live(20)
    page.line.down = True
    page.live(seconds)
    page.line.down = False

    assert set(page.live(10)) == {"high"}


def test_a_clock_that_leaps_is_no_queue() -> None:
    page = Publisher(Line(2_000_000))
    page.live(10)
    leapt = page.sound.arrives

    def arrives(bits: int, *, lost: float, waits: float, now: float) -> None:
        leapt(bits, lost=lost, waits=waits + 40_000, now=now)

    page.sound.arrives = arrives  # type: ignore[method-assign]
    page.live(1)

    assert page.inbound.waits == 0.0


def test_a_page_that_counts_anew_has_lost_nothing() -> None:
    page = Publisher(Line(2_000_000))
    page.live(10)
    page.picture.lost += 2_000
    page.live(2)

    assert not page.inbound.overused


def test_the_narrowest_viewer_of_a_single_layer_decides() -> None:
    page = Publisher(Line(2_000_000), layered=False)
    page.viewer.allowance = lambda now: 90_000
    page.live(2)

    assert page.inbound.allowed == 90_000


def test_sound_that_waited_and_comes_all_at_once_leaves_the_picture_its_room() -> None:
    page = Publisher(Line(2_000_000))
    page.live(20)
    page.sound.arrives(400_000, lost=0, waits=0, now=page.now)

    assert set(page.live(10)) == {"high"}
    assert page.inbound._sound < 2 * SOUND
