"""What a receiver sees of a picture whose layers are switched in any order."""

import itertools
import struct
from collections import Counter
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.media import rtcp
from signaling.media.downstream import Downstream, Start
from signaling.media.layers import Track
from signaling.media.sections import Format
from signaling.media.upstream import Layer, SenderClock, Upstream
from tests.signaling.media.client import h264, video

START = Start(ssrc=9, repair_ssrc=10, number=7, timestamp=2**32 - 9_000)
VP8 = Format(codec="vp8", payload_type=96)
H264 = Format(codec="h264", payload_type=102)
SSRC: dict[Layer, int] = {"high": 1_000, "low": 2_000}
Act = Literal["high", "low", "pause", "frames", "lose_high", "late"]


class Wire:
    """The leg of the receiver: keeps what is sent, in the clear."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, packet: bytes) -> None:
        self.sent.append(packet)


class Scene:
    """A camera with two layers and one who looks at it."""

    def __init__(
        self, *, reports: bool = False, formats: tuple[Format, ...] = (VP8,)
    ) -> None:
        self.wire = Wire()
        self.now = 100.0
        self.down = Downstream(self.wire, "video", START, dropped=Counter())  # type: ignore[arg-type]
        self.down.accept(formats)
        self.down.begin(lambda packet: packet)
        self.track = Track("video", SenderClock())
        self.track.codecs = {96: "vp8", 102: "h264"}
        # Every stream begins with a key frame.
        self.asked = set(SSRC.values())
        self.numbers = {"high": 65_000, "low": 40}
        self.pictures = {"high": 32_700, "low": 3}
        self.reports = reports
        self.frame = 0
        self.streams: dict[Layer, Upstream] = {}
        for layer in ("high", "low"):
            self.streams[layer] = self.stream(layer)
            self.track.put(self.streams[layer], self.now)
        self.track.connect((self.down,), self.now)

    def stream(self, layer: Layer) -> Upstream:
        return Upstream(
            "video",
            SSRC[layer],
            layer,
            number=self.numbers[layer],
            codecs=self.track.codecs,
            clock=self.track.clock,
            ask=self.hear,
            call=lambda _: None,
        )

    def hear(self, compound: bytes) -> None:
        for packet in rtcp.split(compound):
            self.asked |= set(rtcp.key_frames_asked_in(packet))

    def taken(self, layer: Layer) -> int:
        return self.frame * 3000 + SSRC[layer] * 1_234_567 & 0xFFFFFFFF

    def shoot(self, *layers: Layer, packets: int = 1) -> None:
        """One picture, in packets, as a key frame where one was asked for."""
        self.frame += 1
        self.now += 1 / 30
        for layer in layers:
            key = SSRC[layer] in self.asked
            self.asked.discard(SSRC[layer])
            self.pictures[layer] += 1
            for part in range(packets):
                self.streams[layer].take(
                    self.packet(layer, key=key, part=part, last=part == packets - 1),
                    self.now,
                )
            if self.reports:
                report = rtcp.SenderReport(
                    ssrc=SSRC[layer],
                    ntp=self.frame * 2**32 // 30,
                    timestamp=self.taken(layer),
                    packets=1,
                    octets=1,
                )
                self.streams[layer].note_report(report, own_ntp=0, now=self.now)

    def do(self, act: Act, packets: int) -> None:
        if act in {"high", "low"}:
            self.down.want(act, self.now)
        elif act == "pause":
            self.down.want(None, self.now)
        elif act == "late":
            self.now += 0.3
        elif act == "lose_high":
            for _ in range(40):
                self.shoot("low", packets=packets)
            self.track.arrange(self.now)

    def packet(self, layer: Layer, *, key: bool, part: int, last: bool) -> bytes:
        number = self.numbers[layer]
        self.numbers[layer] += 1
        whole = video(
            number,
            ssrc=SSRC[layer],
            key=key,
            picture=self.pictures[layer] & 0x7FFF,
            timestamp=self.taken(layer),
        )
        begins = 0x90 if part == 0 else 0x80
        marked = whole[1] if last else whole[1] & 0x7F
        return (
            whole[:1] + bytes((marked,)) + whole[2:12] + bytes((begins,)) + whole[13:]
        )


def fields(packets: list[bytes]) -> list[tuple[int, int, int]]:
    """Number, timestamp and picture id of each packet."""
    return [struct.unpack_from("!xxHLxxxxxxH", packet) for packet in packets]


def whole_frames(packets: list[bytes]) -> list[list[bytes]]:
    by_time = itertools.groupby(packets, key=lambda p: (p[4:8], p[14:16]))
    return [list(frame) for _, frame in by_time]


def layer_of(frame: list[bytes]) -> Layer:
    """Only the high layer's numbers are so high."""
    return "high" if int(frame[0][19:].split()[1]) >= 65_000 else "low"


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["high", "low", "pause", "frames", "lose_high", "late"]),
        min_size=1,
        max_size=25,
    ),
    st.booleans(),
    st.integers(1, 3),
)
def test_the_receiver_sees_one_stream_whatever_is_switched(
    acts: list[Act], reports: bool, packets: int
) -> None:
    scene = Scene(reports=reports)
    for act in acts:
        scene.do(act, packets)
        for _ in range(3):
            scene.shoot("high", "low", packets=packets)

    seen = fields(scene.wire.sent)
    for (number, time, _), (next_number, next_time, _) in itertools.pairwise(seen):
        assert next_number == (number + 1) & 0xFFFF
        assert (next_time - time) & 0xFFFFFFFF < 10 * 90_000
    frames = whole_frames(scene.wire.sent)
    for before, after in itertools.pairwise(frames):
        last, first = fields(before)[-1], fields(after)[0]
        assert first[1] != last[1]
        assert first[2] & 0x7FFF == last[2] + 1 & 0x7FFF
        if layer_of(before) != layer_of(after):
            assert after[0][18] == 0x10, "it was switched in the midst of something"
    assert {packet[8:12] for packet in scene.wire.sent} <= {b"\0\0\0\x09"}


