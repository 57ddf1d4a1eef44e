"""A visit on the real forwarder: what lies on the disk is what all had agreed to."""

import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from aiohttp import ClientWebSocketResponse

from signaling.media.engine import MediaEvent
from signaling.media.forwarder import Forwarder, ForwarderSettings
from signaling.media.recording import journal
from signaling.media.recording.journal import Packet
from signaling.recording_desk import Archive
from tests.signaling.conftest import PRISONER, VISITOR, Stage, hear, say
from tests.signaling.media.client import Peer, audio, video
from tests.signaling.media.conftest import until
from tests.signaling.media.seen import settle
from tests.signaling.taped import (
    Disk,
    agree,
    archive_in,
    going_on,
    is_said,
    recording_wanted,
    recordings,
)
from visitation.recordings import paths
from visitation.recordings.sealed import Unsealer
from visitation.recordings.tampered import Cut
from visitation.words import Part, RecordingEnd

Hears = list[Callable[[MediaEvent], None]]


@dataclass
class Caller:
    """Somebody in the visit, with a socket and a leg to send on."""

    socket: ClientWebSocketResponse
    peer: Peer
    sent: int = 0

    async def sends(self) -> set[bytes]:
        """A key frame and some sound; what was sent is returned."""
        numbers = range(self.sent, self.sent + 5)
        self.sent += 5
        packets = [video(numbers[0], key=True), *(audio(each) for each in numbers)]
        for packet in packets:
            self.peer.send(packet)
        await settle()
        return set(packets)


@pytest.fixture
def hears() -> Hears:
    return []


@pytest.fixture
async def engine(hears: Hears) -> AsyncIterator[Forwarder]:
    forwarder = Forwarder(
        ForwarderSettings(bind_host="127.0.0.1"),
        on_event=lambda event: [each(event) for each in hears],
        clock=time.monotonic,
        wall_clock=time.time,
        randomness=os.urandom,
    )
    await forwarder.start()
    yield forwarder
    await forwarder.stop()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return archive_in(tmp_path / "recordings", Disk())


async def calls_in(stage: Stage, part: Part) -> Caller:
    """Somebody's leg is connected, and they say what they send."""
    socket = await stage.join(part)
    await hear(socket, "offer")
    await say(socket, "tracks", audio="on", video="on")
    peer = Peer()
    await say(socket, "offer", target="publisher", sdp=peer.offer())
    await peer.connect(str((await hear(socket, "answer"))["sdp"]))
    return Caller(socket, peer)


def kept(archive: Archive, reference: str, participant: str) -> set[bytes]:
    """Every packet in the one journal of somebody, which was ended as it should be."""
    key = archive.wraps.read_key(archive.directory, reference)
    name = paths.journal_name(participant, 1)
    with paths.file(archive.directory, reference, name).open("rb") as file:
        lines = list(journal.read(Unsealer(key, file).segments()))
    return {line.packet for line in lines if isinstance(line, Packet)}


def is_sealed(archive: Archive, reference: str, participant: str) -> bool:
    """Whether the last segment has come to the disk, a moment after the end."""
    try:
        kept(archive, reference, participant)
    except Cut:
        return False
    return True


async def test_what_is_kept_is_what_was_sent_while_everybody_agreed(
    stage: Stage, archive: Archive, hears: Hears
) -> None:
    hears.append(stage.hub.on_event)
    await recording_wanted(stage)
    await stage.start()
    async with stage.database.write() as session:
        for one in stage.people.values():
            one.identified_at = stage.clock()
            await session.merge(one)
    prisoner, visitor = [
        await calls_in(stage, part) for part in (Part.PRISONER, Part.VISITOR)
    ]
    await agree(prisoner.socket)
    before = await prisoner.sends() | await visitor.sends()
    await agree(visitor.socket)
    await going_on(stage)
    [recording] = await recordings(stage)
    home = archive.directory / recording.reference
    await until(lambda: len(list(home.glob("*.journal"))) == 2)
    await settle()

    during = {PRISONER: await prisoner.sends(), VISITOR: await visitor.sends()}
    await agree(visitor.socket, given=False)
    await is_said(prisoner.socket, "stopped")
    after = await prisoner.sends() | await visitor.sends()
    [recording] = await recordings(stage)

    assert recording.end_reason is RecordingEnd.WITHDRAWN
    for one, packets in during.items():
        await until(partial(is_sealed, archive, recording.reference, one))
        found = kept(archive, recording.reference, one)
        assert found == packets
        assert not found & (before | after)
    assert {file.name for file in home.iterdir()} == {
        "key",
        f"{PRISONER}-1.journal",
        f"{VISITOR}-1.journal",
    }
    for caller in (prisoner, visitor):
        await caller.peer.close()
