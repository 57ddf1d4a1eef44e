"""Recordings that ended become files on record, whatever happens meanwhile."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from signaling.recording import process
from signaling.recording.finisher import SETTLED
from signaling.recording.orders import Order
from signaling.recording.process import Unfinished
from tests.signaling.recording.conftest import JOURNAL, Stage, journal
from tests.signaling.recording.journals import KEY
from tests.signaling.recording.played import finished, seen
from tests.visitation.recordings.recorded import END, ended, noted, scene
from visitation.audit import SYSTEM
from visitation.recordings import deleting, going, keys
from visitation.recordings.alone import Alone
from visitation.recordings.tables import Recording
from visitation.words import RecordingEnd, RecordingState


async def test_a_recording_that_ended_becomes_files(stage: Stage) -> None:
    assert await stage.finisher().turn() == 1
    recording = await stage.kept()
    assert recording.state is RecordingState.FINISHED
    assert recording.keep_until == END + timedelta(days=90)
    (file,) = await stage.files()
    assert (file.is_journal, file.width, file.duration_ms) == (False, 160, 4000)
    assert stage.on_disk() == {"key", "manifest.sealed", file.name}
    found = seen(stage.home, {"name": file.name, "starts_ms": 0})
    assert len(found.claps) == 4


async def test_what_a_killed_service_left_is_finished_up_to_its_end(
    stage: Stage,
) -> None:
    starts = journal(30).write(stage.home / JOURNAL)
    content = (stage.home / JOURNAL).read_bytes()
    (stage.home / JOURNAL).write_bytes(content[: starts[41] + 99])
    async with stage.database.write() as session:
        row = await session.get_one(Recording, stage.recording.id)
        row.state, row.ended_at, row.end_reason = RecordingState.RUNNING, None, None
    async with stage.database.write() as session:
        assert len(await going.interrupted(session, now=END)) == 1

    assert await stage.finisher().turn() == 1
    recording = await stage.kept()
    assert recording.end_reason is RecordingEnd.INTERRUPTED
    (file,) = await stage.files()
    # Of what was said up to then the last half second at most is lost.
    assert 20_000 <= file.duration_ms <= 20_500
    assert stage.on_disk() == {"key", "manifest.sealed", file.name}


async def test_what_ended_just_now_may_still_be_written(stage: Stage) -> None:
    stage.clock.now = END + SETTLED / 2
    assert await stage.finisher().turn() == 0
    assert (await stage.kept()).state is RecordingState.ENDED


async def test_where_another_process_finishes_them_none_is_touched(
    stage: Stage, tmp_path: Path
) -> None:
    other = Alone(tmp_path)
    other.take()
    assert await stage.finisher().turn() == 0
    assert (await stage.kept()).finish_tries == 0
    other.release()
    assert await stage.finisher().turn() == 1


async def test_it_works_by_itself_and_stops_in_the_middle(stage: Stage) -> None:
    asked = asyncio.Event()

    async def never(order: Order) -> Mapping[str, Any]:
        asked.set()
        await asyncio.Event().wait()
        return {}

    finisher = stage.finisher(never)
    finisher.start()
    await asyncio.wait_for(asked.wait(), 5)
    await finisher.stop()
    assert await stage.finisher().turn() == 1


async def test_a_try_that_fails_leaves_the_journals(stage: Stage) -> None:
    async def fails(order: Order) -> Mapping[str, Any]:
        raise Unfinished("died")

    assert await stage.finisher(fails).turn() == 0
    recording = await stage.kept()
    assert (recording.state, recording.finish_tries) == (RecordingState.ENDED, 1)
    assert stage.on_disk() == {"key", JOURNAL}
    for _ in range(4):
        stage.clock.forward(timedelta(hours=1))
        await stage.finisher(fails).turn()
    assert (await stage.kept()).state is RecordingState.FAILED
    assert stage.on_disk() == {"key", JOURNAL}


async def test_what_nobody_foresaw_keeps_no_other_waiting(stage: Stage) -> None:
    async with stage.database.write() as session:
        other = await ended(session, await scene(session), "rec-2")
    stage.wraps.write_key(stage.directory, "rec-2", KEY)
    asked: list[str] = []

    async def breaks(order: Order) -> Mapping[str, Any]:
        asked.append(order.directory.name)
        raise RuntimeError

    assert await stage.finisher(breaks).turn() == 0
    assert asked == [stage.recording.reference, other.reference]
    assert (await stage.kept()).finish_tries == 1


async def test_a_recording_without_key_or_journal_is_finished_as_empty(
    stage: Stage,
) -> None:
    keys.destroy_key(stage.directory, stage.recording.reference)
    (stage.home / JOURNAL).unlink()
    assert await stage.finisher().turn() == 1
    assert (await stage.kept()).seconds == 0
    assert await stage.files() == []


async def test_a_journal_that_never_was_is_left_out(stage: Stage) -> None:
    (stage.home / JOURNAL).unlink()
    assert await stage.finisher().turn() == 1
    assert stage.on_disk() == {"key", "manifest.sealed"}


async def test_what_is_deleted_meanwhile_leaves_nothing(stage: Stage) -> None:
    async def deletes(order: Order) -> Mapping[str, Any]:
        answer = finished(stage.home, (JOURNAL, stage.participant))
        async with stage.database.write() as session:
            await deleting.delete(
                session,
                await session.get_one(Recording, stage.recording.id),
                directory=stage.directory,
                by=SYSTEM,
                now=stage.clock(),
                why="retention",
            )
        stage.home.mkdir()
        (stage.home / "visitor-2.webm.sealed").touch()
        return answer

    assert await stage.finisher(deletes).turn() == 0
    assert not stage.home.exists()


async def test_what_another_has_finished_meanwhile_is_left_alone(stage: Stage) -> None:
    async def late(order: Order) -> Mapping[str, Any]:
        assert await stage.finisher().turn() == 1
        return await process.carry_out(order)

    assert await stage.finisher(late).turn() == 0
    assert (await stage.kept()).state is RecordingState.FINISHED
    assert stage.on_disk() >= {"manifest.sealed", f"{stage.participant}-1.webm.sealed"}


async def test_journals_that_a_crash_left_go_at_the_next_start(stage: Stage) -> None:
    content = (stage.home / JOURNAL).read_bytes()
    await stage.finisher().turn()
    (stage.home / JOURNAL).write_bytes(content)
    await stage.finisher().tidy()
    assert JOURNAL not in stage.on_disk()


async def test_a_journal_that_somebody_altered_is_kept_and_on_record(
    stage: Stage,
) -> None:
    starts = journal(4).write(stage.home / JOURNAL)
    content = bytearray((stage.home / JOURNAL).read_bytes())
    content[starts[6] + 100] ^= 1
    (stage.home / JOURNAL).write_bytes(content)
    assert await stage.finisher().turn() == 1
    assert JOURNAL in stage.on_disk()
    await stage.finisher().tidy()
    assert JOURNAL in stage.on_disk()
    async with stage.database.read() as session:
        last = (await noted(session, stage.recording))[-1]
    facts = {"file": JOURNAL, "how": "altered", "segment": "6"}
    assert last == ("recording_damaged", facts)
