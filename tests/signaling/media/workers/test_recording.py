"""What a worker was writing when it was killed is there, but for the last second."""

import asyncio
import time
from pathlib import Path

import pytest

from signaling.media.engine import Privileged, RecordingRuns, RecordingStopped
from tests.signaling.media.client import Peer, audio
from tests.signaling.media.conftest import until
from tests.signaling.media.recording.tapes import (
    KEY_TEXT,
    files,
    notes,
    packets,
    readable,
    whole,
)
from tests.signaling.media.workers.conftest import NUMBERS, PATIENCE, Opens, Stage

SOUND = 0xA0D10


async def runs(stage: Stage, name: str, path: Path) -> None:
    stage.workers.record(name, str(path), KEY_TEXT)
    await stage.told(RecordingRuns(participant=name, path=str(path)))


def failed(name: str, path: Path) -> RecordingStopped:
    return RecordingStopped(participant=name, path=str(path), reason="failed")


async def talk(peer: Peer, seconds: float) -> list[tuple[float, bytes]]:
    """Sends sound, and says when it sent what."""
    sent: list[tuple[float, bytes]] = []
    until_then = time.monotonic() + seconds
    while time.monotonic() < until_then:
        sent.append((time.monotonic(), audio(next(NUMBERS))))
        peer.send(sent[-1][1])
        await asyncio.sleep(0.02)
    return sent


async def test_a_killed_worker_loses_a_second_and_its_journal_is_told_of(
    stage: Stage, tmp_path: Path
) -> None:
    path = tmp_path / "one.journal"
    sender, _ = await stage.pair("visit")
    await runs(stage, "visit-a", path)
    sent = await talk(sender, 2.5)

    killed = time.monotonic()
    stage.process(0).kill()
    await stage.told(failed("visit-a", path))

    kept = packets(readable(path), SOUND)
    due = [packet for at, packet in sent if at < killed - 1.0]
    assert len(due) > 30
    assert kept[: len(due)] == due
    assert notes(readable(path)) == []


async def test_the_recording_goes_on_in_a_journal_of_the_next_worker(
    stage: Stage, tmp_path: Path
) -> None:
    first, second = tmp_path / "1.journal", tmp_path / "2.journal"
    await stage.pair("visit")
    await runs(stage, "visit-a", first)
    stage.process(0).kill()
    await stage.told(failed("visit-a", first))

    await runs(stage, "visit-a", second)
    sender, _ = await stage.again("visit")
    sent = [packet for _, packet in await talk(sender, 0.3)]
    stage.workers.stop_recording("visit-a")
    await until(lambda: notes(readable(second)) == [("stopped", None)])

    assert packets(whole(second), SOUND) == sent


async def test_what_is_to_be_recorded_while_nobody_lives_has_failed(
    opens: Opens, tmp_path: Path
) -> None:
    stage = await opens(1)
    await stage.pair("visit")
    stage.process(0).kill()
    await stage.failed(("visit-a", "publisher"))
    assert stage.workers._keepers[0].link is None

    path = tmp_path / "one.journal"
    stage.workers.record("visit-a", str(path), KEY_TEXT)
    assert failed("visit-a", path) not in stage.events
    await stage.told(failed("visit-a", path))


async def test_journals_are_sealed_when_the_service_stops_or_somebody_leaves(
    stage: Stage, tmp_path: Path
) -> None:
    sender, _ = await stage.pair("visit")
    for name in ("visit-a", "visit-b"):
        await runs(stage, name, tmp_path / name)
    sent = [packet for _, packet in await talk(sender, 0.1)]
    stage.workers.leave("visit-b")
    await stage.workers.stop()
    for name in ("visit-a", "visit-b"):
        assert notes(whole(tmp_path / name)) == [("stopped", None)]
    assert packets(whole(tmp_path / "visit-a"), SOUND) == sent
    assert [e for e in stage.events if isinstance(e, RecordingStopped)] == []


async def test_a_journal_that_exists_is_not_written_over(
    stage: Stage, tmp_path: Path
) -> None:
    path = tmp_path / "one.journal"
    path.write_bytes(b"what was there")
    stage.workers.join("family", "visit", privileged=False)
    stage.workers.record("family", str(path), KEY_TEXT)
    await stage.told(failed("family", path))
    assert path.read_bytes() == b"what was there"


async def test_nobody_privileged_is_recorded_nor_who_never_joined(
    stage: Stage, tmp_path: Path
) -> None:
    stage.workers.join("lawyer", "visit", privileged=True)
    for name in ("lawyer", "nobody"):
        with pytest.raises(Privileged):
            stage.workers.record(name, str(tmp_path / name), KEY_TEXT)
    stage.workers.stop_recording("nobody")
    await until(lambda: len(stage.workers.workers()) == 2, within=PATIENCE)
    assert files(tmp_path) == []
