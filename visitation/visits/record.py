"""Moving a visit through its life: one table, one conditional UPDATE, one place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, lifecycle
from visitation.audit import Actor
from visitation.errors import NotFound, VisitationError
from visitation.lifecycle import VisitAction
from visitation.visits.tables import Participant, Visit


class Overtaken(VisitationError):
    """Somebody else changed the visit first; read it again and decide anew."""


async def by_reference(session: AsyncSession, reference: str) -> Visit:
    """The visit of that reference.

    Raises:
        NotFound: if there is none.
    """
    rows = await session.exec(select(Visit).where(Visit.reference == reference))
    visit = rows.first()
    if visit is None:
        raise NotFound(reference)
    return visit


async def participants(session: AsyncSession, visit_id: int) -> Sequence[Participant]:
    """Who takes part in a visit, in the order they were added."""
    rows = await session.exec(
        select(Participant)
        .where(Participant.visit_id == visit_id)
        .order_by(col(Participant.id))
    )
    return rows.all()


async def move(
    session: AsyncSession,
    visit: Visit,
    action: VisitAction,
    *,
    by: Actor,
    now: datetime,
    facts: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Carry out an action unless somebody else moved the visit first.

    Args:
        session: the transaction of the act.
        visit: as it was read; brought up to date.
        action: what is done to it.
        by: who does it.
        now: when.
        facts: what the audit entry says beside the action; ids and codes only.
        **changes: other columns to set with the state.

    Raises:
        IllegalMove: if the visit's state does not allow the action.
        Overtaken: if the visit is no longer in the state that was read.
    """
    then = lifecycle.after(visit.state, action)
    changes |= {"state": then, "changed_at": now}
    moved = await session.exec(
        update(Visit)
        .where(col(Visit.id) == visit.id, col(Visit.state) == visit.state)
        .values(**changes)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:
        raise Overtaken(visit.reference)
    await session.refresh(visit)
    audit.note(
        session,
        by,
        f"visit_{action}",
        f"visit:{visit.id}",
        now=now,
        visit_id=visit.id,
        **(facts or {}),
    )
