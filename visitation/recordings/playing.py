"""Asking to play a recording, with a reason, and what was then played or taken out.

Who may ask is for the page to know; nobody plays without having asked.
"""

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.errors import Invalid, NotAllowed
from visitation.recordings.refusing import NotPlayable
from visitation.recordings.stepping import noted
from visitation.recordings.tables import Recording, RecordingFile, RecordingPlay
from visitation.words import PlayReason, RecordingState

#: For how long a reason holds.
LEAVE = timedelta(hours=2)
#: The longest note, in characters.
LONGEST = 300


async def ask(
    session: AsyncSession,
    recording: Recording,
    *,
    reason: PlayReason,
    note: str,
    by: Actor,
    now: datetime,
) -> RecordingPlay:
    """Give leave to play a recording for a while, for a reason that is kept.

    Raises:
        NotAllowed: if it is nobody of staff.
        NotPlayable: if there is nothing to play.
        Invalid: if another reason is not said in words, or in too many.
    """
    if by.account_id is None:
        raise NotAllowed("play")
    if recording.state is not RecordingState.FINISHED:
        raise NotPlayable(recording.reference)
    words = note.strip()
    if reason is PlayReason.OTHER and not words:
        raise Invalid("note", "missing")
    if len(words) > LONGEST:
        raise Invalid("note", "too_long")
    leave = RecordingPlay(
        recording_id=recording.id,
        account_id=by.account_id,
        reason=reason,
        note=words,
        asked_at=now,
        until=now + LEAVE,
    )
    session.add(leave)
    await session.flush()
    noted(
        session,
        recording,
        "recording_play_asked",
        by=by,
        now=now,
        play=leave.id,
        reason=reason.value,
    )
    return leave


async def leave_of(
    session: AsyncSession, recording: Recording, account_id: int, *, now: datetime
) -> RecordingPlay | None:
    """The leave that an account has now, the longest one, if any."""
    rows = await session.exec(
        select(RecordingPlay)
        .where(RecordingPlay.recording_id == recording.id)
        .where(RecordingPlay.account_id == account_id)
        .where(RecordingPlay.until > now)
        .order_by(col(RecordingPlay.until).desc(), col(RecordingPlay.id).desc())
    )
    return rows.first()


async def played(
    session: AsyncSession,
    recording: Recording,
    leave: RecordingPlay,
    file: RecordingFile,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Put on record that a file was played, or a part of it."""
    kept = await session.get_one(RecordingPlay, leave.id)
    if kept.first_played_at is None:
        kept.first_played_at = now
        session.add(kept)
        await session.flush()
    noted(
        session,
        recording,
        "recording_played",
        by=by,
        now=now,
        play=leave.id,
        file=file.id,
    )


async def taken_out(
    session: AsyncSession,
    recording: Recording,
    leave: RecordingPlay,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Put on record that a recording was taken out of the house."""
    noted(session, recording, "recording_taken_out", by=by, now=now, play=leave.id)
