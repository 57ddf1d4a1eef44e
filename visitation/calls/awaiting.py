"""How far the prisoner is whom a family waits for, and how many visits come before.

Read from what staff ticked and from the terminal's other visits; nothing is guessed.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.calls.words import Stage
from visitation.lifecycle import VisitState
from visitation.visits.tables import Participant, Visit
from visitation.words import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What somebody who waits is told.

    Attributes:
        before: visits that have the same terminal before theirs and are not over.
    """

    stage: Stage
    before: int


async def progress(session: AsyncSession, visit: Visit, *, now: datetime) -> Progress:
    """How far things are with a visit that has not begun."""
    people = await session.exec(
        select(Participant).where(
            Participant.visit_id == visit.id, col(Participant.part) == Part.PRISONER
        )
    )
    held = people.first()
    counted = await session.exec(
        select(func.count()).where(
            col(Visit.terminal_id) == visit.terminal_id,
            col(Visit.starts_at) < visit.starts_at,
            # One that nobody started in its time does not hold up anybody any more.
            or_(
                col(Visit.state) == VisitState.LIVE,
                (col(Visit.state) == VisitState.BOOKED) & (col(Visit.ends_at) > now),
            ),
        )
    )
    return Progress(
        stage=stage_of(held) if held else Stage.EXPECTED, before=counted.one()
    )


def stage_of(held: Participant) -> Stage:
    """How far the prisoner is, by the last thing that was ticked."""
    if held.identified_at is not None:
        return Stage.IN_BOOTH
    if held.arrived_at is not None:
        return Stage.ON_THE_WAY
    return Stage.CALLED if held.told_at is not None else Stage.EXPECTED
