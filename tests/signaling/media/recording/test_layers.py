"""Of two layers the best that comes is kept, and no publisher sends more for it."""

import asyncio
from pathlib import Path

import pytest

from signaling.media import rtcp
from signaling.media.engine import PublishQualityChanged
from tests.signaling.media.client import Peer, video
from tests.signaling.media.conftest import Stage, until
from tests.signaling.media.recording.tapes import ended, packets, runs, tracks
from tests.signaling.media.seen import settle
from tests.signaling.media.test_simulcast import HIGH, LOW, Camera

PICTURE = 0x71DE0


@pytest.fixture
async def camera(stage: Stage) -> Camera:
    stage.forwarder.join("family", "room", privileged=False)
    peer = await stage.publisher("family", rids=("l", "h"), audio=False)
    return Camera(peer)


async def test_the_better_layer_is_kept_and_the_other_when_it_stops(
    stage: Stage, camera: Camera, tmp_path: Path
) -> None:
    path = tmp_path / "one.journal"
    await runs(stage, "family", path)
    camera.shoot(keys=(HIGH, LOW))
    camera.shoot()
    await settle()
    stage.clock.ahead += 2.0
    camera.shoot(LOW)
    await asyncio.sleep(0.4)
    camera.shoot(LOW, keys=(LOW,))
    camera.shoot(LOW)
    await settle()
    camera.shoot()
    await asyncio.sleep(0.4)
    camera.shoot(keys=(HIGH,))
    await settle()
    lines = await ended(stage, "family", path)

    assert tracks(lines) == [
        (HIGH, "vp8", "high"),
        (LOW, "vp8", "low"),
        (HIGH, "vp8", "high"),
    ]
    assert len(packets(lines, HIGH)) == 3
    assert len(packets(lines, LOW)) == 3


async def test_a_recording_is_no_viewer(
    stage: Stage, camera: Camera, tmp_path: Path
) -> None:
    await runs(stage, "family", tmp_path / "one.journal")
    publication = stage.forwarder._routes.publications["family"]
    for _ in range(12):
        camera.shoot(keys=(HIGH, LOW))
        stage.clock.ahead += 1.0
        await settle()
        publication.report(stage.clock())
    told = [e for e in stage.events if isinstance(e, PublishQualityChanged)]
    assert [each.quality for each in told] == ["high", "low"]
    assert publication._line.allowed <= 150_000


async def lose(stage: Stage, family: Peer, first: int) -> None:
    """Has a packet never come, until it is not asked for any more."""
    family.send(video(first))
    family.send(video(first + 2))
    await settle()
    stream = (
        stage.forwarder._routes.publications["family"].tracks["video"].layers["high"]
    )
    before = stream.given_up
    for _ in range(8):
        stage.clock.ahead += 1.0
        await asyncio.sleep(0.03)
    assert stream.given_up == before + 1


def asked(peer: Peer) -> int:
    return len(peer.asked(rtcp.PAYLOAD_FEEDBACK, rtcp.PICTURE_LOSS))


async def test_a_hole_that_cannot_be_mended_asks_for_one_key_frame(
    stage: Stage, tmp_path: Path
) -> None:
    stage.forwarder.join("family", "room", privileged=False)
    family = await stage.publisher("family")
    await runs(stage, "family", tmp_path / "one.journal")
    family.send(video(0, key=True))
    await settle()
    tap = stage.forwarder._recordings._taps["family"]
    before = asked(family)
    await lose(stage, family, 1)
    for _ in range(4):
        tap.look(stage.clock())
    await until(lambda: asked(family) == before + 1)

    await lose(stage, family, 4)
    tap.look(stage.clock())
    family.send(video(7, key=True))
    for _ in range(4):
        stage.clock.ahead += 3.0
        tap.look(stage.clock())
    await until(lambda: asked(family) == before + 2)
    await settle()
    assert asked(family) == before + 2


async def test_where_a_viewer_has_asked_nobody_asks_again(
    stage: Stage, tmp_path: Path
) -> None:
    stage.forwarder.join("family", "room", privileged=False)
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    await runs(stage, "family", tmp_path / "one.journal")
    family.send(video(0, key=True))
    await until(lambda: terminal.packets)
    tap = stage.forwarder._recordings._taps["family"]
    await lose(stage, family, 1)
    before = asked(family)
    tap.look(stage.clock())
    ssrc = int.from_bytes(terminal.packets[0][8:12], "big")
    terminal.send(rtcp.picture_loss(1, ssrc))
    await until(lambda: asked(family) == before + 1)
    for _ in range(4):
        stage.clock.ahead += 3.0
        tap.look(stage.clock())
    await settle()
    assert asked(family) == before + 1
