"""Carries out what rooms decide of recording: rows, a key, a directory, journals.

What ends a journal is ordered at once; what begins one waits its turn behind the
database and the disk, and is not begun if it is not wanted any more. Whatever fails
ends the recording and never the call.
"""

import asyncio
import base64
import contextlib
import errno
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from signaling import recording_rows
from signaling.effects import Record, RecordingNoted, StopRecording, Taped
from signaling.media.engine import RecordingEngine, RecordingStopped
from signaling.words import Recording
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.recordings import keys, paths
from visitation.recordings.alone import Alone, Taken
from visitation.recordings.keys import KeyWraps
from visitation.recordings.refusing import NotRecorded
from visitation.recordings.space import Space

log = structlog.get_logger()

#: How often it is looked whether there is room.
LOOK_SECONDS: Final = 15.0
#: A worker that died with its journals is forgiven so often in one visit.
MOST_AGAIN: Final = 3
TRIES: Final = 4
PAUSE_SECONDS: Final = 0.5
_AWAY: Final = (OperationalError, InterfaceError, PoolTimeout)
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_ENDS: Final = frozenset({Recording.STOPPED, Recording.OFF})
_ON_RECORD: Final = _ENDS | {Recording.ON, Recording.PAUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Where recordings lie, what wraps their keys, and how much room they may take.

    Attributes:
        alone: the right to record there, which one process has.
    """

    directory: Path
    wraps: KeyWraps
    space: Space
    alone: Alone


@dataclass(slots=True, kw_only=True)
class Run:
    """One recording under way.

    Attributes:
        key: empty until it is kept where it will be looked for.
        numbers: how many journals each participant has.
        again: how often a journal was begun anew because one before it failed.
    """

    reference: str
    key: str = ""
    numbers: Counter[str] = field(default_factory=Counter)
    again: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be written, and when it was decided."""

    visit: str
    effect: Record | RecordingNoted
    at: datetime


class RecordingDesk:
    """The recordings that are under way in this process."""

    def __init__(
        self,
        *,
        database: Database,
        engine: RecordingEngine,
        keyring: Keyring,
        clock: Callable[[], datetime],
        archive: Archive | None,
        failed: Callable[[str, str], None],
    ) -> None:
        """Take what is needed.

        Args:
            database: holds the record.
            engine: writes the journals.
            keyring: names recordings.
            clock: gives the present.
            archive: where they lie; None where an operator has set up none.
            failed: is told the visit and why its recording cannot go on.
        """
        self._database = database
        self._engine = engine
        self._keyring = keyring
        self._clock = clock
        self._archive = archive
        self._failed = failed
        self._runs: dict[str, Run] = {}
        self._wanted: dict[str, str] = {}
        self._journals: dict[str, str] = {}
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._hindered = "not_set_up"
        self._took_over = False

    @property
    def hindered(self) -> str:
        """Why nothing can be recorded now, as a code; empty if it can."""
        return self._hindered

    async def start(self) -> None:
        """End what a service before us left under way, and begin to work."""
        await self._look()
        self._tasks = [
            asyncio.create_task(self._work()),
            asyncio.create_task(self._watch()),
        ]

    async def stop(self) -> None:
        """Seal every journal; what is recorded is interrupted for now."""
        for participant in tuple(self._wanted):
            self._stop(participant)
        for visit in tuple(self._runs):
            gone = RecordingNoted(state=Recording.STOPPED, reason="interrupted")
            self.carry_out(visit, gone)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TRIES):
                await self.settled()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def settled(self) -> None:
        """Wait until everything ordered so far is done."""
        await self._jobs.join()

    def carry_out(self, visit: str, effect: Taped) -> None:
        """Do what a room has decided."""
        if isinstance(effect, StopRecording):
            self._stop(effect.participant)
            return
        if isinstance(effect, Record):
            self._wanted[effect.participant] = visit
        self._jobs.put_nowait(Job(visit=visit, effect=effect, at=self._clock()))

    def heard(self, event: RecordingStopped) -> None:
        """A journal has ended by itself: its worker died, or nothing takes it."""
        one = event.participant
        visit = self._wanted.get(one)
        if visit is None or self._journals.get(one) != event.path:
            return
        del self._journals[one]
        log.warning("journal_ended", visit=visit, reason=event.reason)
        run = self._runs[visit]
        if event.reason == "failed" and run.again < MOST_AGAIN:
            run.again += 1
            self.carry_out(visit, Record(participant=one))
        else:
            self._failed(visit, event.reason)

    def _stop(self, participant: str) -> None:
        self._wanted.pop(participant, None)
        if self._journals.pop(participant, None) is not None:
            self._engine.stop_recording(participant)

    async def _work(self) -> None:
        while True:
            job = await self._jobs.get()
            try:
                await self._done(job)
            except Exception as fault:  # the desk's outermost loop
                log.exception("recording_failed", visit=job.visit)
                self._failed(job.visit, _reason(fault))
            finally:
                self._jobs.task_done()

    async def _done(self, job: Job) -> None:
        """Do a job, and wait for a database that is away.

        What has to be kept of an end waits for as long as it takes.
        """
        tried = 0
        while True:
            try:
                if isinstance(job.effect, Record):
                    await self._begin_journal(job.visit, job.effect.participant)
                else:
                    await self._note(job, job.effect)
            except (*_AWAY, NotRecorded):
                # What they agreed to may be on its way to the record yet.
                tried += 1
                if isinstance(job.effect, Record) and tried >= TRIES:
                    raise
                log.exception("recording_waits_for_the_record", visit=job.visit)
                await asyncio.sleep(PAUSE_SECONDS * min(tried, TRIES))
            else:
                return

    async def _note(self, job: Job, effect: RecordingNoted) -> None:
        run = self._runs.get(job.visit)
        if run is None:
            return
        if effect.state in _ON_RECORD:
            await recording_rows.moved(
                self._database, run.reference, effect.state, effect.reason, job.at
            )
        if effect.state in _ENDS:
            del self._runs[job.visit]

    async def _begin_journal(self, visit: str, participant: str) -> None:
        if self._wanted.get(participant) != visit:
            return
        archive = self._archive
        if archive is None:
            raise OSError(errno.ENOENT, "nothing is set up to record to")
        run = self._runs.get(visit) or await self._begin(visit, archive)
        if not run.key:
            # Its key could not be kept, of which the room is being told.
            return
        run.numbers[participant] += 1
        name = paths.journal_name(participant, run.numbers[participant])
        await recording_rows.journal(
            self._database, run.reference, participant, name, self._clock()
        )
        if self._wanted.get(participant) != visit:
            return
        path = str(paths.file(archive.directory, run.reference, name))
        self._journals[participant] = path
        self._engine.record(participant, path, run.key)

    async def _begin(self, visit: str, archive: Archive) -> Run:
        reference, key = self._keyring.reference(), keys.make()
        await recording_rows.begin(self._database, visit, reference, self._clock())
        run = Run(reference=reference)
        # From here on there is a row, which tells how it ended if the rest fails.
        self._runs[visit] = run
        if self._hindered:
            full = self._hindered == "no_space"
            raise OSError(errno.ENOSPC if full else errno.ENOENT, "cannot record")
        await asyncio.to_thread(
            archive.wraps.write_key, archive.directory, reference, key
        )
        run.key = base64.b64encode(key).decode()
        log.info("recording_begins", visit=visit, recording=reference)
        return run

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
            except _AWAY:
                log.exception("recording_waits_for_the_record")

    async def _look(self) -> None:
        if self._archive is None:
            return
        try:
            self._hindered = await self._seen(self._archive)
        except (OSError, Taken):
            log.exception("no_place_for_recordings")
            self._hindered = "not_set_up"
        if self._hindered == "no_space":
            for visit in tuple(self._runs):
                self._failed(visit, "no_space")

    async def _seen(self, archive: Archive) -> str:
        """What hinders; takes over from the service before, where its disk is."""
        level = await asyncio.to_thread(_level, archive)
        await asyncio.to_thread(archive.alone.take)
        is_there = await asyncio.to_thread(paths.is_shelf, archive.directory)
        if not is_there and await recording_rows.lie_somewhere(self._database):
            log.error("recordings_elsewhere")
            return "not_set_up"
        if not self._took_over:
            await recording_rows.interrupted(self._database, self._clock())
            self._took_over = True
        return "no_space" if level == "full" else ""


def _level(archive: Archive) -> str:
    archive.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return archive.space.level()


def _reason(fault: Exception) -> str:
    is_full = isinstance(fault, OSError) and fault.errno in _NO_SPACE
    return "no_space" if is_full else "failed"
