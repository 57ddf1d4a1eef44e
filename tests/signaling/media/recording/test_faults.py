"""Whatever a disk does ends a recording, says so, and disturbs no call."""

import asyncio
import errno
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from signaling.media.engine import RecordingFault, RecordingRuns, RecordingStopped
from signaling.media.recording import scroll
from signaling.media.recording.disk import DiskFile, File
from tests.signaling.media.client import Peer, audio
from tests.signaling.media.conftest import Stage, until
from tests.signaling.media.recording.tapes import (
    KEY_TEXT,
    ended,
    packets,
    readable,
    runs,
)

SOUND = 0xA0D10


class Disk:
    """Files that can be made to fail or to wait, those whose name says so."""

    def __init__(self) -> None:
        self.fault: int | None = None
        self.fault_of_sync: int | None = None
        self.writes, self.syncs = threading.Event(), threading.Event()
        self.writes.set()
        self.syncs.set()

    def open(self, path: str) -> File:
        made = DiskFile(path)
        return Failing(self, made) if "bad" in path else made


class Failing:
    def __init__(self, disk: Disk, file: DiskFile) -> None:
        self._disk, self._file = disk, file

    def write(self, written: bytes) -> None:
        self._disk.writes.wait()
        if self._disk.fault is not None:
            raise OSError(self._disk.fault, "as the test wants it")
        self._file.write(written)

    def sync(self) -> None:
        self._disk.syncs.wait()
        if self._disk.fault_of_sync is not None:
            raise OSError(self._disk.fault_of_sync, "as the test wants it")
        self._file.sync()

    def close(self) -> None:
        self._file.close()


@pytest.fixture
def disk(stage: Stage) -> Iterator[Disk]:
    disk = Disk()
    stage.forwarder._recordings._open_file = disk.open
    yield disk
    disk.writes.set()
    disk.syncs.set()


@pytest.fixture
async def family(stage: Stage) -> Peer:
    stage.forwarder.join("family", "room", privileged=False)
    return await stage.publisher("family")


def stopped(path: Path, reason: RecordingFault) -> RecordingStopped:
    return RecordingStopped(participant="family", path=str(path), reason=reason)


async def hears(stage: Stage, family: Peer, numbers: range) -> None:
    """Sound goes to somebody else, all of it and at once."""
    terminal = await stage.subscriber("terminal", "family")
    for number in numbers:
        family.send(audio(number))
        await asyncio.sleep(0.002)
    await until(lambda: len(terminal.packets) == len(numbers), within=1.0)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "no_space"),
        (errno.EDQUOT, "no_space"),
        (errno.EIO, "failed"),
        (errno.EROFS, "failed"),
    ],
)
async def test_a_disk_that_fails_ends_the_recording_and_not_the_call(  # noqa: PLR0917
    stage: Stage,
    family: Peer,
    disk: Disk,
    tmp_path: Path,
    number: int,
    reason: RecordingFault,
) -> None:
    path = tmp_path / "bad.journal"
    await runs(stage, "family", path)
    family.send(audio(1))
    await until(lambda: packets(readable(path), SOUND))

    disk.fault = number
    family.send(audio(2))
    await until(lambda: stopped(path, reason) in stage.events)

    assert packets(readable(path), SOUND) == [audio(1)]
    await hears(stage, family, range(3, 30))
    told = [e for e in stage.events if isinstance(e, RecordingStopped)]
    assert told == [stopped(path, reason)]


async def test_a_new_journal_may_follow_one_that_failed(
    stage: Stage, family: Peer, disk: Disk, tmp_path: Path
) -> None:
    disk.fault = errno.ENOSPC
    bad, good = tmp_path / "bad.journal", tmp_path / "good.journal"
    stage.forwarder.record("family", str(bad), KEY_TEXT)
    await until(lambda: stopped(bad, "no_space") in stage.events)
    await runs(stage, "family", good)
    family.send(audio(1))
    await asyncio.sleep(0.05)
    assert packets(await ended(stage, "family", good), SOUND) == [audio(1)]


