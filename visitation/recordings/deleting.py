"""Deleting a recording: its key is destroyed, then its files; that there was one stays.

The disk is done with before the row is written for good: after a crash in between the
row still says that there is something to delete, and deleting it ends what was begun.
"""

import asyncio
import errno
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import and_, col, or_, select
from sqlmodel import delete as delete_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.errors import Invalid
from visitation.recordings import keys, paths
from visitation.recordings.refusing import Elsewhere, OnHold, UnderWay
from visitation.recordings.stepping import UNDER_WAY, noted, step
from visitation.recordings.tables import Recording, RecordingFile
from visitation.words import RecordingState, VisitKind

#: Why a recording is deleted: its days are over, or somebody decided it.
WHY = ("retention", "staff")
_ROUNDS = 10
_OVER = frozenset(RecordingState) - UNDER_WAY - {RecordingState.DELETED}


async def due(
    session: AsyncSession, days: Mapping[VisitKind, int], *, now: datetime
) -> Sequence[Recording]:
    """What was kept long enough and is not held, the oldest first.

    Args:
        session: the database.
        days: how long each kind of visit's are kept, from their end on.
        now: the moment.
    """
    kept_enough = [
        and_(
            col(Recording.visit_kind) == kind,
            col(Recording.ended_at) <= now - timedelta(days=count),
        )
        for kind, count in days.items()
    ]
    rows = await session.exec(
        select(Recording)
        .where(col(Recording.state).in_(_OVER), or_(*kept_enough))
        .where(col(Recording.held).is_(False))
        .order_by(col(Recording.started_at), col(Recording.id))
    )
    return rows.all()


async def delete(
    session: AsyncSession,
    recording: Recording,
    *,
    directory: Path,
    by: Actor,
    now: datetime,
    why: str,
) -> None:
    """Destroy a recording's key and its files; one that is deleted stays so.

    Args:
        session: the database.
        recording: what is deleted; its row stays, and says so.
        directory: that of all recordings.
        by: who does it.
        now: the moment.
        why: one of `WHY`.

    Raises:
        OnHold: if it is kept by order.
        UnderWay: if it has not ended.
        Invalid: if there is no such reason.
        Elsewhere: if recordings do not lie in that directory.
    """
    if why not in WHY:
        raise Invalid("why", "unusable")
    # The row is taken first, so that nobody puts it on hold from here on.
    is_free = await step(
        session,
        recording,
        col(Recording.held).is_(False),
        out_of=_OVER,
        state=RecordingState.DELETED,
        deleted_at=now,
        size_bytes=0,
    )
    if not is_free:
        _refuse(recording)
        return
    if not await asyncio.to_thread(paths.is_shelf, directory):
        raise Elsewhere(recording.reference)
    await session.exec(
        delete_rows(RecordingFile).where(
            col(RecordingFile.recording_id) == recording.id
        )
    )
    await asyncio.to_thread(erase, directory, recording.reference)
    noted(session, recording, "recording_deleted", by=by, now=now, why=why)


def erase(directory: Path, reference: str) -> None:
    """Destroy a recording's key, and take all that lies beside it off the disk."""
    home = paths.home(directory, reference)
    if not home.exists():
        return
    for _ in range(_ROUNDS):
        keys.destroy_key(directory, reference)
        for file in home.iterdir():
            file.unlink(missing_ok=True)
        try:
            home.rmdir()
        except OSError as error:
            # Whoever finishes it, or wraps its key anew, has just put something there.
            if error.errno != errno.ENOTEMPTY:
                raise
        else:
            break
    else:
        raise OSError(errno.ENOTEMPTY, "something is put there again and again")
    paths.settle(directory)


def _refuse(recording: Recording) -> None:
    if recording.held:
        raise OnHold(recording.reference)
    if recording.state in UNDER_WAY:
        raise UnderWay(recording.reference)
