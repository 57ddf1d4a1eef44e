"""The call list as it stands: whom to ring, at which number, and about what.

Reads; what comes of a call is `calling`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.errors import NotFound
from visitation.messages import CallTask, Message
from visitation.people import Account, Scope, Visitor
from visitation.places import Site
from visitation.visits import Participant, Visit

#: How long what was ticked may be taken back.
UNDO = timedelta(minutes=10)
#: Somebody has not come since the line was written, and is not in the call.
MISSING = (
    or_(
        col(Participant.arrived_at).is_(None),
        col(Participant.arrived_at) <= col(CallTask.created_at),
    ),
    or_(col(Participant.joined_at).is_(None), col(Participant.left_at).is_not(None)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Somebody to ring.

    Attributes:
        message: what did not arrive; None if it is not kept any more.
        point: where the line stands.
    """

    task: CallTask
    visitor: Visitor | None
    official: Account | None
    message: Message | None
    participant: Participant
    visit: Visit
    point: str

    @property
    def name(self) -> str:
        """Whom it is about."""
        person = self.visitor or self.official
        return person.name if person else ""

    @property
    def phone(self) -> str | None:
        """Their own number, if they have one."""
        person = self.visitor or self.official
        return person.phone if person else None

    @property
    def helper(self) -> str | None:
        """The number of whoever helps them, if there is one."""
        return self.visitor.helper_phone if self.visitor else None


async def open_ones(
    session: AsyncSession, *, scope: Scope, now: datetime
) -> Sequence[Ring]:
    """The open lines within reach: those that are late first come first.

    Whoever has come since, or is in the call, need not be rung up.
    """
    return await _found(session, scope, col(CallTask.done_at).is_(None), *MISSING)


async def just_done(
    session: AsyncSession, *, scope: Scope, now: datetime
) -> Sequence[Ring]:
    """The lines that were ticked a moment ago and may be taken back."""
    return await _found(
        session,
        scope,
        col(CallTask.done_at) > now - UNDO,
        col(CallTask.done_by).is_not(None),
    )


async def count(session: AsyncSession, *, scope: Scope) -> int:
    """How many lines are open within reach."""
    rows = await session.exec(
        select(func.count())
        .select_from(CallTask)
        .join(Site, col(Site.id) == col(CallTask.site_id))
        .join(Participant, col(Participant.id) == col(CallTask.participant_id))
        .where(col(CallTask.done_at).is_(None), scope.of_sites(), *MISSING)
    )
    return rows.one()


async def one(session: AsyncSession, *, task_id: int, scope: Scope) -> Ring:
    """One line.

    Raises:
        NotFound: if there is none such within reach.
    """
    found = await _found(session, scope, col(CallTask.id) == task_id)
    if not found:
        raise NotFound("call")
    return found[0]


async def _found(
    session: AsyncSession, scope: Scope, *only: ColumnElement[bool]
) -> Sequence[Ring]:
    rows = await session.exec(
        select(CallTask, Participant, Visit, Site)
        .join(Site, col(Site.id) == col(CallTask.site_id))
        .join(Participant, col(Participant.id) == col(CallTask.participant_id))
        .join(Visit, col(Visit.id) == col(CallTask.visit_id))
        .where(scope.of_sites(), *only)
        .order_by(col(CallTask.due_by), col(CallTask.id))
    )
    found = rows.all()
    people = [participant for _task, participant, *_where in found]
    visitors = await _by_id(session, Visitor, [one.visitor_id for one in people])
    officials = await _by_id(session, Account, [one.account_id for one in people])
    said = await _by_id(session, Message, [task.message_id for task, *_who in found])
    return [
        Ring(
            task=task,
            visitor=visitors.get(participant.visitor_id),
            official=officials.get(participant.account_id),
            message=said.get(task.message_id),
            participant=participant,
            visit=visit,
            point=site.name,
        )
        for task, participant, visit, site in found
    ]


Row = TypeVar("Row", Visitor, Account, Message)


async def _by_id(
    session: AsyncSession, table: type[Row], ids: Sequence[int | None]
) -> dict[int | None, Row]:
    rows = await session.exec(select(table).where(col(table.id).in_(set(ids))))
    return {row.id: row for row in rows.all()}
