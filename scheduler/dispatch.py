"""Sending what is due: claim and commit, send, record.

A message that was claimed and never recorded is *unknown* once its lease has run out,
and is not sent again blindly: the gateway may have taken it. One that certainly was
not taken waits and is tried again until it is too old to be worth sending.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import and_, col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.gateways.gateway import (
    Letter,
    Misconfigured,
    Permanent,
    Temporary,
    Unknown,
)
from scheduler.means import Means
from visitation import audit, calls, messages, visits, waiting, wording
from visitation.database import Database
from visitation.keyring import Keyring, Unreadable
from visitation.lifecycle import MessageState, ParticipantState
from visitation.messages import Message
from visitation.visits import Participant, Visit
from visitation.waiting import Offer
from visitation.wording import WORDINGS, Template

log = structlog.get_logger(__name__)

BATCH = 50
#: Where families answer what they are offered, after the service's address.
OFFER_PATH = "/offer"
AT_ONCE = 20
#: Longer than a whole batch takes at the gateway's slowest.
LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
#: After these a participant knows of the visit.
_TELLING = frozenset(Template) - {
    Template.CANCELLED,
    Template.REQUESTED,
    Template.DECLINED,
    Template.EXPIRED,
    Template.OFFER,
    Template.OFFICIAL_CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message we hold; `letter` is None when its text cannot be made."""

    message_id: int
    attempt: int
    letter: Letter | None


async def send_due(database: Database, *, now: datetime, means: Means) -> int:
    """Send every message that is due; return how many the gateway took."""
    async with database.read() as session:
        if not await _anything_to_do(session, now):
            return 0
    async with database.write() as session:
        await retire(session, now=now)
    taken = 0
    while letters := await _claimed(database, means):
        at_once = asyncio.Semaphore(AT_ONCE)
        outcomes = await asyncio.gather(
            *(_deliver(database, letter, means, at_once) for letter in letters),
            return_exceptions=True,
        )
        for outcome in outcomes:
            # The others have been recorded; this one's lease will run out.
            if isinstance(outcome, BaseException):
                raise outcome
            taken += outcome
    return taken


async def retire(session: AsyncSession, *, now: datetime) -> None:
    """Give up what is too old to send, and what was claimed and never recorded."""
    await session.exec(
        update(Message)
        .where(
            col(Message.state) == MessageState.PENDING, col(Message.expires_at) <= now
        )
        .values(state=MessageState.EXPIRED)
        .execution_options(synchronize_session=False)
    )
    await session.exec(
        update(Message)
        .where(
            col(Message.state) == MessageState.SENDING, col(Message.lease_until) <= now
        )
        .values(state=MessageState.UNKNOWN, error="lease", lease_until=None)
        .execution_options(synchronize_session=False)
    )


