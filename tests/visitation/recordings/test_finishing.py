"""Files take the place of journals, or the journals stay and an alarm says so."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.visitation.recordings.recorded import (
    END,
    MINUTE,
    begun,
    ended,
    film,
    noted,
    scene,
)
from visitation.database import Database
from visitation.recordings import alarms, finishing
from visitation.recordings.tables import RecordingFile
from visitation.words import RecordingState


async def test_what_has_ended_is_due_in_its_order(database: Database) -> None:
    async with database.write() as session:
        await begun(session, await scene(session), "running")
        first = await ended(session, await scene(session), "first")
        second = await ended(session, await scene(session), "second")
        assert await finishing.due(session, now=END) == [first, second]


async def test_a_clock_that_was_set_back_keeps_nothing_waiting(
    database: Database,
) -> None:
    async with database.write() as session:
        recording = await ended(session, await scene(session))
        assert await finishing.due(session, now=END - MINUTE) == []
        assert await finishing.due(session, now=END - 2 * MINUTE) == [recording]


async def test_files_take_the_place_of_journals(database: Database) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording = await ended(session, told)
        files = [film(told), film(told, name="visitor-2.webm.sealed", size_bytes=5)]
        assert await finishing.finished(
            session, recording, files, 600, keep_days=30, now=END + MINUTE
        )

    async with database.write() as session:
        rows = (await session.exec(select(RecordingFile))).all()
        assert [one.model_dump(exclude={"id"}) for one in rows] == [
            {
                "recording_id": recording.id,
                "participant_id": told.visitor.id,
                "name": name,
                "is_journal": False,
                "starts_ms": 60_000,
                "duration_ms": 540_000,
                "width": 640,
                "height": 480,
                "size_bytes": size,
                "sha256": "a" * 64,
            }
            for name, size in (
                ("visitor-1.webm.sealed", 7_000_000_000),
                ("visitor-2.webm.sealed", 5),
            )
        ]
        assert (recording.state, recording.seconds, recording.size_bytes) == (
            RecordingState.FINISHED,
            600,
            7_000_000_005,
        )
        assert recording.finished_at == END + MINUTE
        assert recording.keep_until == END + timedelta(days=30)
        assert await finishing.due(session, now=END + MINUTE) == []
        assert (await noted(session, recording))[-1] == (
            "recording_finished",
            {"files": 2, "seconds": 600},
        )


async def test_what_is_not_waiting_for_it_is_not_finished(database: Database) -> None:
    async with database.write() as session:
        told = await scene(session)
        running = await begun(session, told)
        assert not await finishing.finished(
            session, running, [film(told)], 600, keep_days=30, now=END
        )
        assert running.state is RecordingState.RUNNING
        assert (await session.exec(select(RecordingFile))).all() == []


async def test_a_try_that_fails_waits_longer_each_time_and_ends_in_an_alarm(
    database: Database,
) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording, here = await ended(session, told), {told.visit.prison_id}
        for tries, wait in ((1, 1), (2, 3), (3, 7), (4, 15)):
            assert not await finishing.failed(session, recording, keep_days=30, now=END)
            due = END + wait * MINUTE
            assert recording.finish_tries == tries
            assert await finishing.due(session, now=due) == [recording]
            assert await finishing.due(session, now=due - MINUTE / 60) == []
        assert await alarms.open(session, here) == []

        assert await finishing.failed(session, recording, keep_days=30, now=END)

        assert recording.state is RecordingState.FAILED
        assert recording.keep_until == END + timedelta(days=30)
        assert await alarms.open(session, here) == [recording]
        assert len(await finishing.journals(session, recording)) == 1
        assert not await finishing.failed(session, recording, keep_days=30, now=END)
        actions = [action for action, _facts in await noted(session, recording)]
        assert actions.count("recording_failed") == 1


@pytest.mark.parametrize("seen_before", [True, False])
async def test_an_alarm_that_was_seen_comes_again_when_nothing_comes_of_it(
    database: Database, seen_before: bool
) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording = await ended(session, told)
        if seen_before:
            await alarms.seen(session, recording, by=told.warden, now=END)
        recording.finish_tries = finishing.MOST_TRIES - 1
        await finishing.failed(session, recording, keep_days=30, now=END)
        assert await alarms.open(session, {told.visit.prison_id}) == [recording]


async def test_what_failed_is_tried_once_more_when_somebody_says_so(
    database: Database,
) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording, here = await ended(session, told), {told.visit.prison_id}
        assert not await finishing.again(session, recording, by=told.warden, now=END)
        recording.finish_tries = finishing.MOST_TRIES - 1
        await finishing.failed(session, recording, keep_days=30, now=END)
        later = END + timedelta(days=1)

        assert await finishing.again(session, recording, by=told.warden, now=later)

        assert (recording.state, recording.keep_until) == (RecordingState.ENDED, None)
        assert await finishing.due(session, now=later) == [recording]
        assert await alarms.open(session, here) == []
        assert not await finishing.again(session, recording, by=told.warden, now=later)
        assert await finishing.failed(session, recording, keep_days=30, now=later)
        assert await alarms.open(session, here) == [recording]
        actions = [action for action, _facts in await noted(session, recording)]
        assert actions[-3:] == [
            "recording_failed",
            "recording_retry",
            "recording_failed",
        ]
