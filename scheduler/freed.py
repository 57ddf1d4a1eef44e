"""Slots that somebody had and has no more: which ones, and how a record says so.

A visit that is cancelled, declined or expired still names its slot. One that gets
another does not: the audit entry of its change does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry
from visitation.lifecycle import VisitState
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.waiting import WaitingEntry
from visitation.words import WaitingState

#: How long a slot that a visit moved away from is offered to those in line.
REMEMBERED = timedelta(days=1)
#: What a slot is left in when it comes free before its time.
_LEFT = (VisitState.CANCELLED, VisitState.DECLINED, VisitState.EXPIRED)
_MOVES = ("visit_move", "visit_approve")
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """A slot that somebody had and has no more."""

    prison_id: int
    terminal_id: int
    span: Timespan


def left(visit: Visit, terminal_id: int, span: Timespan) -> Facts:
    """The fact that a visit leaves its slot for another; none if it stays there."""
    had = Timespan(visit.starts_at, visit.ends_at)
    if (visit.terminal_id, had) == (terminal_id, span):
        return {}
    times = had.start.isoformat(), had.end.isoformat()
    return {"left": [visit.terminal_id, *times]}


async def slots(
    session: AsyncSession,
    *,
    now: datetime,
    after: datetime,
    limit: int,
    beyond: Freed | None = None,
) -> list[Freed]:
    """The slots that came free where families wait, the soonest first.

    What does not fit into the limit is read next, `beyond` the last one read.
    """
    place = _place(beyond) if beyond else (after + timedelta.resolution, 0, after)
    found = await _given_up(session, place, limit)
    found |= await _moved_from(session, now, place)
    return sorted(found, key=_place)[:limit]


def _place(one: Freed) -> tuple[datetime, int, datetime]:
    return one.span.start, one.terminal_id, one.span.end


def _in_demand() -> Any:
    return col(Visit.prison_id).in_(
        select(WaitingEntry.prison_id).where(WaitingEntry.state == WaitingState.WAITING)
    )


async def _given_up(
    session: AsyncSession, beyond: tuple[datetime, int, datetime], limit: int
) -> set[Freed]:
    place = col(Visit.starts_at), col(Visit.terminal_id), col(Visit.ends_at)
    rows = await session.exec(
        select(Visit.prison_id, Visit.terminal_id, Visit.starts_at, Visit.ends_at)
        .where(
            col(Visit.state).in_(_LEFT),
            col(Visit.starts_at) >= beyond[0],
            tuple_(*place) > beyond,
            _in_demand(),
        )
        .distinct()
        .order_by(*place)
        .limit(limit)
    )
    return {
        Freed(prison_id=prison, terminal_id=terminal, span=Timespan(start, end))
        for prison, terminal, start, end in rows.all()
    }


async def _moved_from(
    session: AsyncSession, now: datetime, beyond: tuple[datetime, int, datetime]
) -> set[Freed]:
    rows = await session.exec(
        select(Visit.prison_id, AuditEntry.facts)
        .join(Visit, col(Visit.id) == col(AuditEntry.visit_id))
        .where(
            col(AuditEntry.at) > now - REMEMBERED,
            col(AuditEntry.action).in_(_MOVES),
            _in_demand(),
        )
    )
    found = {
        Freed(prison_id=prison_id, terminal_id=slot[0], span=slot[1])
        for prison_id, facts in rows
        if (slot := named(facts)) is not None
    }
    return {one for one in found if _place(one) > beyond}


def named(facts: Mapping[str, Any]) -> tuple[int, Timespan] | None:
    """The terminal and the time that an entry says were left; None where none was."""
    if "left" not in facts:
        return None
    terminal_id, start, end = facts["left"]
    times = map(datetime.fromisoformat, (start, end))
    return terminal_id, Timespan(*times)
