"""The loop that has recordings finished, one after the other.

Keeps nothing that counts: what is due is in the database, and a process that is killed
half-way leaves nothing that looks whole. Journals go only when the files that take
their place were read again and are on record.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from sqlmodel import col, select

from signaling.recording import process
from signaling.recording.orders import Journal, Order
from signaling.recording.process import Unfinished
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.recordings import (
    damaged,
    deleting,
    finishing,
    keeping,
    paths,
    reading,
)
from visitation.recordings.alone import Alone, Taken
from visitation.recordings.finishing import FinishedFile
from visitation.recordings.keys import KeyDamaged, KeyMissing, KeyUnknown, KeyWraps
from visitation.recordings.tables import Recording
from visitation.recordings.tampered import (
    Altered,
    Missing,
    Reordered,
    Spliced,
    Tampered,
)
from visitation.retention import Kept
from visitation.words import RecordingState

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 10.0
#: The last segment of a journal is written a moment after the recording ended, and on
#: a disk that stalls some seconds later.
SETTLED: Final = timedelta(seconds=10)
#: What is mended some day: then it can be finished, however late.
_HINDERS: Final = frozenset(("no_space", "KeyUnknown"))
REST: Final = timedelta(minutes=10)
#: Another process is at it, of a service that was killed.
_ELSEWHERE: Final = "busy"
_KEYS: Final = (KeyMissing, KeyUnknown, KeyDamaged)
_EMPTY: Final[Mapping[str, Any]] = {"files": [], "seconds": 0, "damage": []}
#: What no crash does: somebody did it, and the journal is kept to show it.
_DONE_BY_SOMEBODY: Final = {
    each.how: each for each in (Altered, Missing, Reordered, Spliced)
}

CarryOut = Callable[[Order], Awaitable[Mapping[str, Any]]]


class Finisher:
    """Finishes recordings while it is started.

    Args:
        database: where it stands which are due.
        directory: that of all recordings.
        alone: the right to work there, which one process has.
        wraps: open the keys of recordings.
        clock: gives the present.
        keeps: for how many days records are kept where nobody chose.
        carry_out: makes the files of one recording.
    """

    def __init__(
        self,
        *,
        database: Database,
        directory: Path,
        alone: Alone,
        wraps: KeyWraps,
        clock: Callable[[], datetime],
        keeps: Mapping[Kept, int],
        carry_out: CarryOut = process.carry_out,
    ) -> None:
        self._database = database
        self._directory, self._alone = directory, alone
        self._wraps = wraps
        self._clock = clock
        self._keeps = keeps
        self._carry_out = carry_out
        self._task: asyncio.Task[None] | None = None
        self._resting: dict[int, datetime] = {}

    def start(self) -> None:
        """Begin, with what the last one left undone."""
        self._task = asyncio.create_task(self._run(), name="finisher")

    async def stop(self) -> None:
        """Stop; what is being finished is finished by the next one."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def turn(self) -> int:
        """Finish all that is due; how many were."""
        now = self._clock()
        async with self._database.read() as session:
            due = await finishing.due(session, now=now)
        if due and not await asyncio.to_thread(self._is_ours):
            log.warning("recordings_elsewhere", due=len(due))
            return 0
        done = 0
        for recording in due:
            rests = now < self._resting.get(recording.id, now) <= now + REST
            ended = recording.ended_at or now - SETTLED
            # One that seems to end later did so before the clock was set back.
            if not rests and not now - SETTLED < ended <= now:
                done += await self._tried(recording)
        return done

    def _is_ours(self) -> bool:
        """Whether recordings lie there, and no other process finishes them."""
        try:
            self._alone.take()
        except (Taken, OSError):
            return False
        return paths.is_shelf(self._directory)

    async def tidy(self) -> None:
        """Take away journals of recordings that were finished before a crash."""
        async with self._database.read() as session:
            found = await session.exec(
                select(Recording.reference).where(
                    col(Recording.state) == RecordingState.FINISHED
                )
            )
            finished = found.all()
        for reference in finished:
            await asyncio.to_thread(self._discard, reference)

    async def _run(self) -> None:
        tidied = False
        while True:
            try:
                if not tidied:
                    await self.tidy()
                    tidied = True
                await self.turn()
            except Exception:  # the outermost loop
                log.exception("finishing_failed")
            await asyncio.sleep(EVERY_SECONDS)

    async def _tried(self, recording: Recording) -> bool:
        try:
            return await self._finish(recording)
        except Exception:  # one that cannot be finished keeps no other waiting
            log.exception("recording_not_finished", recording=recording.reference)
            await self._fail(recording)
            return False

    async def _finish(self, recording: Recording) -> bool:
        try:
            answer = await self._answer(recording)
        except (*_KEYS, Unfinished, OSError) as fault:
            why = fault.why if isinstance(fault, Unfinished) else type(fault).__name__
            log.warning(
                "recording_not_finished", recording=recording.reference, why=why
            )
            if why in _HINDERS:
                self._resting[recording.id] = self._clock() + REST
            elif why != _ELSEWHERE:
                await self._fail(recording)
            return False
        kept = await self._keep(recording, answer)
        if kept:
            await asyncio.to_thread(self._discard, recording.reference)
        else:
            await self._erase_if_deleted(recording)
        return kept

    async def _erase_if_deleted(self, recording: Recording) -> None:
        """Files that were made while it was deleted go after the others."""
        async with self._database.read() as session:
            row = await session.get_one(Recording, recording.id)
        if row.state is RecordingState.DELETED:
            erase = deleting.erase
            await asyncio.to_thread(erase, self._directory, recording.reference)

    async def _answer(self, recording: Recording) -> Mapping[str, Any]:
        async with self._database.read() as session:
            journals = await finishing.journals(session, recording)
        try:
            key = await asyncio.to_thread(
                self._wraps.read_key, self._directory, recording.reference
            )
        except KeyMissing:
            home = paths.home(self._directory, recording.reference)
            if any((home / name).exists() for name, _ in journals):
                raise
            # There never was a key: the disk was full when it began.
            return _EMPTY
        return await self._carry_out(
            Order(
                directory=paths.home(self._directory, recording.reference),
                key=key,
                journals=tuple(Journal(*each) for each in journals),
                epoch=recording.started_at.timestamp(),
            )
        )

    async def _fail(self, recording: Recording) -> None:
        async with self._database.write() as session:
            days = await keeping.days(session, self._keeps)
            await finishing.failed(
                session,
                await session.get_one(Recording, recording.id),
                keep_days=days[recording.visit_kind],
                now=self._clock(),
            )

    async def _keep(self, recording: Recording, answer: Mapping[str, Any]) -> bool:
        now = self._clock()
        async with self._database.write() as session:
            days = await keeping.days(session, self._keeps)
            row = await session.get_one(Recording, recording.id)
            kept = await finishing.finished(
                session,
                row,
                [_file(each) for each in answer["files"]],
                answer["seconds"],
                keep_days=days[recording.visit_kind],
                now=now,
            )
            for each in answer["damage"]:
                how = _DONE_BY_SOMEBODY.get(each["how"])
                if kept and how is not None:
                    wrong = how(each["segment"])
                    await damaged.found(
                        session, row, each["journal"], wrong, by=SYSTEM, now=now
                    )
        log.info(
            "recording_finished",
            recording=recording.reference,
            files=len(answer["files"]),
            seconds=answer["seconds"],
            damage=[each["how"] for each in answer["damage"]],
        )
        return kept

    def _discard(self, reference: str) -> None:
        """Take the journals of a finished recording off the disk."""
        home = paths.home(self._directory, reference)
        journals = [*home.glob("*.journal")] if home.is_dir() else []
        if not journals:
            return
        try:
            key = self._wraps.read_key(self._directory, reference)
            wrong = reading.manifest(home, key)["damage"]
        except (*_KEYS, reading.Gone, Tampered) as fault:
            # What may be all that is left of it stays.
            log.warning("journals_kept", recording=reference, why=type(fault).__name__)
            return
        kept = {each["journal"] for each in wrong if each["how"] in _DONE_BY_SOMEBODY}
        for each in journals:
            if each.name not in kept:
                each.unlink()
        paths.settle(home)


def _file(told: Mapping[str, Any]) -> FinishedFile:
    return FinishedFile(
        **{name: told[name] for name in FinishedFile.__dataclass_fields__}
    )