def test_the_source_goes_on_until_the_key_frame_of_the_target() -> None:
    scene = Scene()
    scene.shoot("high", "low")
    scene.asked.clear()
    scene.down.want("low", scene.now)
    assert scene.asked == {SSRC["low"]}

    scene.asked.clear()
    for _ in range(18):
        scene.shoot("high", "low")
        if SSRC["low"] in scene.asked:
            break
    assert scene.down.layer == "high"
    assert scene.asked == {SSRC["low"]}, "it was not asked again after half a second"
    sent = len(scene.wire.sent)
    scene.shoot("high", "low")

    assert scene.down.layer == "low"
    assert len(scene.wire.sent) == sent + 2
    assert scene.down.switches == 1


def test_time_goes_on_as_the_camera_says_also_where_frames_are_late() -> None:
    scene = Scene(reports=True)
    scene.shoot("high", "low")
    scene.shoot("high", "low")
    scene.down.want("low", scene.now)
    scene.now += 0.2
    scene.shoot("high", "low")
    scene.shoot("low")

    times = [time for _, time, _ in fields(scene.wire.sent)]
    steps = [(b - a) & 0xFFFFFFFF for a, b in itertools.pairwise(times)]
    # A sixth of a second by the clock, but one frame by the camera.
    assert steps == [3000, 3000, 1, 3000]


@pytest.mark.parametrize("late", [1, 2])
def test_a_key_frame_whose_beginning_came_late_is_no_place_to_begin(late: int) -> None:
    scene = Scene()
    scene.asked = {SSRC["high"]}
    scene.shoot("low")
    scene.frame += 1
    first = scene.packet("high", key=True, part=0, last=False)
    rest = [scene.packet("high", key=True, part=1, last=False) for _ in range(late)]
    scene.streams["high"] = scene.stream("high")
    scene.streams["high"].top = scene.numbers["high"] - late - 2
    scene.track.put(scene.streams["high"], scene.now)
    for packet in [*rest, first]:
        scene.streams["high"].take(packet, scene.now)

    assert scene.down.layer is None
    assert scene.wire.sent == []


def test_a_change_of_codec_begins_with_a_key_frame() -> None:
    scene = Scene(formats=(VP8, H264))
    scene.asked = {SSRC["high"]}
    scene.shoot("high")
    number = scene.numbers["high"]
    for after, key in enumerate((False, True, False)):
        packet = h264(number + after, ssrc=SSRC["high"], key=key)
        scene.streams["high"].take(packet, scene.now)

    sent = scene.wire.sent
    assert [packet[1] & 0x7F for packet in sent] == [96, 102, 102]
    assert [packet[12:] for packet in sent[1:]] == [
        h264(number + 1, key=True)[12:],
        h264(number + 2)[12:],
    ]
    assert [number for number, _, _ in fields(sent)] == [7, 8, 9]


def test_whoever_cannot_decode_it_is_sent_nothing() -> None:
    scene = Scene(formats=(H264,))
    scene.asked = {SSRC["high"], SSRC["low"]}
    scene.shoot("high", "low")
    assert scene.wire.sent == []
