"""Finding out what became of messages of which nobody knows whether they went.

Their gateway is asked, and what it took is recorded as taken. Only what it does not
have after some time, in which its list may have lagged, is sent again. Where a gateway
cannot be asked, a code is let run out and everything else is sent once more, marked as
perhaps sent twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import deliveries, recording
from scheduler.claiming import LEASE
from scheduler.gateways.gateway import Gateway, Letter, Sent, Temporary
from scheduler.handing import MAYBE_TWICE, segments
from scheduler.means import Means
from scheduler.outgoing import Outgoing, outgoing
from scheduler.patience import again_after, settling, until_delivered
from visitation import messages
from visitation.database import Database
from visitation.lifecycle import MessageState
from visitation.messages import Message

log = structlog.get_logger(__name__)

BATCH = 100
#: When a gateway that could not be asked is asked again.
ASK_AGAIN = timedelta(seconds=30)
#: Clocks of ours and of a gateway may differ by so much.
_CLOCKS_DIFFER = timedelta(minutes=1)
Values = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doubt:
    """A message nobody knows of, its gateway, and when it was claimed."""

    outgoing: Outgoing
    gateway: Gateway | None
    claimed_at: datetime

    @property
    def message(self) -> Message:
        return self.outgoing.message


async def reconcile(database: Database, *, now: datetime, means: Means) -> int:
    """Look after every message in doubt whose time has come; how many were settled."""
    async with database.read() as session:
        doubts = await _doubts(session, means, now)
    settled, silent = 0, set[str]()
    for doubt in doubts:
        values = await _found_out(doubt, means, silent)
        async with database.write() as session:
            settled += await _settle(session, doubt, values, means)
    return settled


async def _doubts(
    session: AsyncSession, means: Means, now: datetime
) -> Sequence[_Doubt]:
    rows = await session.exec(
        select(Message.id, Message.gateway, Message.lease_until)
        .where(
            Message.state == MessageState.UNKNOWN,
            col(Message.look_at) <= now,
        )
        .order_by(col(Message.priority), col(Message.look_at), col(Message.id))
        .limit(BATCH)
    )
    found: list[_Doubt] = []
    by_gateway: dict[str, dict[int, datetime]] = {}
    for number, name, lease_until in rows.all():
        claimed_at = lease_until - LEASE if lease_until else now
        by_gateway.setdefault(name, {})[number] = claimed_at
    for name, claimed in by_gateway.items():
        gateway = means.gateway(name)
        some = await outgoing(
            session,
            list(claimed),
            gateway or means.gateways[0],
            means=means,
            now=now,
        )
        found += [
            _Doubt(outgoing=one, gateway=gateway, claimed_at=claimed[one.message.id])
            for one in some
        ]
    return found


async def _found_out(doubt: _Doubt, means: Means, silent: set[str]) -> Values:
    """What is to be written about a message after its gateway was asked.

    One that did not answer is `silent`, and not asked again in this sweep.
    """
    if doubt.gateway is None or not doubt.gateway.finds:
        return _blind(doubt, means.clock())
    letter = doubt.outgoing.letter
    if letter is None:
        # Without its text it can neither be recognised nor sent again.
        return _given_up(doubt.outgoing.refusal, means.clock())
    if doubt.gateway.name in silent:
        return {"look_at": means.clock() + ASK_AGAIN}
    try:
        since = doubt.claimed_at - _CLOCKS_DIFFER
        sent = await doubt.gateway.find(letter, since=since)
    except Temporary as failure:
        log.warning("message_in_doubt", message=doubt.message.id, code=failure.code)
        silent.add(doubt.gateway.name)
        return {"look_at": means.clock() + ASK_AGAIN}
    if sent is not None:
        return _taken(doubt, letter, sent, means.clock())
    return _not_found(doubt, means.clock())


def _taken(doubt: _Doubt, letter: Letter, sent: Sent, now: datetime) -> Values:
    return {
        "state": MessageState.ACCEPTED,
        "gateway_id": sent.gateway_id,
        "sent_at": doubt.claimed_at,
        "segments": segments(letter),
        "lease_until": None,
        "error": "",
        "look_at": until_delivered(doubt.message.priority, now),
    }


def _not_found(doubt: _Doubt, now: datetime) -> Values:
    looks = (doubt.claimed_at + each for each in settling(doubt.message.priority))
    again = next((look for look in looks if look > now), None)
    if again is not None:
        return {"look_at": again}
    return _to_be_sent(doubt, "not_found", now)


def _blind(doubt: _Doubt, now: datetime) -> Values:
    """A gateway that has no list: say it twice rather than never, but only twice."""
    message = doubt.message
    if message.error == MAYBE_TWICE:
        return _given_up("unknown", now)
    if message.priority == 0:
        return {"state": MessageState.EXPIRED, "lease_until": None, "look_at": None}
    again = doubt.claimed_at + again_after(message.priority)
    if now < again:
        return {"look_at": again}
    return _to_be_sent(doubt, MAYBE_TWICE, now)


def _to_be_sent(doubt: _Doubt, why: str, now: datetime) -> Values:
    message = doubt.message
    log.warning("message_sent_again", message=message.id, why=why)
    return {
        "state": MessageState.PENDING,
        "not_before": now,
        "lease_until": None,
        "error": why,
        "look_at": messages.waits_until(
            message.priority, since=now, expires_at=message.expires_at
        ),
    }


def _given_up(why: str, now: datetime) -> Values:
    return {
        "state": MessageState.FAILED,
        "lease_until": None,
        "error": why,
        "look_at": now,
    }


async def _settle(
    session: AsyncSession, doubt: _Doubt, values: Values, means: Means
) -> bool:
    """Write it, unless the answer came after all; whether the doubt is over."""
    message, now = doubt.message, means.clock()
    written = await session.exec(
        update(Message)
        .where(
            col(Message.id) == message.id,
            col(Message.state) == MessageState.UNKNOWN,
            col(Message.attempts) == message.attempts,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if written.rowcount != 1 or "state" not in values:
        return False
    if values["state"] is MessageState.ACCEPTED:
        await recording.told(session, [message.id], now=now)
        await deliveries.caught_up(session, [message.id], now=now)
    if values["state"] is MessageState.FAILED:
        deliveries.noted(
            session, message, MessageState.FAILED, values["error"], now=now
        )
    return True
