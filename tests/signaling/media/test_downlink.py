"""A line down to a participant, second by second, with what a browser reports of it."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from signaling.media import rtcp
from signaling.media.downlink import Downlink
from signaling.media.engine import VideoQuality
from signaling.media.estimate import TORN
from signaling.media.hearsay import Answer
from signaling.media.ladder import Layer
from tests.signaling.media.lines import Line

SOUND = 30_000
MOST: dict[Layer | None, int] = {"high": 800_000, "low": 150_000, None: 0}
PACKET = 6_000


@dataclass
class Stream:
    """What is sent of a sound or a picture; counts packets of a constant size."""

    ssrc: int
    track: Any = None
    wish: Layer | None = "high"
    allowed: int = 10_000_000
    packets: int = 0
    octets: int = 0
    holes: int = 0
    twice: bool = False
    lost: float = 0.0
    stuck: bool = False
    resending: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(octets=0)
    )

    @property
    def layer(self) -> Layer | None:
        return self.wish

    @property
    def top(self) -> int:
        return self.packets

    def want(self, layer: Layer | None, now: float) -> None:
        self.wish = layer

    def allow(self, bits: int, now: float) -> None:
        self.allowed = bits

    def flows(self, now: float) -> bool:
        return self.wish is not None and not self.stuck

    def left_out(self, number: int) -> int:
        return self.holes

    def repeat(self, numbers: list[int], *, round_trip: float, now: float) -> None:
        self.resending.octets += 1_000 * len(numbers)

    def send_again(self, octets: int) -> int:
        self.resending.octets += octets
        return octets


class Call:
    """Somebody who hears and sees one other person on a line."""

    def __init__(self, line: Line, *, start: int = 300_000, torn: float = 0.0) -> None:
        self.line, self.torn = line, torn
        self.speech = SOUND
        self.now = 100.0
        self.picture, self.sound = Stream(1), Stream(2)
        track = SimpleNamespace(
            expected=frozenset({"high", "low"}), outlets=(self.picture,), layers={}
        )
        self.picture.track = self.sound.track = track
        self.told: list[VideoQuality] = []
        self.down = Downlink(
            {0: self.picture},  # type: ignore[dict-item]
            {0: self.sound},  # type: ignore[dict-item]
            on_quality=lambda _, quality: self.told.append(quality),
            start=start,
            now=self.now,
        )
        self.down.qualities[0] = "low"
        self.seen: list[VideoQuality] = []

    def live(self, seconds: int) -> list[VideoQuality]:
        """The picture's quality in each of these seconds."""
        before = len(self.seen)
        for _ in range(seconds):
            self._second()
        return self.seen[before:]

    def _second(self) -> None:
        picture = self.picture
        bits = min(MOST[picture.wish], picture.allowed) if picture.wish else 0
        bits *= not picture.stuck
        probe = 8 * picture.resending.octets
        sound = self.speech * (2 if self.sound.twice else 1)
        lost, waits = self.line.carry(bits + sound + probe)
        picture.resending.octets = 0
        self.now += 1
        for stream, sent in ((picture, bits), (self.sound, self.speech)):
            packets = sent // PACKET
            stream.packets += packets
            stream.octets += sent // 8 - 56 * packets
            stream.lost += packets * lost
            if packets and lost < 1:
                answer = Answer(asked_at=self.now - 0.5, round_trip=0.2 + waits)
                if self.down._train_left <= self.now:
                    later = probe / self.line.width
                    answer = Answer(asked_at=self.now, round_trip=0.2 + waits + later)
                self.down.note(self._block(stream), answer, stream, self.now)  # type: ignore[arg-type]
        missing = round(self.torn * (bits + SOUND) / PACKET)
        newest = self.sound.packets
        asked = [number & 0xFFFF for number in range(newest - missing, newest)]
        self.down.repeat(self.sound, asked, self.now)  # type: ignore[arg-type]
        heard = None if self.line.down else self.now
        self._heard = heard or getattr(self, "_heard", self.now)
        self.down.look(self.now, last_heard=self._heard)
        self.down.ask(self.now)
        self.seen.append(self.down.qualities[0])

    def _block(self, stream: Stream) -> rtcp.ReportBlock:
        return rtcp.ReportBlock(
            ssrc=stream.ssrc,
            fraction_lost=0,
            lost=int(stream.lost),
            highest=stream.packets,
            jitter=0,
            last_report=0,
            delay=0,
        )


@pytest.mark.parametrize(
    ("line", "mostly"),
    [
        (Line(50_000, loss=0.20), {"paused", "audio_only"}),
        (Line(150_000, loss=0.03), {"low"}),
        (Line(400_000, loss=0.05), {"low", "high"}),
        (Line(1_000_000, loss=0.10), {"high"}),
        (Line(5_000_000), {"high"}),
    ],
    ids=["call_drop", "2.5g", "poor_3g", "very_bad", "wide"],
)
def test_a_line_settles_on_the_picture_that_it_carries(
    line: Line, mostly: set[VideoQuality]
) -> None:
    call = Call(line)
    call.live(30)

    qualities = call.live(60)

    assert sum(quality in mostly for quality in qualities) >= 48


def test_a_wide_line_gets_the_high_layer_within_seconds() -> None:
    assert "high" in Call(Line(5_000_000)).live(8)


