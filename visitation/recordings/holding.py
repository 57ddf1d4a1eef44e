"""Keeping a recording by order, past the day on which it would be deleted."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.errors import NotFound
from visitation.recordings.stepping import noted, step
from visitation.recordings.tables import Recording
from visitation.words import PlayReason, RecordingState

_KEPT = frozenset(RecordingState) - {RecordingState.DELETED}


async def hold(
    session: AsyncSession,
    recording: Recording,
    *,
    reason: PlayReason = PlayReason.OTHER,
    by: Actor,
    now: datetime,
) -> None:
    """Have nobody delete a recording until it is released.

    Raises:
        NotFound: if it is deleted already.
    """
    if recording.held:
        return
    held = await step(
        session,
        recording,
        out_of=_KEPT,
        held=True,
        held_at=now,
        held_by_id=by.account_id,
    )
    if not held:
        raise NotFound("recording")
    noted(session, recording, "recording_hold", by=by, now=now, reason=reason.value)


async def release(
    session: AsyncSession, recording: Recording, *, by: Actor, now: datetime
) -> None:
    """Let a recording go its way again; it is deleted when its time comes."""
    if not recording.held:
        return
    await step(
        session, recording, out_of=_KEPT, held=False, held_at=None, held_by_id=None
    )
    noted(session, recording, "recording_release", by=by, now=now)
