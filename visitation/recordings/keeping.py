"""For how many days a recording is kept, by the kind of visit it is of."""

from collections.abc import Mapping
from datetime import timedelta

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import retention
from visitation.recordings.tables import Recording
from visitation.retention import Kept
from visitation.words import RecordingState, VisitKind

#: Privileged visits are not among these: there is nothing of them to keep.
KEPT: Mapping[VisitKind, Kept] = {
    VisitKind.FAMILY: Kept.RECORDINGS_FAMILY,
    VisitKind.OFFICIAL: Kept.RECORDINGS_OFFICIAL,
}


async def days(
    session: AsyncSession, settings: Mapping[Kept, int]
) -> Mapping[VisitKind, int]:
    """The days in force for each kind of visit: as chosen, as set, or as is usual."""
    counts = retention.in_force(await retention.chosen(session), settings)
    return {kind: counts[kept] for kind, kept in KEPT.items()}


async def settle(session: AsyncSession, days: Mapping[VisitKind, int]) -> int:
    """Have recordings say until when these days keep them; how many said otherwise."""
    rows = await session.exec(
        select(
            Recording.id, Recording.visit_kind, Recording.ended_at, Recording.keep_until
        ).where(
            col(Recording.keep_until).is_not(None),
            col(Recording.state) != RecordingState.DELETED,
        )
    )
    changes = {
        number: ended + timedelta(days=days[VisitKind(kind)])
        for number, kind, ended, until in rows.all()
        if ended and until != ended + timedelta(days=days[VisitKind(kind)])
    }
    for number, until in changes.items():
        await session.exec(
            update(Recording)
            .where(col(Recording.id) == number)
            .values(keep_until=until)
            .execution_options(synchronize_session=False)
        )
    return len(changes)
