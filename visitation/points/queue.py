"""The queue of whoever comes to a point without an appointment: numbers, one by one.

Numbers begin anew each local day. A number is called, then served or gone; both can be
taken back. Two clerks who press at once never call the same number twice.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import VisitationError
from visitation.places import Site
from visitation.points import days
from visitation.points.tables import Ticket
from visitation.words import Errand, TicketState


class TicketAct(StrEnum):
    """What staff do with a number."""

    CALL = "call"
    SERVE = "serve"
    LEAVE = "leave"
    RETURN = "return"


#: A number that was called may be called again, as loudly.
LIFE: Final[Mapping[tuple[TicketState, TicketAct], TicketState]] = {
    (TicketState.WAITING, TicketAct.CALL): TicketState.CALLED,
    (TicketState.CALLED, TicketAct.CALL): TicketState.CALLED,
    (TicketState.CALLED, TicketAct.SERVE): TicketState.SERVED,
    (TicketState.WAITING, TicketAct.LEAVE): TicketState.LEFT,
    (TicketState.CALLED, TicketAct.LEAVE): TicketState.LEFT,
    (TicketState.SERVED, TicketAct.RETURN): TicketState.WAITING,
    (TicketState.LEFT, TicketAct.RETURN): TicketState.WAITING,
}
_ENDED = frozenset({TicketState.SERVED, TicketState.LEFT})


class TicketMoved(VisitationError):
    """Somebody else has moved this number meanwhile."""


def day_of(point: Site, now: datetime) -> date:
    """The day it is at a point."""
    return now.astimezone(ZoneInfo(point.zone)).date()


async def issue(
    session: AsyncSession,
    *,
    point: Site,
    errand: Errand,
    reference: str,
    by: Actor,
    now: datetime,
) -> Ticket:
    """Give out the next number of the day; the same reference gets the same number.

    Raises:
        DayClosed: if the point has closed its day.
    """
    # Holding the point's row makes the second of two clerks wait for the next number.
    await session.get_one(Site, point.id, with_for_update=True)
    rows = await session.exec(
        select(Ticket).where(Ticket.reference == reference, Ticket.point_id == point.id)
    )
    if known := rows.first():
        return known
    day = day_of(point, now)
    await days.refuse_closed(session, point_id=point.id, day=day)
    last = await session.exec(
        select(func.max(Ticket.number)).where(
            Ticket.point_id == point.id, Ticket.day == day
        )
    )
    ticket = Ticket(
        reference=reference,
        point_id=point.id,
        day=day,
        number=(last.one() or 0) + 1,
        errand=errand,
        taken_at=now,
    )
    session.add(ticket)
    await session.flush()
    _note(session, ticket, "ticket_taken", by=by, now=now)
    return ticket


async def move(
    session: AsyncSession, ticket: Ticket, act: TicketAct, *, by: Actor, now: datetime
) -> None:
    """Call a number, end it, or take its end back; done twice is done once.

    Raises:
        TicketMoved: if the number stands where this cannot be done.
    """
    before = ticket.state
    after = LIFE.get((before, act))
    if after is None:
        # A double click finds done what it asks for.
        if before in {to for (_, one), to in LIFE.items() if one is act}:
            return
        raise TicketMoved
    changed = await session.exec(
        update(Ticket)
        .where(col(Ticket.id) == ticket.id, col(Ticket.state) == before)
        .values(
            state=after,
            called_at=now if act is TicketAct.CALL else ticket.called_at,
            ended_at=now if after in _ENDED else None,
        )
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount == 0:
        raise TicketMoved
    await session.refresh(ticket)
    _note(session, ticket, f"ticket_{act.value}", by=by, now=now)


async def of_day(
    session: AsyncSession, *, point_id: int, day: date
) -> Sequence[Ticket]:
    """Every number of a day, in its order."""
    rows = await session.exec(
        select(Ticket)
        .where(Ticket.point_id == point_id, Ticket.day == day)
        .order_by(col(Ticket.number))
    )
    return rows.all()


def _note(
    session: AsyncSession, ticket: Ticket, action: str, *, by: Actor, now: datetime
) -> None:
    audit.note(
        session, by, action, f"site:{ticket.point_id}", now=now, number=ticket.number
    )
