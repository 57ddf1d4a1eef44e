"""How long one side of a visit could not hear the other, and what of it is owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.calls import orders, presence
from visitation.calls.tables import LostTime
from visitation.visits.tables import Visit
from visitation.words import Fault, Part

#: Less is not worth making anybody wait for, and is not owed.
LEAST: Final = timedelta(minutes=1)
_OTHER_END: Final = frozenset({Part.VISITOR, Part.OFFICIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """The time that was lost in a visit, and given back.

    Attributes:
        seconds: whole seconds by whose fault they were lost.
        minutes_given_back: by which the visit was made longer for it.
    """

    seconds: Mapping[Fault, int]
    minutes_given_back: int

    @property
    def total(self) -> timedelta:
        """Everything that was lost."""
        return timedelta(seconds=sum(self.seconds.values()))

    @property
    def minutes_owed(self) -> int:
        """What is still to be given back: whole minutes, counted up."""
        owed = self.total - timedelta(minutes=self.minutes_given_back)
        return -(-owed // timedelta(minutes=1)) if owed >= LEAST else 0


async def of(session: AsyncSession, visit: Visit) -> Losses:
    """What was lost in a visit so far."""
    return (await of_each(session, [visit]))[visit.id]


async def of_each(
    session: AsyncSession, shown: Sequence[Visit]
) -> Mapping[int, Losses]:
    """What was lost in each of some visits so far, in one query."""
    rows = await session.exec(
        select(LostTime)
        .where(col(LostTime.visit_id).in_([visit.id for visit in shown]))
        .order_by(col(LostTime.fault))
    )
    seconds: dict[int, dict[Fault, int]] = {visit.id: {} for visit in shown}
    for row in rows.all():
        if row.seconds:
            seconds[row.visit_id][Fault(row.fault)] = row.seconds
    return {
        visit.id: Losses(
            seconds=seconds[visit.id], minutes_given_back=visit.minutes_given_back
        )
        for visit in shown
    }


async def add(
    session: AsyncSession, visit_id: int, seconds: Mapping[Fault, int]
) -> None:
    """Count more lost time of a visit."""
    for fault, more in sorted(seconds.items()):
        counted = await session.exec(
            update(LostTime)
            .where(col(LostTime.visit_id) == visit_id, col(LostTime.fault) == fault)
            .values(seconds=LostTime.seconds + more)
            .execution_options(synchronize_session=False)
        )
        if counted.rowcount == 0:
            session.add(LostTime(visit_id=visit_id, fault=fault, seconds=more))
            await session.flush()


async def went_down(session: AsyncSession, visit: Visit, *, now: datetime) -> None:
    """The service did not see the end of a call: what was missed since is lost.

    Stretches in the call end when their participants were last seen there. If both
    ends of the visit were, what passed of its time until now is the service's fault.
    """
    cut = await presence.cut_off(session, visit.id)
    held = [at for part, at in cut if part is Part.PRISONER]
    others = [at for part, at in cut if part in _OTHER_END]
    if not (held and others) or await _is_paused(session, visit):
        return
    gap = min(now, visit.ends_at) - max(*held, *others, visit.starts_at)
    if gap >= timedelta(seconds=1):
        await add(session, visit.id, {Fault.SERVER: gap // timedelta(seconds=1)})


async def _is_paused(session: AsyncSession, visit: Visit) -> bool:
    return (await orders.standing(session, visit_id=visit.id)).paused
