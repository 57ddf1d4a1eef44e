"""What a point's day came to in services, and what came after it was closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.services.tables import ServiceRecord
from visitation.words import ServiceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How often a service was done, and for how many people."""

    kind: ServiceKind
    times: int
    people: int


async def by_kind(
    session: AsyncSession, *, point_id: int, day: date
) -> tuple[Done, ...]:
    """What was done on a day, in the order of the kinds; those never done left out."""
    rows = await session.exec(
        select(
            ServiceRecord.kind,
            func.count(),
            func.sum(ServiceRecord.people),
        )
        .where(
            ServiceRecord.point_id == point_id,
            ServiceRecord.day == day,
            col(ServiceRecord.withdrawn_at).is_(None),
        )
        .group_by(col(ServiceRecord.kind))
    )
    found = {kind: (times, people) for kind, times, people in rows.all()}
    return tuple(
        Done(kind=kind, times=found[kind][0], people=int(found[kind][1]))
        for kind in ServiceKind
        if kind in found
    )


async def of_day(
    session: AsyncSession, *, point_id: int, day: date
) -> Sequence[ServiceRecord]:
    """Every service of a day, the last first, and those that were withdrawn."""
    rows = await session.exec(
        select(ServiceRecord)
        .where(ServiceRecord.point_id == point_id, ServiceRecord.day == day)
        .order_by(col(ServiceRecord.done_at).desc(), col(ServiceRecord.id).desc())
    )
    return rows.all()


async def corrections(
    session: AsyncSession, *, point_id: int, day: date, closed_at: datetime
) -> Sequence[ServiceRecord]:
    """What was entered after a day was closed, and what was withdrawn after."""
    rows = await session.exec(
        select(ServiceRecord)
        .where(
            ServiceRecord.point_id == point_id,
            ServiceRecord.day == day,
            or_(
                col(ServiceRecord.late),
                col(ServiceRecord.withdrawn_at) >= closed_at,
            ),
        )
        .order_by(col(ServiceRecord.entered_at), col(ServiceRecord.id))
    )
    return rows.all()
