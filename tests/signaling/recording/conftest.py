"""A recording that ended, with a journal on disk, and everything that finishes it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from signaling.recording import process
from signaling.recording.finisher import SETTLED, Finisher
from signaling.recording.orders import Journal, Order
from tests.fakes import Clock
from tests.signaling.recording.journals import KEY, Written, recorded
from tests.visitation.recordings.recorded import END, ended, scene
from visitation.database import Database
from visitation.recordings.alone import Alone
from visitation.recordings.keys import KeyWraps
from visitation.recordings.tables import Recording, RecordingFile

JOURNAL = "visitor-1.journal"


@dataclass
class Stage:
    database: Database
    directory: Path
    wraps: KeyWraps
    clock: Clock
    recording: Recording
    participant: str
    alone: Alone

    @property
    def home(self) -> Path:
        return self.directory / self.recording.reference

    def finisher(self, carry_out: Any = process.carry_out) -> Finisher:
        return Finisher(
            database=self.database,
            directory=self.directory,
            alone=self.alone,
            wraps=self.wraps,
            clock=self.clock,
            keeps={},
            carry_out=carry_out,
        )

    @property
    def order(self) -> Order:
        return Order(
            directory=self.home,
            key=KEY,
            journals=(Journal(JOURNAL, self.participant),),
            epoch=self.recording.started_at.timestamp(),
        )

    async def kept(self) -> Recording:
        async with self.database.read() as session:
            return await session.get_one(Recording, self.recording.id)

    async def files(self) -> list[RecordingFile]:
        async with self.database.read() as session:
            return [*(await session.exec(select(RecordingFile))).all()]

    def on_disk(self) -> set[str]:
        return {each.name for each in self.home.iterdir()}


@pytest.fixture
async def stage(sqlite: Database, tmp_path: Path, clock: Clock) -> AsyncIterator[Stage]:
    async with sqlite.write() as session:
        told = await scene(session)
        recording = await ended(session, told)
    wraps = KeyWraps("spring", {"spring": bytes(32)})
    wraps.write_key(tmp_path, recording.reference, KEY)
    clock.now = END + SETTLED
    alone, whose = Alone(tmp_path), told.visitor.reference
    stage = Stage(sqlite, tmp_path, wraps, clock, recording, whose, alone)
    journal(4).write(stage.home / JOURNAL)
    yield stage
    alone.release()


def journal(length: float) -> Written:
    # The wall clock of the recording's beginning, so that its time begins at 0.
    return recorded(length, wall=1_795_422_600.0)