async def claim(
    session: AsyncSession, *, now: datetime, means: Means, limit: int = BATCH
) -> list[Claimed]:
    """Take due messages for ourselves; two senders never take the same."""
    due = (
        select(Message.id)
        .where(
            Message.state == MessageState.PENDING,
            col(Message.not_before) <= now,
            col(Message.expires_at) > now,
        )
        .order_by(col(Message.not_before), col(Message.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = await session.exec(
        update(Message)
        .where(
            col(Message.id).in_(due.scalar_subquery()),
            col(Message.state) == MessageState.PENDING,
        )
        .values(
            state=MessageState.SENDING,
            attempts=Message.attempts + 1,
            lease_until=now + LEASE,
            gateway=means.gateways[0].name,
        )
        .returning(col(Message.id))
        .execution_options(synchronize_session=False)
    )
    return await _letters(session, claimed.scalars().all(), means)


async def _letters(
    session: AsyncSession, ids: Sequence[int], means: Means
) -> list[Claimed]:
    rows = await session.exec(
        select(Message, Participant, Offer)
        .outerjoin(Participant, col(Participant.id) == col(Message.participant_id))
        .outerjoin(Offer, col(Offer.visit_id) == col(Message.visit_id))
        .where(col(Message.id).in_(ids))
        .order_by(col(Message.not_before), col(Message.id))
    )
    link = means.link if means.gateways[0].allows_link else None
    return [
        Claimed(
            message_id=message.id,
            attempt=message.attempts,
            letter=_letter(
                message,
                _text(message, participant, offer, keyring=means.keyring, link=link),
                now=means.clock(),
            ),
        )
        for message, participant, offer in rows.all()
    ]


def _letter(message: Message, text: str | None, *, now: datetime) -> Letter | None:
    if text is None:
        return None
    return Letter(
        reference=str(message.id),
        phone=message.phone,
        text=text,
        template=message.template,
        language=message.language,
        variables=message.variables,
        channel=message.channel,
        validity=message.expires_at - now,
    )


async def _anything_to_do(session: AsyncSession, now: datetime) -> bool:
    rows = await session.exec(
        select(Message.id)
        .where(
            or_(
                and_(
                    col(Message.state) == MessageState.PENDING,
                    or_(col(Message.not_before) <= now, col(Message.expires_at) <= now),
                ),
                and_(
                    col(Message.state) == MessageState.SENDING,
                    col(Message.lease_until) <= now,
                ),
            )
        )
        .limit(1)
    )
    return rows.first() is not None


async def _claimed(database: Database, means: Means) -> list[Claimed]:
    async with database.write() as session:
        return await claim(session, now=means.clock(), means=means)


def _text(
    message: Message,
    participant: Participant | None,
    offer: Offer | None,
    *,
    keyring: Keyring,
    link: str | None,
) -> str | None:
    if not WORDINGS[message.template].has_code:
        return messages.text_of(message, code=None, link=link)
    try:
        if message.template is Template.OFFER:
            code = waiting.code_of(offer, keyring=keyring) if offer else None
            link = link and f"{link}{OFFER_PATH}"
        else:
            code = visits.code_of(participant, keyring=keyring) if participant else None
    except Unreadable:
        code = None
    return messages.text_of(message, code=code, link=link) if code else None


async def _deliver(
    database: Database, claimed: Claimed, means: Means, at_once: asyncio.Semaphore
) -> bool:
    result = await _sent(claimed, means, at_once)
    async with database.write() as session:
        await _record(session, claimed, result, now=means.clock())
    return result["state"] is MessageState.ACCEPTED


async def _sent(
    claimed: Claimed, means: Means, at_once: asyncio.Semaphore
) -> dict[str, object]:
    """Hand one letter over; what to write down about it."""
    letter = claimed.letter
    if letter is None:
        return {"state": MessageState.FAILED, "error": "code_wiped"}
    try:
        async with at_once:
            sent = await means.gateways[0].send(letter)
    except (Temporary, Misconfigured) as failure:
        log.warning("message_delayed", message=claimed.message_id, code=failure.code)
        pause = min(FIRST_PAUSE * 2 ** (claimed.attempt - 1), LONGEST_PAUSE)
        return {
            "state": MessageState.PENDING,
            "not_before": means.clock() + pause,
            "error": failure.code[:64],
        }
    except Permanent as failure:
        log.warning("message_failed", message=claimed.message_id, code=failure.code)
        return {"state": MessageState.FAILED, "error": failure.code[:64]}
    except Unknown as failure:
        log.warning("message_unknown", message=claimed.message_id, code=failure.code)
        return {"state": MessageState.UNKNOWN, "error": failure.code[:64]}
    return {
        "state": MessageState.ACCEPTED,
        "gateway_id": sent.gateway_id,
        "sent_at": means.clock(),
        "segments": wording.segments(letter.text),
        "error": "",
    }


async def _record(
    session: AsyncSession, claimed: Claimed, result: dict[str, object], *, now: datetime
) -> None:
    recorded = await session.exec(
        update(Message)
        .where(
            col(Message.id) == claimed.message_id,
            col(Message.state).in_([MessageState.SENDING, MessageState.UNKNOWN]),
            col(Message.attempts) == claimed.attempt,
        )
        .values(lease_until=None, **result)
        .execution_options(synchronize_session=False)
    )
    if recorded.rowcount == 1 and result["state"] is MessageState.ACCEPTED:
        await _told(session, claimed.message_id, now)


async def _told(session: AsyncSession, message_id: int, now: datetime) -> None:
    rows = await session.exec(
        select(Message, Participant, Visit.version)
        .join(Participant, col(Participant.id) == col(Message.participant_id))
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .where(Message.id == message_id)
    )
    for message, participant, version in rows.all():
        # Whoever was told of a time that has changed since has not been told.
        if message.template in _TELLING and f":v{version}:" in message.dedup_key:
            await calls.tick(
                session, participant, ParticipantState.TOLD, by=audit.SYSTEM, now=now
            )
