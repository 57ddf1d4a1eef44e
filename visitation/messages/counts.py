"""How many messages there are, by state, and how many are due. Never whose."""

from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.lifecycle import MessageState
from visitation.messages.tables import Message


async def by_state(session: AsyncSession) -> dict[MessageState, int]:
    """How many messages are in each state; every state is named."""
    rows = await session.exec(
        select(Message.state, func.count()).group_by(col(Message.state))
    )
    found = dict(rows.all())
    return {state: found.get(state, 0) for state in MessageState}


async def due(session: AsyncSession, *, now: datetime) -> int:
    """How many could go out now, and have not."""
    rows = await session.exec(
        select(func.count()).where(
            Message.state == MessageState.PENDING,
            col(Message.not_before) <= now,
            col(Message.expires_at) > now,
        )
    )
    return rows.one()
