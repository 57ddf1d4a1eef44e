"""What becomes of a recording that ended: files that play, or journals and an alarm.

Knows rows alone; whoever makes the files says what they are, and takes the journals off
the disk once that is committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import SYSTEM, Actor
from visitation.recordings.stepping import noted, step
from visitation.recordings.tables import Recording, RecordingFile
from visitation.visits.tables import Participant
from visitation.words import RecordingState

#: After so many tries the journals are left as they are, and somebody is told.
MOST_TRIES = 5
_SET_BACK = timedelta(minutes=1)
_ENDED = frozenset({RecordingState.ENDED})
#: What a finished file and its row have by the same name.
_SAME = ("name", "starts_ms", "duration_ms", "width", "height", "size_bytes", "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedFile:
    """A file that plays; `participant` is a reference, the rest as in its row."""

    name: str
    participant: str
    starts_ms: int
    duration_ms: int
    width: int
    height: int
    size_bytes: int
    sha256: str


async def due(session: AsyncSession, *, now: datetime) -> list[Recording]:
    """What is to be finished now; what failed waits twice as long each time."""
    rows = await session.exec(
        select(Recording)
        .where(Recording.state == RecordingState.ENDED)
        .order_by(col(Recording.ended_at), col(Recording.id))
    )
    return [one for one in rows.all() if _from(one) <= now or _is_ahead(one, now)]


async def journals(
    session: AsyncSession, recording: Recording
) -> Sequence[tuple[str, str]]:
    """The names of a recording's journals with whom they are of, as they began."""
    rows = await session.exec(
        select(RecordingFile.name, Participant.reference)
        .join(Participant, col(Participant.id) == RecordingFile.participant_id)
        .where(RecordingFile.recording_id == recording.id)
        .where(col(RecordingFile.is_journal).is_(True))
        .order_by(col(RecordingFile.id))
    )
    return rows.all()


async def finished(
    session: AsyncSession,
    recording: Recording,
    files: Sequence[FinishedFile],
    seconds: int,
    *,
    keep_days: int,
    now: datetime,
) -> bool:
    """Have files take the place of journals; False if it was deleted meanwhile."""
    is_finished = await step(
        session,
        recording,
        out_of=_ENDED,
        state=RecordingState.FINISHED,
        finished_at=now,
        seconds=seconds,
        size_bytes=sum(one.size_bytes for one in files),
        keep_until=_ended(recording) + timedelta(days=keep_days),
    )
    if not is_finished:
        return False
    await _replace(session, recording, files)
    noted(
        session,
        recording,
        "recording_finished",
        by=SYSTEM,
        now=now,
        files=len(files),
        seconds=seconds,
    )
    return True


async def _replace(
    session: AsyncSession, recording: Recording, files: Sequence[FinishedFile]
) -> None:
    await session.exec(
        delete(RecordingFile).where(col(RecordingFile.recording_id) == recording.id)
    )
    people = dict(
        (
            await session.exec(
                select(Participant.reference, Participant.id).where(
                    Participant.visit_id == recording.visit_id
                )
            )
        ).all()
    )
    session.add_all(
        RecordingFile(
            recording_id=recording.id,
            participant_id=people[one.participant],
            is_journal=False,
            **{name: getattr(one, name) for name in _SAME},
        )
        for one in files
    )
    await session.flush()


async def failed(
    session: AsyncSession, recording: Recording, *, keep_days: int, now: datetime
) -> bool:
    """Count a try that came to nothing; True if it was the last one.

    The journals stay then, as long as files would, and the prison's board has an alarm.
    """
    tries = recording.finish_tries + 1
    if tries < MOST_TRIES:
        await step(session, recording, out_of=_ENDED, finish_tries=tries)
        return False
    given_up = await step(
        session,
        recording,
        out_of=_ENDED,
        state=RecordingState.FAILED,
        finish_tries=tries,
        alarm_seen_at=None,
        keep_until=_ended(recording) + timedelta(days=keep_days),
    )
    if given_up:
        noted(session, recording, "recording_failed", by=SYSTEM, now=now)
    return given_up


async def again(
    session: AsyncSession, recording: Recording, *, by: Actor, now: datetime
) -> bool:
    """Have a recording that failed be tried once more; False if it has not failed."""
    is_back = await step(
        session,
        recording,
        out_of={RecordingState.FAILED},
        state=RecordingState.ENDED,
        finish_tries=MOST_TRIES - 1,
        keep_until=None,
    )
    if is_back:
        noted(session, recording, "recording_retry", by=by, now=now)
    return is_back


def _ended(recording: Recording) -> datetime:
    return recording.ended_at or recording.started_at


def _is_ahead(recording: Recording, now: datetime) -> bool:
    """Whether it ended by a clock that was set back since; that is not waited for."""
    return _ended(recording) - now > _SET_BACK


def _from(recording: Recording) -> datetime:
    """From when it may be tried: at once, then one, three, seven… minutes later."""
    return _ended(recording) + timedelta(minutes=2**recording.finish_tries - 1)
