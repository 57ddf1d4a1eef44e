"""aiortc's own RTCPeerConnection, with its real codecs, as a browser would be."""

import asyncio
from contextlib import suppress

import pytest
from aioice.ice import get_host_addresses
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack

from signaling.media.forwarder import ForwarderSettings
from tests.signaling.media.conftest import Stage, until

# aiortc gathers no loopback address, so it has to be met at another of the machine's.
ADDRESSES = get_host_addresses(use_ipv4=True, use_ipv6=False)

pytestmark = pytest.mark.skipif(not ADDRESSES, reason="the machine has only loopback")


@pytest.fixture
def settings() -> ForwarderSettings:
    return ForwarderSettings(public_addresses=("127.0.0.1", *ADDRESSES))


def connection() -> RTCPeerConnection:
    return RTCPeerConnection(RTCConfiguration(iceServers=[]))


async def count(track: MediaStreamTrack, frames: dict[str, int]) -> None:
    with suppress(MediaStreamError):
        while True:
            await track.recv()
            frames[track.kind] = frames.get(track.kind, 0) + 1


async def test_sound_and_picture_are_decoded_at_the_other_end(stage: Stage) -> None:
    sender, receiver = connection(), connection()
    sender.addTrack(VideoStreamTrack())
    sender.addTrack(AudioStreamTrack())
    await sender.setLocalDescription()
    answer = await stage.forwarder.publish("family", sender.localDescription.sdp)
    await sender.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await stage.connected("family", "publisher")

    frames: dict[str, int] = {}
    counting: list[asyncio.Task[None]] = []
    receiver.on(
        "track", lambda t: counting.append(asyncio.ensure_future(count(t, frames)))
    )
    stage.forwarder.seat("terminal", 2, "family")
    offer = await stage.forwarder.subscribe("terminal")
    await receiver.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await receiver.setLocalDescription()
    await stage.forwarder.accept("terminal", receiver.localDescription.sdp)

    await until(
        lambda: frames.get("video", 0) > 15 and frames.get("audio", 0) > 25, within=10
    )
    await until(
        lambda: stage.forwarder.statistics("terminal").subscriber.rtt is not None,
        within=5,
    )

    await sender.close()
    await receiver.close()
    for task in counting:
        task.cancel()
    await asyncio.gather(*counting, return_exceptions=True)
