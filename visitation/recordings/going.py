"""A recording stands still, goes on, and ends; each is noted once, if asked twice."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import SYSTEM, Actor
from visitation.recordings.stepping import UNDER_WAY, noted, step
from visitation.recordings.tables import Recording
from visitation.words import RecordingEnd, RecordingState


async def pause(
    session: AsyncSession, recording: Recording, *, by: Actor, now: datetime
) -> bool:
    """Have a recording stand still; False if it does not run."""
    running, paused = RecordingState.RUNNING, RecordingState.PAUSED
    if not await step(session, recording, out_of={running}, state=paused):
        return False
    noted(session, recording, "recording_pause", by=by, now=now)
    return True


async def resume(
    session: AsyncSession, recording: Recording, *, by: Actor, now: datetime
) -> bool:
    """Have a recording go on; False if it does not stand still."""
    running, paused = RecordingState.RUNNING, RecordingState.PAUSED
    if not await step(session, recording, out_of={paused}, state=running):
        return False
    noted(session, recording, "recording_resume", by=by, now=now)
    return True


async def end(
    session: AsyncSession,
    recording: Recording,
    reason: RecordingEnd,
    *,
    by: Actor,
    now: datetime,
) -> bool:
    """End a recording; False if it has ended already, for the reason it had then."""
    ended = await step(
        session,
        recording,
        out_of=UNDER_WAY,
        state=RecordingState.ENDED,
        ended_at=now,
        end_reason=reason,
    )
    if ended:
        noted(session, recording, "recording_end", by=by, now=now, reason=reason.value)
    return ended


async def interrupted(session: AsyncSession, *, now: datetime) -> Sequence[Recording]:
    """End what a service that is gone was recording; for when the next one begins."""
    found = await session.exec(
        select(Recording)
        .where(col(Recording.state).in_(UNDER_WAY))
        .order_by(col(Recording.id))
    )
    return [
        one
        for one in found.all()
        if await end(session, one, RecordingEnd.INTERRUPTED, by=SYSTEM, now=now)
    ]
