"""Whether a message still has somebody to reach, and who looks after it.

A visit that changed has other things to say; whoever came, or says that they were told,
knows. What is looked after is taken off the list by one conditional update, so whoever
sweeps, it is looked after once.
"""

import re
from datetime import datetime

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import rungs
from visitation.audit import SYSTEM
from visitation.audit.tables import AuditEntry
from visitation.messages import Message
from visitation.people import Visitor
from visitation.visits import Participant, Visit
from visitation.wording import WORDINGS

#: Which of a visit's versions a message is about, in its key.
VERSION = re.compile(r":v(\d+):")
_FOLLOWS = re.compile(r":(r\d+|helper)$")


def first_key(message: Message) -> str:
    """The key of what was said first, which a message is or follows."""
    return _FOLLOWS.sub("", message.dedup_key)


async def let_go(
    session: AsyncSession,
    message: Message,
    *,
    until: datetime | None = None,
    **changes: object,
) -> bool:
    """Take a message off the list, and change it; False if somebody else did."""
    let_go = await session.exec(
        update(Message)
        .where(
            col(Message.id) == message.id,
            col(Message.state) == message.state,
            col(Message.look_at) == message.look_at,
        )
        .values(look_at=until, **changes)
        .execution_options(synchronize_session=False)
    )
    return let_go.rowcount == 1


async def concerned(
    session: AsyncSession, message: Message
) -> tuple[Participant, Visit, Visitor | None] | None:
    """Whom a message is for, if it still says what is so and they do not know it."""
    rows = await session.exec(
        select(Participant, Visit, Visitor)
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .outerjoin(Visitor, col(Visitor.id) == col(Participant.visitor_id))
        .where(Participant.id == message.participant_id)
    )
    found = rows.first()
    if found is None:
        return None
    participant, visit, visitor = found
    version = VERSION.search(message.dedup_key)
    if version is not None and int(version[1]) != visit.version:
        return None
    if not rungs.stands(message.template, visit.state):
        return None
    if WORDINGS[message.template].tells and _has_come(participant, message):
        return None
    if await _said_so(session, participant, since=message.created_at):
        return None
    return participant, visit, visitor


def _has_come(participant: Participant, message: Message) -> bool:
    """Whether somebody came since, or is in the call."""
    arrived = participant.arrived_at
    inside = participant.joined_at is not None and participant.left_at is None
    return inside or (arrived is not None and arrived > message.created_at)


async def _said_so(
    session: AsyncSession, participant: Participant, *, since: datetime
) -> bool:
    """Whether a person noted that somebody was told."""
    rows = await session.exec(
        select(AuditEntry.id)
        .where(
            AuditEntry.subject == f"participant:{participant.id}",
            AuditEntry.action == "participant_told",
            AuditEntry.actor != SYSTEM.key,
            col(AuditEntry.at) >= since,
        )
        .limit(1)
    )
    return rows.first() is not None
