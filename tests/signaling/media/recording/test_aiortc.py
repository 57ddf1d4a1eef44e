"""What aiortc's own codecs send can be put together again from the journal."""

from pathlib import Path

import pytest
from aiortc import RTCSessionDescription
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from aiortc.rtp import RtpPacket
from av import CodecContext, Packet

from signaling.media.forwarder import ForwarderSettings
from signaling.media.recording.journal import Report, TrackBegins
from tests.signaling.media.conftest import Stage, until
from tests.signaling.media.recording.tapes import ended, packets, readable, runs
from tests.signaling.media.test_aiortc import ADDRESSES, connection

pytestmark = pytest.mark.skipif(not ADDRESSES, reason="the machine has only loopback")


@pytest.fixture
def settings() -> ForwarderSettings:
    return ForwarderSettings(public_addresses=("127.0.0.1", *ADDRESSES))


def decoded(sent: list[bytes]) -> int:
    """How many pictures a decoder makes of these packets of VP8."""
    decoder = CodecContext.create("vp8", "r")
    frames, frame = 0, b""
    for each in sent:
        packet = RtpPacket.parse(each)
        _, payload = VpxPayloadDescriptor.parse(packet.payload)
        frame += payload
        if packet.marker:
            frames += len(decoder.decode(Packet(frame)))
            frame = b""
    return frames


async def test_every_picture_decodes(stage: Stage, tmp_path: Path) -> None:
    stage.forwarder.join("family", "room", privileged=False)
    path = tmp_path / "one.journal"
    await runs(stage, "family", path)
    sender = connection()
    sender.addTrack(VideoStreamTrack())
    sender.addTrack(AudioStreamTrack())
    await sender.setLocalDescription()
    answer = await stage.forwarder.publish("family", sender.localDescription.sdp)
    await sender.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(
        lambda: (
            {each.ssrc for each in readable(path) if isinstance(each, Report)}
            == {each.ssrc for each in readable(path) if isinstance(each, TrackBegins)}
            != set()
        ),
        within=10,
    )
    lines = await ended(stage, "family", path)
    await sender.close()

    begun = {each.kind: each for each in lines if isinstance(each, TrackBegins)}
    assert {kind: each.codec for kind, each in begun.items()} == {
        "audio": "opus",
        "video": "vp8",
    }
    pictures = packets(lines, begun["video"].ssrc)
    whole = sum(bool(each[1] & 0x80) for each in pictures)
    assert decoded(pictures) == whole > 10
    assert len(packets(lines, begun["audio"].ssrc)) > 25
