"""Taking a recording from one state to another, once, whoever else tries the same."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.recordings.tables import Recording
from visitation.words import RecordingState

#: The states in which something is still written.
UNDER_WAY = frozenset({RecordingState.RUNNING, RecordingState.PAUSED})


async def step(
    session: AsyncSession,
    recording: Recording,
    *conditions: ColumnElement[bool],
    out_of: Collection[RecordingState],
    **columns: Any,
) -> bool:
    """Set columns of a recording that is in one of some states; False if it is not."""
    changed = await session.exec(
        update(Recording)
        .where(col(Recording.id) == recording.id)
        .where(col(Recording.state).in_(out_of), *conditions)
        .values(**columns)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(recording)
    return changed.rowcount == 1


def noted(
    session: AsyncSession,
    recording: Recording,
    action: str,
    *,
    by: Actor,
    now: datetime,
    **facts: Any,
) -> None:
    """Put on record what was done to a recording, with its visit's history."""
    subject = f"recording:{recording.reference}"
    audit.note(
        session, by, action, subject, now=now, visit_id=recording.visit_id, **facts
    )
