"""Looking after messages that did not arrive, one rung of the ladder after the other.

Said again, by another channel where there is one; then to whoever helps the family;
then a line on the call list of the point. A rung is one transaction, climbed once
whoever sweeps: the message is let go of by one conditional update, and what follows it
has a key of its own. A visit that changed meanwhile stops its ladder, and so does a
person who says that they were told.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calling, deliveries, each, overdue, polling, stuck
from scheduler.gateways.gateway import Delivery, Fate
from scheduler.means import Means
from scheduler.rungs import LADDERS, Rung
from scheduler.standing import VERSION, concerned, first_key, let_go
from visitation import audit, calls, messages
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.lifecycle import MessageState
from visitation.messages import CallTask, Message
from visitation.people import Visitor
from visitation.visits import Participant, Visit
from visitation.wording import WORDINGS
from visitation.words import Addressee, Channel

log = structlog.get_logger(__name__)

BATCH = 200
_ARRIVED = frozenset({Fate.DELIVERED, Fate.UNDELIVERED, Fate.FAILED})
#: How long a gateway that cannot be asked is left alone.
_ASK_AGAIN = timedelta(minutes=5)


async def look_after(database: Database, *, now: datetime, means: Means) -> int:
    """Climb one rung for every message that should have arrived by now."""
    async with database.write() as session:
        given_up = await calling.give_up(session, now=now)
    async with database.read() as session:
        due = await _due(session, now)
    # What is too late is let go of, whatever became of it.
    taken = {
        one.id: one
        for one in due
        if one.state is MessageState.ACCEPTED and one.expires_at > now
    }
    heard = await polling.heard_of(taken.values(), means)

    async def follow(session: AsyncSession, message: Message) -> bool:
        if message.state is MessageState.PENDING:
            return await stuck.wait_no_longer(session, message, now=now, means=means)
        if message.id in taken and await _is_settled(
            session, message, heard, now=now, means=means
        ):
            return False
        return await climb(session, message, now=now, means=means)

    return given_up + await each.changed(database, due, follow)


async def climb(
    session: AsyncSession, message: Message, *, now: datetime, means: Means
) -> bool:
    """Try the next way to reach whoever a message was for; False if there is none."""
    if not await let_go(session, message) or message.expires_at <= now:
        return False
    if await _is_said_again(session, message):
        return False
    person = await concerned(session, message)
    if person is None:
        return False
    participant, visit, visitor = person
    await _not_told(session, message, participant, now=now)
    if await _is_to_be_rung(session, message):
        return False
    for number, rung in enumerate(LADDERS[message.template], 1):
        if number < message.round:
            continue
        if await _climbed(
            session,
            rung,
            message,
            visit,
            visitor,
            round_=number + 1,
            now=now,
            means=means,
        ):
            audit.note(
                session,
                SYSTEM,
                f"message_{rung}",
                f"message:{message.id}",
                now=now,
                visit_id=visit.id,
                template=message.template.value,
                participant=participant.id,
            )
            log.info("message_looked_after", message=message.id, rung=rung.value)
            return True
    return False


async def _climbed(
    session: AsyncSession,
    rung: Rung,
    message: Message,
    visit: Visit,
    visitor: Visitor | None,
    *,
    round_: int,
    now: datetime,
    means: Means,
) -> bool:
    match rung:
        case Rung.AGAIN:
            channel = _other_channel(message, means)
            # Not the same text to the same number if that was refused for good.
            if channel is message.channel and message.state is MessageState.FAILED:
                return False
            return await _follow(
                session, message, f"r{round_}", round_=round_, channel=channel, now=now
            )
        case Rung.HELPER:
            helper = visitor.helper_phone if visitor else None
            if helper is None or message.addressee is Addressee.HELPER:
                return False
            return await _follow(
                session,
                message,
                "helper",
                round_=round_,
                channel=messages.channel_to(helper),
                phone=helper,
                addressee=Addressee.HELPER,
                now=now,
            )
        case Rung.CALL:
            return await calling.ask(session, message, visit, now=now)


async def _follow(
    session: AsyncSession,
    message: Message,
    suffix: str,
    *,
    round_: int,
    channel: Channel,
    now: datetime,
    phone: str | None = None,
    addressee: Addressee | None = None,
) -> bool:
    return await messages.put(
        session,
        message.template,
        dedup_key=f"{first_key(message)}:{suffix}",
        phone=phone or message.phone,
        language=message.language,
        variables=message.variables,
        now=now,
        expires_at=message.expires_at,
        visit_id=message.visit_id,
        participant_id=message.participant_id,
        channel=channel,
        addressee=addressee or message.addressee,
        round=round_,
    )


async def _is_said_again(session: AsyncSession, message: Message) -> bool:
    """Whether something followed it before: that it is lost may be told late."""
    first = first_key(message)
    said = await session.exec(
        select(Message.id).where(
            col(Message.dedup_key).in_(
                [f"{first}:helper", f"{first}:r{message.round + 1}"]
            ),
            col(Message.round) > message.round,
        )
    )
    return said.first() is not None


async def _is_to_be_rung(session: AsyncSession, message: Message) -> bool:
    """Whether it is on the call list: it may have waited too long before it went."""
    rung = await session.exec(
        select(CallTask.id).where(
            CallTask.visit_id == message.visit_id, CallTask.message_id == message.id
        )
    )
    return rung.first() is not None


def _other_channel(message: Message, means: Means) -> Channel:
    carried = {channel for gateway in means.gateways for channel in gateway.channels}
    if not messages.takes_texts(message.phone):
        carried -= {Channel.SMS}
    others = sorted(carried - {message.channel})
    return others[0] if others else message.channel


async def _due(session: AsyncSession, now: datetime) -> Sequence[Message]:
    rows = await session.exec(
        select(Message)
        .where(col(Message.state).in_(overdue.MAY_BE_LOST), col(Message.look_at) <= now)
        .order_by(col(Message.priority), col(Message.look_at), col(Message.id))
        .limit(BATCH)
    )
    return rows.all()


async def _is_settled(
    session: AsyncSession,
    message: Message,
    heard: Mapping[int, Delivery | None],
    *,
    now: datetime,
    means: Means,
) -> bool:
    """Whether there is nothing to do for a message that a gateway took."""
    if message.id not in heard:
        await let_go(session, message, until=now + _ASK_AGAIN)
        return True
    told = heard[message.id]
    if told is None:
        gateway = means.gateway(message.gateway)
        if gateway is not None and gateway.calls_back:
            return False
        await let_go(session, message)
        return True
    if told.fate in _ARRIVED:
        await deliveries.told(
            session,
            gateway=message.gateway,
            delivery=told,
            keyring=means.keyring,
            now=now,
        )
        await session.flush()
    # What has not arrived is followed, as it stands now.
    if told.fate in {Fate.UNDELIVERED, Fate.FAILED}:
        fresh = await session.get_one(Message, message.id)
        message.state, message.look_at = fresh.state, fresh.look_at
    return told.fate is Fate.DELIVERED


async def _not_told(
    session: AsyncSession, message: Message, participant: Participant, *, now: datetime
) -> None:
    """Take back that somebody was told, if nothing that tells them has arrived."""
    if not WORDINGS[message.template].tells or participant.told_at is None:
        return
    telling = [template for template, one in WORDINGS.items() if one.tells]
    version = VERSION.search(message.dedup_key)
    rows = await session.exec(
        select(func.count())
        .select_from(Message)
        .where(
            Message.participant_id == participant.id,
            Message.id != message.id,
            col(Message.template).in_(telling),
            or_(
                Message.state == MessageState.DELIVERED,
                # Nobody can say of it that it did not arrive.
                (col(Message.state) == MessageState.ACCEPTED)
                & col(Message.look_at).is_(None),
            ),
            col(Message.dedup_key).contains(version[0] if version else ":"),
        )
    )
    if rows.one() == 0:
        await calls.not_told(session, participant, by=SYSTEM, now=now)