@pytest.mark.parametrize("seconds", [2, 3, 4, 10])
def test_the_picture_is_back_soon_after_an_outage(seconds: int) -> None:
    call = Call(Line(1_000_000))
    call.live(30)
    call.line.down = True
    call.live(seconds)
    call.line.down = False

    assert {"low", "high"} & set(call.live(5)[2:])


def test_an_outage_at_the_very_beginning_costs_the_picture_no_longer() -> None:
    call = Call(Line(1_000_000))
    call.live(2)
    call.line.down = True
    call.live(3)
    call.line.down = False

    assert set(call.live(10)[4:]) <= {"low", "high"}


def test_what_is_asked_for_after_an_outage_does_not_make_the_line_a_torn_one() -> None:
    call = Call(Line(110_000))
    call.live(30)
    call.line.down = True
    call.live(5)
    call.line.down = False
    of_the_outage = [n & 0xFFFF for n in range(call.sound.packets - 40, call.sound.top)]
    call.down.repeat(call.sound, of_the_outage, call.now)  # type: ignore[arg-type]
    call.live(1)
    call.down.repeat(call.sound, of_the_outage, call.now)  # type: ignore[arg-type]
    call.live(1)

    assert call.down._missed.share < TORN


def test_a_picture_given_up_comes_back_also_while_nobody_speaks() -> None:
    call = Call(Line(40_000))
    call.live(30)
    call.speech, call.line.width = 8_000, 1_000_000
    call.down._probing.due = lambda **_: 0  # type: ignore[method-assign]

    assert call.seen[-1] == "audio_only"
    assert "low" in call.live(60)


def test_a_picture_that_waits_for_its_key_frame_is_not_doubted() -> None:
    call = Call(Line(5_000_000))
    call.live(10)
    call.picture.stuck = True
    known = call.down.estimate.bits
    call.down.note = lambda *_: None  # type: ignore[method-assign]
    call.live(5)

    assert call.down.estimate.bits == known


def test_a_late_packet_on_the_way_up_is_no_queue_on_the_way_down() -> None:
    call = Call(Line(5_000_000))
    call.live(10)
    call.down.upward = 4.0
    call.live(1)
    call.down.upward = 0.0
    call.live(1)

    assert call.down._waiting.seconds < 0.3


def test_every_change_is_told_once() -> None:
    call = Call(Line(1_000_000))
    call.live(40)
    call.line.width = 40_000
    call.live(40)

    changes = [a for a, b in zip(call.told, call.told[1:], strict=False) if a == b]
    assert changes == []
    assert call.told[-1] == "audio_only"


@pytest.mark.parametrize(
    ("line", "twice"),
    [
        (Line(2_000_000, loss=0.15), True),
        (Line(2_000_000, loss=0.02), False),
        (Line(60_000, loss=0.15), False),
    ],
    ids=["lossy_and_wide", "hardly_lossy", "lossy_and_narrow"],
)
def test_sound_goes_twice_where_much_is_lost_and_there_is_room(
    line: Line, twice: bool
) -> None:
    call = Call(line)
    call.live(30)

    assert call.sound.twice is twice


def test_what_never_came_to_us_was_not_lost_on_the_way_down() -> None:
    call = Call(Line(5_000_000))
    call.live(3)
    stream = call.picture
    for turn in range(1, 6):
        # Ten numbers more than packets each time: the publisher's own line lost them.
        stream.packets += 50
        block = rtcp.ReportBlock(
            ssrc=stream.ssrc,
            fraction_lost=40,
            lost=10 * turn,
            highest=stream.packets + 10 * turn,
            jitter=0,
            last_report=0,
            delay=0,
        )
        stream.holes = 10 * turn
        call.down.note(block, None, stream, call.now)  # type: ignore[arg-type]

    assert call.down._lost == 0


def test_a_source_that_counts_anew_has_lost_nothing() -> None:
    call = Call(Line(5_000_000))
    call.live(3)
    leapt = rtcp.ReportBlock(
        ssrc=call.picture.ssrc,
        fraction_lost=250,
        lost=2_000,
        highest=call.picture.packets + 2_100,
        jitter=0,
        last_report=0,
        delay=0,
    )
    call.picture.packets += 50
    call.down.note(leapt, None, call.picture, call.now)  # type: ignore[arg-type]

    assert call.down._lost == 0


def test_a_picture_of_which_nothing_is_reported_is_given_up() -> None:
    call = Call(Line(5_000_000))
    call.down.note = lambda *_: None  # type: ignore[method-assign]

    assert call.live(8)[-1] == "paused"


def test_repeats_never_fill_a_line() -> None:
    call = Call(Line(400_000))
    repeated = []
    for _ in range(50):
        call.now += 0.1
        before = call.picture.resending.octets
        call.down.repeat(call.picture, list(range(100)), call.now)  # type: ignore[arg-type]
        repeated.append(call.picture.resending.octets - before)

    assert 30_000 < sum(repeated) < 60_000


def test_a_torn_line_is_given_a_picture_only_where_there_is_room_for_it() -> None:
    whole, torn = Call(Line(110_000)), Call(Line(110_000), torn=0.2)
    roomy = Call(Line(2_000_000), start=600_000, torn=0.2)
    for each in (whole, torn, roomy):
        each.live(30)

    assert {"low"} <= set(whole.live(60))
    assert set(torn.live(60)) <= {"paused", "audio_only"}
    assert set(roomy.live(60)) <= {"low", "high"}