async def test_a_disk_that_takes_nothing_ends_it_after_seconds(
    stage: Stage,
    family: Peer,
    disk: Disk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scroll, "MOST_SECONDS", 1)
    path = tmp_path / "bad.journal"
    await runs(stage, "family", path)
    disk.writes.clear()
    hearing = asyncio.create_task(hears(stage, family, range(1, 300)))
    await until(lambda: stopped(path, "too_slow") in stage.events, within=5)
    await hearing
    disk.writes.set()
    await until(lambda: not stage.forwarder._recordings._writer._open)


async def test_what_comes_faster_than_it_can_be_written_ends_it(
    stage: Stage,
    family: Peer,
    disk: Disk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scroll, "MOST_ENTRIES", 50)
    path = tmp_path / "bad.journal"
    await runs(stage, "family", path)
    disk.writes.clear()
    family.send(audio(1))
    await asyncio.sleep(0.5)
    await hears(stage, family, range(2, 100))
    assert len(stage.forwarder._recordings._taps["family"].scroll._waiting) == 50
    disk.writes.set()
    await until(lambda: stopped(path, "too_slow") in stage.events)


async def test_a_disk_that_is_slow_to_confirm_keeps_nobody_from_writing(
    stage: Stage, family: Peer, disk: Disk, tmp_path: Path
) -> None:
    path = tmp_path / "bad.journal"
    disk.syncs.clear()
    stage.forwarder.record("family", str(path), KEY_TEXT)
    family.send(audio(1))
    await until(lambda: path.exists() and packets(readable(path), SOUND))
    begun = RecordingRuns(participant="family", path=str(path))
    assert begun not in stage.events
    disk.syncs.set()
    await until(lambda: begun in stage.events)


async def test_what_the_disk_does_not_confirm_ends_it(
    stage: Stage, family: Peer, disk: Disk, tmp_path: Path
) -> None:
    path = tmp_path / "bad.journal"
    await runs(stage, "family", path)
    disk.fault_of_sync = errno.EIO
    family.send(audio(1))
    await until(lambda: stopped(path, "failed") in stage.events)
    await hears(stage, family, range(2, 20))


async def test_one_journals_fault_is_not_anothers(
    stage: Stage, family: Peer, disk: Disk, tmp_path: Path
) -> None:
    stage.forwarder.join("terminal", "room", privileged=False)
    terminal = await stage.publisher("terminal")
    bad, good = tmp_path / "bad.journal", tmp_path / "good.journal"
    await runs(stage, "family", bad)
    await runs(stage, "terminal", good)
    disk.fault = errno.EIO
    family.send(audio(1))
    await until(lambda: stopped(bad, "failed") in stage.events)
    terminal.send(audio(1))
    await asyncio.sleep(0.05)
    assert packets(await ended(stage, "terminal", good), SOUND) == [audio(1)]


async def test_a_directory_that_is_not_there_has_failed(
    stage: Stage, family: Peer, tmp_path: Path
) -> None:
    path = tmp_path / "nowhere" / "one.journal"
    stage.forwarder.record("family", str(path), KEY_TEXT)
    await until(lambda: stopped(path, "failed") in stage.events)
    await hears(stage, family, range(1, 20))


@pytest.fixture
def little(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KB."""
    directory = tmp_path / "little"
    directory.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(directory)]
    if (
        os.geteuid()
        or subprocess.run(words, check=False, capture_output=True).returncode
    ):
        pytest.skip("nobody may mount here")
    yield directory
    subprocess.run(["umount", "--lazy", str(directory)], check=True)


async def test_a_full_disk_keeps_what_it_took_and_disturbs_no_call(
    stage: Stage, family: Peer, little: Path
) -> None:
    path = little / "one.journal"
    terminal = await stage.subscriber("terminal", "family")
    await runs(stage, "family", path)
    sent = 0
    while stopped(path, "no_space") not in stage.events:
        sent += 1
        assert sent < 3000
        family.send(audio(sent, payload=bytes(1000)))
        await asyncio.sleep(0.004)
    await until(lambda: len(terminal.packets) == sent)

    kept = packets(readable(path), SOUND)
    assert len(kept) > 50
    assert kept == [audio(n, payload=bytes(1000)) for n in range(1, len(kept) + 1)]
