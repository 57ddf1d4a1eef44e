"""What becomes of a message that should have been sent by now, and was not.

Its gateway is away, resting or wrongly set up, or there is too much to send. A voice
call goes as text if texts go out; anything else that may be said by telephone is put
on the call list. The message is kept: it goes out as soon as a gateway takes it, and
what arrives takes its line off the list again.
"""

from datetime import datetime

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calling
from scheduler.handing import LONGEST_PAUSE
from scheduler.means import Means
from scheduler.rungs import LADDERS, Rung
from scheduler.standing import concerned, let_go
from visitation import audit, messages
from visitation.messages import Message
from visitation.words import Channel

log = structlog.get_logger(__name__)


async def wait_no_longer(
    session: AsyncSession, message: Message, *, now: datetime, means: Means
) -> bool:
    """Find another way for a message that waits; False if there is none, or no need."""
    if message.not_before > now + LONGEST_PAUSE:
        # The night put it off.
        await let_go(session, message, until=_waits_until(message, message.not_before))
        return False
    if _may_go_as_text(message, means, now):
        log.info("call_goes_as_text", message=message.id)
        return await let_go(
            session, message, until=_waits_until(message, now), channel=Channel.SMS
        )
    if not await let_go(session, message) or message.expires_at <= now:
        return False
    if Rung.CALL not in LADDERS[message.template]:
        return False
    person = await concerned(session, message)
    if person is None:
        return False
    participant, visit, _visitor = person
    await calling.ask(session, message, visit, now=now)
    audit.note(
        session,
        audit.SYSTEM,
        f"message_{Rung.CALL}",
        f"message:{message.id}",
        now=now,
        visit_id=visit.id,
        template=message.template.value,
        participant=participant.id,
    )
    log.info("message_waits", message=message.id)
    return True


def _may_go_as_text(message: Message, means: Means, now: datetime) -> bool:
    if message.channel is Channel.SMS or not messages.takes_texts(message.phone):
        return False
    alive = means.ways.by_channel(means.gateways, now, living=True)
    carried = {channel for channels in alive.values() for channel in channels}
    return message.channel not in carried and Channel.SMS in carried


def _waits_until(message: Message, since: datetime) -> datetime | None:
    return messages.waits_until(
        message.priority, since=since, expires_at=message.expires_at
    )
