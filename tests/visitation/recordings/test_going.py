"""A recording stands still, goes on and ends; what stopped by itself is an alarm."""

import pytest

from tests.conftest import NOON
from tests.visitation.recordings.recorded import END, MINUTE, begun, ended, noted, scene
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.recordings import alarms, going
from visitation.recordings.tables import Recording
from visitation.words import RecordingEnd, RecordingState


async def test_it_stands_still_and_goes_on_once_each(database: Database) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording, by = await begun(session, told), told.warden
        assert not await going.resume(session, recording, by=by, now=NOON)
        assert await going.pause(session, recording, by=by, now=NOON)
        assert not await going.pause(session, recording, by=by, now=NOON)
        assert recording.state is RecordingState.PAUSED
        assert await going.resume(session, recording, by=by, now=NOON)
        assert recording.state is RecordingState.RUNNING
        assert await noted(session, recording) == [
            ("recording_begin", {}),
            ("recording_pause", {}),
            ("recording_resume", {}),
        ]


async def test_it_ends_once_for_its_first_reason(database: Database) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording, by = await begun(session, told), told.warden
        await going.pause(session, recording, by=by, now=NOON)
        assert await going.end(
            session, recording, RecordingEnd.WITHDRAWN, by=by, now=END
        )
        later = END + MINUTE
        for reason in RecordingEnd:
            assert not await going.end(session, recording, reason, by=by, now=later)
        assert not await going.pause(session, recording, by=by, now=later)
        assert (recording.state, recording.end_reason, recording.ended_at) == (
            RecordingState.ENDED,
            RecordingEnd.WITHDRAWN,
            END,
        )
        assert (await noted(session, recording))[2:] == [
            ("recording_end", {"reason": "withdrawn"})
        ]


async def test_what_a_service_left_behind_is_ended_by_the_next(
    database: Database,
) -> None:
    async with database.write() as session:
        running = await begun(session, await scene(session), "running")
        paused = await begun(session, await scene(session), "paused")
        await going.pause(session, paused, by=SYSTEM, now=NOON)
        over = await ended(session, await scene(session), "over")

    async with database.write() as session:
        found = await going.interrupted(session, now=END + MINUTE)
        assert [one.reference for one in found] == ["running", "paused"]
        assert {one.end_reason for one in found} == {RecordingEnd.INTERRUPTED}
        assert await going.interrupted(session, now=END + MINUTE) == []
        kept = await session.get_one(Recording, over.id)
        assert (kept.end_reason, kept.ended_at) == (RecordingEnd.VISIT_ENDED, END)
        assert running.id in {one.id for one in found}


UNWANTED = {"no_space", "too_slow", "failed", "interrupted"}


@pytest.mark.parametrize("reason", list(RecordingEnd))
async def test_an_end_that_nobody_wanted_is_an_alarm_until_it_is_seen(
    database: Database, reason: RecordingEnd
) -> None:
    async with database.write() as session:
        told, elsewhere = await scene(session), await scene(session)
        recording = await ended(session, told, reason=reason)
        here, there = {told.visit.prison_id}, {elsewhere.visit.prison_id}
        expected = [recording] if reason in UNWANTED else []
        assert await alarms.open(session, here) == expected
        assert await alarms.open(session, there) == []

        for _ in range(2):
            await alarms.seen(session, recording, by=told.warden, now=END)
        assert await alarms.open(session, here) == []
        assert recording.alarm_seen_at == END
        actions = [action for action, _facts in await noted(session, recording)]
        assert actions.count("recording_alarm_seen") == 1
