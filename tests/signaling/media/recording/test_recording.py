"""What somebody sends through a forwarder is in the journal: all of it, and no more."""

import asyncio
import itertools
import stat
import time
from pathlib import Path

import pytest

from signaling.media import rtcp
from signaling.media.engine import RecordingRuns, RecordingStopped
from signaling.media.recording import journal
from signaling.media.recording.journal import Opening, Report
from tests.signaling.media.client import Peer, audio, h264, repeated, video
from tests.signaling.media.conftest import Stage, until
from tests.signaling.media.recording.tapes import (
    KEY_TEXT,
    ended,
    notes,
    packets,
    readable,
    runs,
    tracks,
)
from tests.signaling.media.seen import settle

SOUND, PICTURE = 0xA0D10, 0x71DE0


@pytest.fixture
async def family(stage: Stage) -> Peer:
    stage.forwarder.join("family", "room", privileged=False)
    return await stage.publisher("family")


@pytest.fixture
async def path(stage: Stage, family: Peer, tmp_path: Path) -> Path:
    """The journal of the family, which runs."""
    path = tmp_path / "one.journal"
    await runs(stage, "family", path)
    return path


async def test_every_packet_is_there_as_it_came(
    stage: Stage, family: Peer, tmp_path: Path
) -> None:
    path = tmp_path / "one.journal"
    before = time.time()
    await runs(stage, "family", path)
    sent = [video(0, key=True), audio(1), video(1), audio(2), video(2)]
    for each in sent:
        family.send(each)
    await settle()
    lines = await ended(stage, "family", path)

    opening = lines[0]
    assert isinstance(opening, Opening)
    assert opening.participant == "family"
    assert before <= opening.wall <= time.time()
    assert tracks(lines) == [(PICTURE, "vp8", "high"), (SOUND, "opus", "high")]
    assert packets(lines, PICTURE) == [sent[0], sent[2], sent[4]]
    assert packets(lines, SOUND) == [sent[1], sent[3]]
    assert notes(lines) == [("stopped", None)]
    assert [each.at for each in lines] == sorted(each.at for each in lines)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"frame" not in path.read_bytes()


async def test_it_is_on_disk_within_a_second(
    stage: Stage, family: Peer, path: Path
) -> None:
    assert len(readable(path)) == 1
    family.send(audio(1))
    await until(lambda: packets(readable(path), SOUND), within=1.0)


async def test_a_picture_begins_with_a_key_frame_that_is_asked_for_once(
    stage: Stage, family: Peer, tmp_path: Path
) -> None:
    family.send(video(0, key=True))
    await settle()
    path = tmp_path / "one.journal"
    await runs(stage, "family", path)
    for number in (1, 2, 3):
        family.send(video(number))
    await settle()
    assert len(family.asked(rtcp.PAYLOAD_FEEDBACK, rtcp.PICTURE_LOSS)) == 1

    family.send(video(4, key=True))
    family.send(video(5))
    await settle()
    lines = await ended(stage, "family", path)
    assert packets(lines, PICTURE) == [video(4, key=True), video(5)]
    assert len(family.asked(rtcp.PAYLOAD_FEEDBACK, rtcp.PICTURE_LOSS)) == 1


async def test_sender_reports_are_noted_also_the_one_before(
    stage: Stage, family: Peer, tmp_path: Path
) -> None:
    def report(number: int) -> rtcp.SenderReport:
        return rtcp.SenderReport(
            ssrc=SOUND, ntp=number << 32, timestamp=number, packets=1, octets=1
        )

    family.send(audio(1))
    await settle()
    family.send(rtcp.sender_report(report(7)))
    await settle()
    path = tmp_path / "one.journal"
    await runs(stage, "family", path)
    family.send(audio(2))
    await settle()
    family.send(rtcp.sender_report(report(8)))
    family.send(audio(3))
    await settle()
    lines = await ended(stage, "family", path)

    told = [
        (type(each).__name__, each.ntp >> 32 if isinstance(each, Report) else 0)
        for each in lines[1:]
    ]
    assert told == [
        ("TrackBegins", 0),
        ("Report", 7),
        ("Packet", 0),
        ("Report", 8),
        ("Packet", 0),
        ("Note", 0),
    ]


async def test_what_is_repeated_is_there_and_what_came_twice_is_not(
    stage: Stage, tmp_path: Path
) -> None:
    stage.forwarder.join("family", "room", privileged=False)
    family = await stage.publisher("family", rtx=True)
    path = tmp_path / "one.journal"
    await runs(stage, "family", path)
    family.send(video(0, key=True))
    family.send(video(2))
    await settle()
    lost = video(1)
    family.send(repeated(lost, 1, ssrc=PICTURE + 1))
    await settle()
    for number in (1, 2):
        family.send(video(number))
    await settle()
    lines = await ended(stage, "family", path)
    assert packets(lines, PICTURE) == [video(0, key=True), video(2), video(1)]


async def test_what_is_blocked_is_not_kept(
    stage: Stage, family: Peer, path: Path
) -> None:
    numbers = itertools.count()
    for blocked in (False, True, False):
        for kind in ("audio", "video"):
            stage.forwarder.block("family", kind, blocked)
        for key in (True, False):
            number = next(numbers)
            family.send(audio(number))
            family.send(video(number, key=key))
        await settle()
    lines = await ended(stage, "family", path)

    assert packets(lines, SOUND) == [audio(n) for n in (0, 1, 4, 5)]
    assert packets(lines, PICTURE) == [video(n, key=n % 2 == 0) for n in (0, 1, 4, 5)]
    assert notes(lines) == [
        ("paused", "audio"),
        ("paused", "video"),
        ("resumed", "audio"),
        ("resumed", "video"),
        ("stopped", None),
    ]


