"""A phone's visits: those its visitors are booked for, and those they were.

For the family itself, once its phone has answered a code.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.admission import Denial
from visitation.lifecycle import VisitState
from visitation.timespan import Timespan
from visitation.visits.listed import SHOWN, Attendee, Listed, listed
from visitation.visits.tables import Participant, RankedWish, Visit

#: How far back a family sees.
LOOK_BACK = timedelta(days=180)
_STATES = SHOWN | {VisitState.REQUESTED, VisitState.DECLINED, VisitState.EXPIRED}
_TO_COME = frozenset({VisitState.REQUESTED, VisitState.BOOKED, VisitState.LIVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """A visit as one of its family sees it.

    Attributes:
        reference: of the visitor's part in it.
        who: the visitor.
        prisoner: whom they visit.
        zone: the prison's wall clock.
        point: where the family sits; empty when they use a phone of their own.
        denial: why they may not enter now, or None.
    """

    reference: str
    who: str
    state: VisitState
    span: Timespan
    zone: str
    prison: str
    prisoner: str
    point: str
    opens_at: datetime
    denial: Denial | None

    @property
    def is_to_come(self) -> bool:
        """Whether there is still something to come to."""
        return self.state in _TO_COME and self.denial is not Denial.OVER


async def visits_of(
    session: AsyncSession, visitor_ids: Iterable[int], *, now: datetime
) -> tuple[Mine, ...]:
    """The visits of some visitors, by their time."""
    own = await session.exec(
        select(Participant.id, Participant.visit_id)
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .where(
            col(Participant.visitor_id).in_(tuple(visitor_ids)),
            col(Visit.starts_at) > now - LOOK_BACK,
            # What was only held for a moment was never anybody's visit.
            or_(
                Visit.state != VisitState.EXPIRED,
                col(Visit.id).in_(select(RankedWish.visit_id)),
            ),
        )
    )
    parts = dict(own.all())
    if not parts:
        return ()
    found = await listed(session, col(Visit.id).in_(set(parts.values())), shown=_STATES)
    return tuple(
        _mine(visit, one, now)
        for visit in found
        for one in visit.attendees
        if one.id in parts
    )


async def part_of(
    session: AsyncSession, reference: str, visitor_ids: Iterable[int]
) -> int | None:
    """The participant of a reference, if it is one of these visitors."""
    rows = await session.exec(
        select(Participant.id).where(
            Participant.reference == reference,
            col(Participant.visitor_id).in_(tuple(visitor_ids)),
        )
    )
    return rows.first()


def _mine(visit: Listed, one: Attendee, now: datetime) -> Mine:
    door = visit.door(one.part, now)
    return Mine(
        reference=one.reference,
        who=one.name,
        state=visit.state,
        span=visit.span,
        zone=visit.zone,
        prison=visit.prison,
        prisoner=visit.prisoner,
        point=visit.point,
        opens_at=door.opens_at,
        denial=visit.denial(one.part, now),
    )
