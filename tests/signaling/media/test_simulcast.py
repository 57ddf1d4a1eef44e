"""Two layers of a picture through a whole forwarder: switched, replaced, repaired."""

import itertools
import struct

import pytest

from signaling.media import engine, rtcp
from signaling.media.downstream import Downstream
from tests.signaling.media.client import REPAIRED_RID, Peer, named, repeated, video
from tests.signaling.media.conftest import Stage, until
from tests.signaling.media.test_forwarder import numbers, picture_id, settle, steps

HIGH, LOW = 0x1000, 0x2000
RIDS = {HIGH: "h", LOW: "l"}


class Camera:
    """Sends both layers of a picture, frame by frame, as a browser does."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._numbers = {HIGH: 40_000, LOW: 65_530}
        self._pictures = {HIGH: 1_000, LOW: 30_000}
        self._frames = 0

    def shoot(self, *layers: int, keys: tuple[int, ...] = ()) -> None:
        """Takes one picture and sends it in the layers, as key frames in some."""
        self._frames += 1
        for ssrc in layers or (HIGH, LOW):
            self.peer.send(named(self.packet(ssrc, key=ssrc in keys), RIDS[ssrc]))

    def packet(self, ssrc: int, *, key: bool = False) -> bytes:
        number, picture = self._numbers[ssrc], self._pictures[ssrc]
        self._numbers[ssrc] += 1
        self._pictures[ssrc] += 1
        # Each layer counts time from a start of its own.
        taken = self._frames * 3000 + ssrc * 7919
        return video(
            number, ssrc=ssrc, key=key, picture=picture & 0x7FFF, timestamp=taken
        )

    def report(self, *layers: int) -> None:
        """Says which timestamps of the layers go together."""
        for ssrc in layers or (HIGH, LOW):
            report = rtcp.SenderReport(
                ssrc=ssrc,
                ntp=(3_900_000_000 << 32) + self._frames * 2**32 // 30,
                timestamp=self._frames * 3000 + ssrc * 7919 & 0xFFFFFFFF,
                packets=1,
                octets=1,
            )
            self.peer.send(rtcp.sender_report(report))


def frames(packets: list[bytes]) -> list[str]:
    """What the frames are, and which of them can be decoded alone."""
    kinds = {0x10: "key", 0x11: "delta"}
    return [kinds[packet[18]] + packet[19:].decode()[5:] for packet in packets]


def timestamps(packets: list[bytes]) -> list[int]:
    return [struct.unpack_from("!L", packet, 4)[0] for packet in packets]


def picture_of(stage: Stage, name: str) -> Downstream:
    return stage.forwarder._routes.subscriptions[name].stream("video", 0)


async def call(stage: Stage, **offer: object) -> tuple[Camera, Peer]:
    family = await stage.publisher("family", rids=("l", "h"), audio=False, **offer)
    terminal = await stage.subscriber("terminal", "family")
    return Camera(family), terminal


async def seen(peer: Peer, count: int) -> None:
    await until(lambda: len(peer.packets) >= count)
    await settle()
    assert len(peer.packets) == count


def asked(peer: Peer) -> list[int]:
    """Of which layers key frames were asked for."""
    packets = peer.asked(rtcp.PAYLOAD_FEEDBACK, rtcp.PICTURE_LOSS)
    return [rtcp.key_frames_asked_in(packet)[0] for packet in packets]


async def test_both_layers_come_and_only_the_high_one_goes_on(stage: Stage) -> None:
    camera, terminal = await call(stage)

    camera.shoot(keys=(HIGH, LOW))
    camera.shoot()
    await seen(terminal, 2)

    assert frames(terminal.packets) == ["key 40000", "delta 40001"]
    assert picture_of(stage, "terminal").layer == "high"
    assert [e.kind for e in stage.events[2:] if isinstance(e, engine.TrackStarted)] == [
        "video"
    ]
    publisher = stage.forwarder.statistics("family").publisher
    assert publisher.packets == 4


async def test_layers_are_switched_at_key_frames_without_a_seam(stage: Stage) -> None:
    camera, terminal = await call(stage)
    camera.shoot(keys=(HIGH, LOW))
    camera.report()
    camera.shoot()
    await seen(terminal, 2)

    picture_of(stage, "terminal").want("low", stage.clock())
    await until(lambda: LOW in asked(camera.peer))
    camera.shoot()
    await seen(terminal, 3)
    assert picture_of(stage, "terminal").layer == "high"
    camera.shoot(keys=(LOW,))
    camera.shoot()
    await until(lambda: len(terminal.packets) >= 5)
    picture_of(stage, "terminal").want("high", stage.clock())
    camera.shoot(keys=(HIGH,))
    await seen(terminal, 7)

    assert frames(terminal.packets) == [
        "key 40000",
        "delta 40001",
        "delta 40002",
        # The high layer's frame of this moment came first, so both were sent.
        "delta 40003",
        "key 65533",
        "delta 65534",
        "key 40005",
    ]
    assert steps(numbers(terminal.packets)) == [1] * 6
    assert steps([picture_id(packet) for packet in terminal.packets]) == [1] * 6
    assert steps([packet[16] for packet in terminal.packets], 256) == [1] * 6
    # One tick more where two frames are of one moment; then the camera's own time.
    assert steps(timestamps(terminal.packets), 2**32) == [
        *(3000, 3000, 3000),
        *(1, 3000, 3000),
    ]
    (worker,) = stage.forwarder.workers()
    assert worker.layer_switches == 2


async def test_without_reports_the_time_of_arrival_has_to_do(stage: Stage) -> None:
    camera, terminal = await call(stage)
    camera.shoot(keys=(HIGH, LOW))
    await seen(terminal, 1)
    stage.clock.ahead += 0.4

    picture_of(stage, "terminal").want("low", stage.clock())
    camera.shoot(LOW, keys=(LOW,))
    await seen(terminal, 2)

    (step,) = steps(timestamps(terminal.packets), 2**32)
    assert step == pytest.approx(0.4 * 90_000, rel=0.5)


async def test_a_paused_picture_goes_on_where_it_stopped(stage: Stage) -> None:
    camera, terminal = await call(stage)
    camera.shoot(keys=(HIGH, LOW))
    await seen(terminal, 1)

    picture_of(stage, "terminal").want(None, stage.clock())
    for _ in range(3):
        camera.shoot()
    await seen(terminal, 1)
    assert picture_of(stage, "terminal").layer is None
    picture_of(stage, "terminal").want("low", stage.clock())
    camera.shoot()
    camera.shoot(keys=(LOW,))
    await seen(terminal, 2)

    assert frames(terminal.packets) == ["key 40000", "key 65535"]
    assert steps(numbers(terminal.packets)) == [1]
    assert steps([picture_id(packet) for packet in terminal.packets]) == [1]


async def test_a_layer_that_stops_is_replaced_and_comes_back(stage: Stage) -> None:
    camera, terminal = await call(stage)
    camera.shoot(keys=(HIGH, LOW))
    await seen(terminal, 1)

    # The browser suspends the high layer: it has no bandwidth for it.
    stage.clock.ahead += 0.8
    camera.shoot(LOW)
    await settle()
    stage.clock.ahead += 0.4
    camera.shoot(LOW)
    await until(lambda: LOW in asked(camera.peer), within=1)
    camera.shoot(LOW, keys=(LOW,))
    camera.shoot(LOW)
    await until(lambda: len(terminal.packets) == 3)
    assert picture_of(stage, "terminal").layer == "low"
    camera.shoot(keys=(HIGH,))
    camera.shoot()
    await until(lambda: len(terminal.packets) >= 5)
    await settle()

    assert frames(terminal.packets)[:3] == ["key 40000", "key 65533", "delta 65534"]
    assert frames(terminal.packets)[-2:] == ["key 40001", "delta 40002"]
    assert picture_of(stage, "terminal").layer == "high"
    assert steps(numbers(terminal.packets)) == [1] * (len(terminal.packets) - 1)


async def test_each_viewer_has_its_own_layer(stage: Stage) -> None:
    camera, terminal = await call(stage)
    lawyer = await stage.subscriber("lawyer", "family")
    picture_of(stage, "lawyer").want("low", stage.clock())

    camera.shoot(keys=(HIGH, LOW))
    camera.shoot()
    await seen(terminal, 2)
    await seen(lawyer, 2)

    assert frames(terminal.packets) == ["key 40000", "delta 40001"]
    assert frames(lawyer.packets) == ["key 65530", "delta 65531"]


async def test_layers_that_others_name_otherwise_go_by_their_order(
    stage: Stage,
) -> None:
    family = await stage.publisher("family", rids=("best", "small"), audio=False)
    terminal = await stage.subscriber("terminal", "family")

    family.send(named(video(1, ssrc=7, key=True), "small"))
    family.send(named(video(1, ssrc=8, key=True), "best"))
    await seen(terminal, 2)

    assert picture_of(stage, "terminal").layer == "high"


async def test_a_layer_without_a_name_is_not_guessed(stage: Stage) -> None:
    camera, terminal = await call(stage)

    camera.peer.send(camera.packet(HIGH, key=True))
    await until(lambda: stage.forwarder.dropped["unknown_stream"] == 1)
    # Its name may come with a later packet.
    camera.shoot(HIGH, keys=(HIGH,))
    await seen(terminal, 1)

    assert frames(terminal.packets) == ["key 40001"]


async def test_a_repair_stream_fills_the_holes_and_nothing_else(stage: Stage) -> None:
    camera, terminal = await call(stage, rtx=True)
    camera.shoot(HIGH, keys=(HIGH,))
    await seen(terminal, 1)
    lost = camera.packet(HIGH)
    known = camera.packet(HIGH)
    camera.peer.send(known)
    await until(lambda: camera.peer.asked(rtcp.TRANSPORT_FEEDBACK, rtcp.NACK))

    again = itertools.count(1)

    def repeat(packet: bytes) -> None:
        wrapped = repeated(packet, next(again), ssrc=77)
        camera.peer.send(named(wrapped, "h", extension=REPAIRED_RID))

    repeat(lost)
    # Browsers also repeat what has arrived, to find out how much the line carries.
    repeat(known)
    repeat(lost)
    camera.peer.send(repeated(b"\xa0" + bytes(11), 9, ssrc=77)[:12] + b"\0\0\0\4")
    await seen(terminal, 3)

    assert numbers(terminal.packets)[1] == numbers(terminal.packets)[2] + 1
    assert sorted(frames(terminal.packets)) == [
        "delta 40001",
        "delta 40002",
        "key 40000",
    ]
    await until(
        lambda: stage.forwarder.statistics("family").publisher.loss > 0, within=2
    )


async def test_repeats_go_in_a_stream_of_their_own_where_they_are_taken(
    stage: Stage,
) -> None:
    family = await stage.publisher("family", audio=False)
    peer = await stage.subscriber("terminal", "family", rtx=True)
    offer = await stage.forwarder.subscribe("terminal")

    family.send(video(5, key=True, picture=9))
    await seen(peer, 1)
    (original,) = peer.packets
    ssrc = int.from_bytes(original[8:12], "big")
    peer.send(rtcp.nack(1, ssrc, numbers([original])))
    await seen(peer, 2)

    repair = peer.packets[1]
    assert f"a=ssrc-group:FID {ssrc} {int.from_bytes(repair[8:12], 'big')}" in offer
    assert repair[1] == 0x80 | 97
    assert repair[4:8] == original[4:8]
    assert repair[12:14] == original[2:4]
    assert repair[14:] == original[12:]
    assert stage.forwarder.workers()[0].retransmitted == 1


async def test_a_key_frame_that_comes_by_itself_is_not_asked_for(
    stage: Stage,
) -> None:
    camera, terminal = await call(stage)

    camera.shoot(keys=(HIGH, LOW))
    camera.shoot()
    await seen(terminal, 2)

    assert asked(camera.peer) == []