async def test_who_begins_blocked_is_kept_from_when_they_are_not(
    stage: Stage, family: Peer, tmp_path: Path
) -> None:
    stage.forwarder.block("family", "audio", True)
    path = tmp_path / "one.journal"
    await runs(stage, "family", path)
    family.send(audio(1))
    await settle()
    stage.forwarder.block("family", "audio", False)
    family.send(audio(2))
    await settle()
    lines = await ended(stage, "family", path)
    assert packets(lines, SOUND) == [audio(2)]
    assert notes(lines)[0] == ("paused", "audio")


async def test_a_leg_that_is_built_anew_goes_on_in_the_same_journal(
    stage: Stage, family: Peer, path: Path
) -> None:
    family.send(audio(1))
    await settle()
    stage.events.clear()
    again = await stage.publisher("family")
    family.send(audio(2))
    again.send(audio(3, ssrc=0xBEEF))
    again.send(video(3, key=True))
    await settle()
    lines = await ended(stage, "family", path)

    assert packets(lines, SOUND) == [audio(1)]
    assert packets(lines, 0xBEEF) == [audio(3, ssrc=0xBEEF)]
    assert tracks(lines) == [
        (SOUND, "opus", "high"),
        (0xBEEF, "opus", "high"),
        (PICTURE, "vp8", "high"),
    ]


async def test_a_new_address_and_new_credentials_change_nothing(
    stage: Stage, family: Peer, path: Path
) -> None:
    family.send(audio(1))
    await settle()
    family.move()
    family.ufrag = "other"
    family.meet(await stage.forwarder.publish("family", family.offer()))
    await family.reach()
    family.send(audio(2))
    await settle()
    lines = await ended(stage, "family", path)
    assert packets(lines, SOUND) == [audio(1), audio(2)]
    assert tracks(lines) == [(SOUND, "opus", "high")]


async def test_it_may_begin_before_there_is_a_leg(stage: Stage, tmp_path: Path) -> None:
    stage.forwarder.join("family", "room", privileged=False)
    path = tmp_path / "one.journal"
    await runs(stage, "family", path)
    family = await stage.publisher("family")
    family.send(audio(1))
    await settle()
    assert packets(await ended(stage, "family", path), SOUND) == [audio(1)]


async def test_a_second_journal_follows_the_first(
    stage: Stage, family: Peer, tmp_path: Path
) -> None:
    first, second = tmp_path / "1.journal", tmp_path / "2.journal"
    await runs(stage, "family", first)
    family.send(audio(1))
    await settle()
    await runs(stage, "family", second)
    family.send(audio(2))
    await settle()
    lines = await ended(stage, "family", second)

    assert packets(lines, SOUND) == [audio(2)]
    assert packets(readable(first), SOUND) == [audio(1)]
    assert notes(readable(first)) == [("stopped", None)]
    assert [e for e in stage.events if isinstance(e, RecordingStopped)] == []


async def test_who_leaves_is_not_recorded_any_more(
    stage: Stage, family: Peer, path: Path
) -> None:
    family.send(audio(1))
    await settle()
    stage.forwarder.leave("family")
    await until(lambda: notes(readable(path)) == [("stopped", None)])
    stage.forwarder.stop_recording("family")
    assert packets(readable(path), SOUND) == [audio(1)]


async def test_all_journals_are_sealed_when_the_engine_stops(
    stage: Stage, family: Peer, path: Path
) -> None:
    family.send(audio(1))
    await settle()
    await stage.forwarder.stop()
    assert packets(readable(path), SOUND) == [audio(1)]
    assert notes(readable(path)) == [("stopped", None)]


async def test_h264_begins_with_its_parameters_or_a_key_frame(
    stage: Stage, tmp_path: Path
) -> None:
    stage.forwarder.join("family", "room", privileged=False)
    family = await stage.publisher("family", codecs=("H264",))
    path = tmp_path / "one.journal"
    await runs(stage, "family", path)
    for number in range(3):
        family.send(h264(number, key=number == 1))
    await settle()
    lines = await ended(stage, "family", path)
    assert packets(lines, 0x264) == [h264(1, key=True), h264(2)]
    (begins,) = [each for each in lines if isinstance(each, journal.TrackBegins)]
    assert (begins.codec, begins.parameters) == ("h264", "packetization-mode=1")


async def test_two_people_have_two_journals(stage: Stage, tmp_path: Path) -> None:
    names, peers = ("family", "terminal"), []
    for name in names:
        stage.forwarder.join(name, "room", privileged=False)
        peers.append(await stage.publisher(name))
        await runs(stage, name, tmp_path / name)
    for number, peer in enumerate(peers):
        peer.send(audio(number))
    await settle()
    for number, name in enumerate(names):
        lines = await ended(stage, name, tmp_path / name)
        assert packets(lines, SOUND) == [audio(number)]


async def test_what_is_forwarded_is_the_same_as_without(
    stage: Stage, family: Peer, tmp_path: Path
) -> None:
    terminal = await stage.subscriber("terminal", "family")
    family.send(video(0, key=True))
    await until(lambda: terminal.packets)
    await runs(stage, "family", tmp_path / "one.journal")
    for number in range(1, 20):
        family.send(video(number))
        await asyncio.sleep(0.005)
    await until(lambda: len(terminal.packets) == 20)
    begun = [e for e in stage.events if isinstance(e, RecordingRuns)]
    assert begun == [
        RecordingRuns(participant="family", path=str(tmp_path / "one.journal"))
    ]
    assert KEY_TEXT not in repr(stage.events)
