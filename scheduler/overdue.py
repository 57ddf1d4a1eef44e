"""Since when the oldest thing that a sweep looks for has been due.

What is measured here is how late the service is, whatever the reason: that no process
ticks, that a sweep fails, or that there is too much to do. Reads; never writes.
"""

from collections.abc import Awaitable, Collection
from datetime import datetime, timedelta
from typing import Protocol

from sqlmodel import and_, col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import deliveries
from visitation.audit.tables import AuditEntry, AuditSeal
from visitation.lifecycle import MessageState, VisitState
from visitation.messages import DeliveryEvent, Message
from visitation.places import Policy, SitePolicy
from visitation.visits import Visit
from visitation.waiting import Offer
from visitation.words import OfferState

#: How long after its end and grace a live visit is left to whoever should close it.
PATIENCE = timedelta(minutes=10)
#: What may not have arrived. Of what is unknown, the gateway is asked elsewhere.
MAY_BE_LOST = (
    MessageState.PENDING,
    MessageState.ACCEPTED,
    MessageState.UNDELIVERED,
    MessageState.FAILED,
    MessageState.EXPIRED,
)


class Oldest(Protocol):
    """Since when the oldest thing that is due has been due; None if nothing is."""

    def __call__(
        self, session: AsyncSession, *, now: datetime
    ) -> Awaitable[datetime | None]: ...


async def message(session: AsyncSession, *, now: datetime) -> datetime | None:
    """A message that could go out, and has not."""
    rows = await session.exec(
        select(func.min(Message.not_before)).where(
            Message.state == MessageState.PENDING,
            col(Message.not_before) <= now,
            col(Message.expires_at) > now,
        )
    )
    return rows.one()


async def doubt(session: AsyncSession, *, now: datetime) -> datetime | None:
    """A message of which nobody knows whether it went, and nobody asks."""
    return await _to_look_after(session, (MessageState.UNKNOWN,), now)


async def lost(session: AsyncSession, *, now: datetime) -> datetime | None:
    """A message that should have arrived, and that nothing follows."""
    return await _to_look_after(session, MAY_BE_LOST, now)


async def untold(session: AsyncSession, *, now: datetime) -> datetime | None:
    """What a gateway told of a message that still counts as on its way."""
    rows = await session.exec(
        select(func.min(DeliveryEvent.received_at))
        .join(Message, deliveries.OF_MESSAGE)
        .where(deliveries.UNSETTLED)
    )
    return rows.one()


async def unsealed(session: AsyncSession, *, now: datetime) -> datetime | None:
    """An audit entry after the last that was sealed."""
    last = select(func.coalesce(func.max(AuditSeal.entry_id), 0)).scalar_subquery()
    rows = await session.exec(
        select(AuditEntry.at)
        .where(col(AuditEntry.id) > last)
        .order_by(col(AuditEntry.id))
        .limit(1)
    )
    return rows.first()


async def hold(session: AsyncSession, *, now: datetime) -> datetime | None:
    """A slot held or requested for longer than it may be."""
    rows = await session.exec(
        select(func.min(Visit.hold_until)).where(
            col(Visit.state).in_([VisitState.HELD, VisitState.REQUESTED]),
            col(Visit.hold_until) <= now,
        )
    )
    return rows.one()


async def offer(session: AsyncSession, *, now: datetime) -> datetime | None:
    """An offer that nobody answered in time."""
    rows = await session.exec(
        select(func.min(Offer.expires_at)).where(
            Offer.state == OfferState.OPEN, col(Offer.expires_at) <= now
        )
    )
    return rows.one()


async def missed(session: AsyncSession, *, now: datetime) -> datetime | None:
    """A booked visit whose end and grace have passed."""
    due = await over(session, VisitState.BOOKED, now=now, limit=1)
    return due[0][0] if due else None


async def unclosed(session: AsyncSession, *, now: datetime) -> datetime | None:
    """A live visit that should have been closed."""
    due = await over(session, VisitState.LIVE, now=now - PATIENCE, limit=1)
    return due[0][0] + PATIENCE if due else None


async def _to_look_after(
    session: AsyncSession, states: Collection[MessageState], now: datetime
) -> datetime | None:
    rows = await session.exec(
        select(func.min(Message.look_at)).where(
            col(Message.state).in_(states), col(Message.look_at) <= now
        )
    )
    return rows.one()


async def over(
    session: AsyncSession, state: VisitState, *, now: datetime, limit: int
) -> list[tuple[datetime, int]]:
    """The visits in a state whose end and grace have passed: since when, and which.

    Those that ended first come first.
    """
    grace, default = col(SitePolicy.grace_minutes), Policy().grace_minutes
    in_use = (await session.exec(select(grace).distinct())).all()
    ended = [
        and_(grace == one, col(Visit.ends_at) <= now - timedelta(minutes=one))
        for one in in_use
    ]
    without = col(Visit.ends_at) <= now - timedelta(minutes=default)
    rows = await session.exec(
        select(Visit.ends_at, grace, Visit.id)
        .outerjoin(SitePolicy, col(SitePolicy.site_id) == col(Visit.prison_id))
        .where(Visit.state == state, or_(and_(grace.is_(None), without), *ended))
        .order_by(col(Visit.ends_at), col(Visit.id))
        .limit(limit)
    )
    return [
        (end + timedelta(minutes=default if minutes is None else minutes), visit_id)
        for end, minutes, visit_id in rows.all()
    ]
