"""Recordings that stopped by themselves or came to nothing, until staff saw it."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.recordings.stepping import noted
from visitation.recordings.tables import Recording
from visitation.words import RecordingEnd, RecordingState

#: The ends that nobody wanted.
ALARMS = frozenset(
    {
        RecordingEnd.NO_SPACE,
        RecordingEnd.TOO_SLOW,
        RecordingEnd.FAILED,
        RecordingEnd.INTERRUPTED,
    }
)


async def open(  # noqa: A001 - read as `alarms.open`
    session: AsyncSession, site_ids: Collection[int]
) -> list[Recording]:
    """What nobody of these prisons has seen yet, the newest first."""
    unwanted = or_(
        col(Recording.end_reason).in_(ALARMS),
        col(Recording.state) == RecordingState.FAILED,
    )
    rows = await session.exec(
        select(Recording)
        .where(col(Recording.site_id).in_(site_ids), unwanted)
        .where(col(Recording.alarm_seen_at).is_(None))
        .where(col(Recording.state) != RecordingState.DELETED)
        .order_by(col(Recording.ended_at).desc(), col(Recording.id).desc())
    )
    return list(rows.all())


async def seen(
    session: AsyncSession, recording: Recording, *, by: Actor, now: datetime
) -> None:
    """Note that staff know of it."""
    if recording.alarm_seen_at is not None:
        return
    recording.alarm_seen_at = now
    session.add(recording)
    await session.flush()
    noted(session, recording, "recording_alarm_seen", by=by, now=now)
