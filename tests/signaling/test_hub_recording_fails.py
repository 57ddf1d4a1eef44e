"""Recording fails: engine, disk, room. The call goes on, and there is an alarm."""

import shutil
from pathlib import Path

import pytest

from signaling.media.engine import RecordingStopped
from signaling.recording_desk import MOST_AGAIN, Archive
from tests.signaling.conftest import PRISONER, VISITOR, Stage, in_call, rejoined
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
    settled,
)
from visitation.database import Database
from visitation.words import Part, RecordingEnd, RecordingState


@pytest.fixture
async def sqlite(database: Database) -> Database:
    """Every test of this module is for both kinds of database."""
    return database


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def archive(tmp_path: Path, disk: Disk) -> Archive:
    return archive_in(tmp_path / "recordings", disk)


def path_of(stage: Stage, name: str) -> str:
    [path] = [str(one[-1]) for one in stage.engine.done if str(one[-1]).endswith(name)]
    return path


def stops(stage: Stage, participant: str, name: str, reason: str) -> None:
    """The journal ends by itself."""
    path = path_of(stage, name)
    stage.hub.on_event(
        RecordingStopped(participant=participant, path=path, reason=reason)  # type: ignore[arg-type]
    )


async def test_a_journal_whose_worker_died_is_begun_anew_some_times(
    stage: Stage,
) -> None:
    prisoner, _visitor = await begun(stage)

    for number in range(1, MOST_AGAIN + 1):
        stops(stage, VISITOR, f"{VISITOR}-{number}.journal", "failed")
        await settled(stage)
    assert ordered(stage)[-1] == ("record", VISITOR, f"{VISITOR}-4.journal")
    stops(stage, VISITOR, f"{VISITOR}-1.journal", "failed")
    [recording] = await recordings(stage)
    assert recording.state is RecordingState.RUNNING
    stops(stage, VISITOR, f"{VISITOR}-4.journal", "failed")

    assert (await is_said(prisoner, "stopped"))["reason"] == "failed"
    [recording] = await recordings(stage)
    assert recording.end_reason is RecordingEnd.FAILED


@pytest.mark.parametrize("reason", ["no_space", "too_slow"])
async def test_a_disk_that_takes_nothing_ends_it_and_not_the_call(
    stage: Stage, reason: str
) -> None:
    prisoner, _visitor = await begun(stage)

    stops(stage, PRISONER, f"{PRISONER}-1.journal", reason)

    said = await is_said(prisoner, "stopped")
    assert (said["reason"], said["by"]) == (reason, "service")
    assert ordered(stage)[2:] == [("stop_recording", VISITOR)]
    [recording] = await recordings(stage)
    assert recording.end_reason is RecordingEnd(reason)
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    assert live.room.may_publish(VISITOR)


async def test_where_there_is_no_room_nobody_is_asked(stage: Stage, disk: Disk) -> None:
    await recording_wanted(stage)
    disk.left = 0
    await stage.hub.recording._look()

    joined = await rejoined(stage, Part.VISITOR)

    assert joined["recording"] == {
        "state": "off",
        "reason": "no_space",
        "by": "service",
        "asked": False,
        "consent": None,
    }


async def test_room_that_ran_out_before_it_began_is_an_alarm(
    stage: Stage, disk: Disk
) -> None:
    await recording_wanted(stage)
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    await agree(prisoner, visitor)
    disk.left = 0
    await stage.hub.recording._look()

    await going_on(stage)

    assert (await is_said(prisoner, "stopped"))["reason"] == "no_space"
    assert ordered(stage) == []
    [recording] = await recordings(stage)
    assert recording.end_reason is RecordingEnd.NO_SPACE


async def test_a_directory_that_cannot_be_made_is_an_alarm_too(
    stage: Stage, archive: Archive
) -> None:
    await recording_wanted(stage)
    prisoner, visitor = await in_call(stage, Part.PRISONER, Part.VISITOR)
    await agree(prisoner, visitor)
    shutil.rmtree(archive.directory)
    archive.directory.write_text("in the way", encoding="utf-8")

    await going_on(stage)

    assert (await is_said(prisoner, "stopped"))["reason"] == "failed"
    [recording] = await recordings(stage)
    assert recording.end_reason is RecordingEnd.FAILED


async def test_room_that_runs_out_meanwhile_ends_it_with_an_alarm(
    stage: Stage, disk: Disk
) -> None:
    prisoner, _visitor = await begun(stage)
    disk.left = 0

    await stage.hub.recording._look()

    assert (await is_said(prisoner, "stopped"))["reason"] == "no_space"
    [recording] = await recordings(stage)
    assert recording.end_reason is RecordingEnd.NO_SPACE
