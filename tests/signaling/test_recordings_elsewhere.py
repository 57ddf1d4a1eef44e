"""Recordings of another process, or on a disk that is not there, are left alone."""

import errno
from pathlib import Path

import pytest

from signaling.recording_desk import Archive, RecordingDesk
from tests.signaling.conftest import Stage, in_call
from tests.signaling.taped import (
    Disk,
    agree,
    archive_in,
    begun,
    going_on,
    is_said,
    ordered,
    recording_wanted,
    recordings,
)
from visitation.keyring import Keyring
from visitation.recordings.keys import KeyWraps
from visitation.words import Part, RecordingEnd, RecordingState


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return archive_in(tmp_path / "recordings", Disk())


def desk(stage: Stage, archive: Archive | None) -> RecordingDesk:
    """That of another process on the same database."""
    return RecordingDesk(
        database=stage.hub.database,
        engine=stage.engine,
        keyring=Keyring(b"k" * 32),
        clock=stage.hub.clock,
        archive=archive,
        failed=lambda _visit, _reason: None,
    )


async def ends(stage: Stage) -> tuple[RecordingState, RecordingEnd | None]:
    (recording,) = await recordings(stage)
    return recording.state, recording.end_reason


async def test_a_process_that_records_nothing_ends_nobodys_recording(
    stage: Stage,
) -> None:
    await begun(stage)
    other = desk(stage, None)
    await other.start()
    await other.stop()
    assert await ends(stage) == (RecordingState.RUNNING, None)


async def test_a_disk_that_is_not_there_is_waited_for_and_not_written_over(
    stage: Stage, archive: Archive, tmp_path: Path
) -> None:
    await begun(stage)
    other = desk(stage, archive_in(tmp_path / "mountpoint", Disk()))
    await other.start()
    assert other.hindered == "not_set_up"
    assert await ends(stage) == (RecordingState.RUNNING, None)

    (tmp_path / "mountpoint" / "shelf").touch()
    await other._look()
    assert other.hindered == ""
    assert await ends(stage) == (RecordingState.ENDED, RecordingEnd.INTERRUPTED)
    await other.stop()


async def test_a_disk_that_another_process_records_to_is_left_to_it(
    stage: Stage, archive: Archive
) -> None:
    await begun(stage)
    other = desk(stage, archive_in(archive.directory, Disk()))
    await other.start()
    assert other.hindered == "not_set_up"
    assert await ends(stage) == (RecordingState.RUNNING, None)

    archive.alone.release()
    await other._look()
    assert other.hindered == ""
    assert await ends(stage) == (RecordingState.ENDED, RecordingEnd.INTERRUPTED)
    await other.stop()


async def test_nothing_is_written_under_a_key_that_could_not_be_kept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(KeyWraps, "write_key", full)
    await recording_wanted(stage)
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    await agree(prisoner, visitor)
    await going_on(stage)
    assert (await is_said(prisoner, "stopped"))["reason"] == "no_space"
    assert ordered(stage) == []
