"""What cannot be finished now is finished when it can, and stands in nobody's way."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from signaling.recording.finisher import REST
from signaling.recording.orders import Order
from signaling.recording.process import Unfinished
from tests.signaling.recording.conftest import JOURNAL, Stage
from tests.visitation.recordings.recorded import ended, scene
from visitation.recordings import keys, paths
from visitation.recordings.keys import KeyWraps
from visitation.words import RecordingState


def failing(why: str) -> Any:
    async def fails(order: Order) -> Mapping[str, Any]:
        raise Unfinished(why)

    return fails


async def test_a_disk_that_is_full_for_hours_is_waited_for(stage: Stage) -> None:
    asked = 0

    async def full(order: Order) -> Mapping[str, Any]:
        nonlocal asked
        asked += 1
        raise Unfinished("no_space")

    finisher = stage.finisher(full)
    for _ in range(12):
        await finisher.turn()
        await finisher.turn()
        stage.clock.forward(REST)
    recording = await stage.kept()
    assert (recording.state, recording.finish_tries) == (RecordingState.ENDED, 0)
    assert asked == 12
    assert await stage.finisher().turn() == 1


async def test_a_wrapping_key_that_is_put_back_days_later_opens_it(
    stage: Stage,
) -> None:
    known, stage.wraps = stage.wraps, KeyWraps("autumn", {"autumn": bytes(32)})
    finisher = stage.finisher()
    for _ in range(10):
        assert await finisher.turn() == 0
        stage.clock.forward(timedelta(days=1))
    stage.wraps = known
    assert await stage.finisher().turn() == 1


async def test_a_disk_that_is_not_there_is_waited_for(stage: Stage) -> None:
    disk = stage.directory / "not mounted"
    disk.mkdir()
    names = (stage.recording.reference, paths.SHELF)
    for name in names:
        (stage.directory / name).rename(disk / name)
    finisher = stage.finisher()
    for _ in range(10):
        assert await finisher.turn() == 0
        stage.clock.forward(timedelta(hours=1))
    recording = await stage.kept()
    assert (recording.state, recording.finish_tries) == (RecordingState.ENDED, 0)

    for name in names:
        (disk / name).rename(stage.directory / name)
    assert await stage.finisher().turn() == 1


async def test_journals_without_a_key_are_no_empty_recording(stage: Stage) -> None:
    keys.destroy_key(stage.directory, stage.recording.reference)
    for _ in range(5):
        assert await stage.finisher().turn() == 0
        stage.clock.forward(timedelta(hours=1))
    assert (await stage.kept()).state is RecordingState.FAILED
    assert stage.on_disk() == {JOURNAL}


async def test_journals_that_somebody_takes_after_a_crash_end_in_an_alarm(
    stage: Stage,
) -> None:
    for _ in range(5):
        await stage.finisher(failing("finished_before")).turn()
        stage.clock.forward(timedelta(hours=1))
    assert (await stage.kept()).state is RecordingState.FAILED


@pytest.mark.parametrize("name", [paths.MANIFEST, paths.KEY])
async def test_what_cannot_be_tidied_up_keeps_nobody_waiting(
    stage: Stage, name: str
) -> None:
    content = (stage.home / JOURNAL).read_bytes()
    assert await stage.finisher().turn() == 1
    (stage.home / JOURNAL).write_bytes(content)
    (stage.home / name).write_bytes(b"damaged")
    await stage.finisher().tidy()
    assert JOURNAL in stage.on_disk()

    async with stage.database.write() as session:
        await ended(session, await scene(session), "rec-2")
    assert await stage.finisher().turn() == 1


async def test_a_clock_that_was_set_back_by_a_year_keeps_nothing_waiting(
    stage: Stage,
) -> None:
    stage.clock.forward(timedelta(days=-365))
    assert await stage.finisher().turn() == 1
    assert (await stage.kept()).state is RecordingState.FINISHED
