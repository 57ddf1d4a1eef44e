"""The program finishes recordings that ended, where there is a place for them."""

import asyncio
from pathlib import Path

from config import filling, recordings
from config.settings import RecordingKeySection, RecordingsSection, Settings
from signaling.recording.finisher import SETTLED
from tests.fakes import Clock
from tests.signaling.recording.journals import KEY
from tests.visitation.recordings.recorded import END, ended, scene
from visitation.database import Database
from visitation.recordings.tables import Recording
from visitation.words import RecordingState


def _settings(directory: Path | None) -> Settings:
    key = RecordingKeySection.model_validate({"secret": "s" * 32})
    section = RecordingsSection(
        directory=directory, key_id="first", keys={"first": key}
    )
    return Settings().model_copy(update={"recordings": section})


async def _ended(database: Database) -> Recording:
    async with database.write() as session:
        return await ended(session, await scene(session))


async def _state(database: Database, recording: Recording) -> RecordingState:
    async with database.read() as session:
        return (await session.get_one(Recording, recording.id)).state


async def test_what_ended_is_finished_while_the_service_runs(
    sqlite: Database, clock: Clock, tmp_path: Path
) -> None:
    settings, recording = _settings(tmp_path), await _ended(sqlite)
    wraps, clock.now = recordings.wraps(settings), END + SETTLED
    assert wraps is not None
    wraps.write_key(tmp_path, recording.reference, KEY)
    keeps = filling.keeps(settings)
    archive = recordings.archive(settings)
    async with recordings.finishing(archive, sqlite, clock, keeps):
        for _ in range(600):
            if await _state(sqlite, recording) is RecordingState.FINISHED:
                break
            await asyncio.sleep(0.05)
    assert await _state(sqlite, recording) is RecordingState.FINISHED
    assert (tmp_path / recording.reference / "manifest.sealed").exists()


async def test_without_a_place_nothing_is_done(sqlite: Database, clock: Clock) -> None:
    settings, recording = _settings(None), await _ended(sqlite)
    clock.now = END + SETTLED
    archive = recordings.archive(settings)
    async with recordings.finishing(archive, sqlite, clock, {}):
        await asyncio.sleep(0)
    assert await _state(sqlite, recording) is RecordingState.ENDED
