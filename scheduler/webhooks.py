"""Telling other systems: from the record to events, and from events to receivers.

The record is the outbox: what is in it was committed with what it tells of, and it is
read in the order of its seals, each entry once. Sending keeps the order within a key,
and does what is independent side by side.
"""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import webhook_bodies
from scheduler.means import Means
from visitation import audit
from visitation.audit.tables import AuditSeal
from visitation.database import Database, is_conflict
from visitation.webhooks import deliveries, events, receivers, signing
from visitation.webhooks.deliveries import Outcome
from visitation.webhooks.tables import Webhook, WebhookEvent

READER: Final = "webhooks"
AT_ONCE: Final = 500
#: How many tries run at once to one receiver, and how often in one run of the sweep.
ABREAST: Final = 10
_ROUNDS: Final = 20
#: After so long a slow receiver is left to the next run of the sweep.
TURN: Final = timedelta(seconds=10)


async def publish(database: Database, *, now: datetime, means: Means) -> int:
    """Make events of what is new in the record."""
    async with database.read() as session:
        fresh = await audit.unread(session, READER, limit=AT_ONCE)
    if not fresh.entries:
        return 0
    oldest = now - deliveries.KEPT
    try:
        async with database.write() as session:
            places = await session.exec(
                select(col(AuditSeal.entry_id), col(AuditSeal.sequence)).where(
                    col(AuditSeal.sequence) > fresh.since,
                    col(AuditSeal.sequence) <= fresh.upto,
                )
            )
            place = dict(places.all())
            recent = [(place[e.id], e) for e in fresh.entries if e.at >= oldest]
            found = await webhook_bodies.happenings(
                session, recent, reference=means.keyring.reference
            )
            await events.put(session, found, now=now)
            await audit.read_up_to(session, READER, fresh)
    except IntegrityError as error:
        # Another node has read the same entries.
        if not is_conflict(error):
            raise
        return 0
    return len(found)


async def send_due(database: Database, *, now: datetime, means: Means) -> int:
    """Send what is due, to each receiver at its own pace."""
    if means.post is None:
        return 0
    async with database.read() as session:
        found = await deliveries.due(session, now=now)
    sent = await asyncio.gather(*(_serve(database, one, means) for one in found))
    return sum(sent)


async def forget(database: Database, *, now: datetime, means: Means) -> int:
    """Forget events of long ago."""
    forgotten = 0
    while True:
        async with database.write() as session:
            count = await deliveries.forget(session, now=now)
        forgotten += count
        if count < deliveries.AT_ONCE:
            return forgotten


async def oldest(session: AsyncSession, *, now: datetime) -> datetime | None:
    """Since when the oldest event has waited for a first try."""
    return await deliveries.oldest_untried(session, now=now)


async def _serve(database: Database, receiver: Webhook, means: Means) -> int:
    sent, began = 0, means.clock()
    # Whoever did not answer is asked with one event before it gets the others.
    limit = ABREAST if receiver.rests_until is None else 1
    for _round in range(_ROUNDS):
        async with database.write() as session:
            row = await session.get_one(Webhook, receiver.id)
            if row.paused_at is not None or row.removed_at is not None:
                break
            taken = await deliveries.claim(session, row, limit=limit, now=means.clock())
            address = row.address
            secrets = receivers.secrets_of(
                row, keyring=means.keyring, now=means.clock()
            )
        if not taken:
            break
        outcomes = await asyncio.gather(
            *(_try(event, address, secrets, means) for _row, event in taken)
        )
        tried = {
            one.id: (one.attempts, outcome)
            for (one, _event), outcome in zip(taken, outcomes, strict=True)
        }
        async with database.write() as session:
            row = await session.get_one(Webhook, receiver.id)
            await deliveries.settle(session, row, tried, now=means.clock())
        sent += sum(outcome.is_good for outcome in outcomes)
        if not all(outcome.is_good for outcome in outcomes):
            break
        # The others wait until this one has had its turn.
        if means.clock() - began >= TURN:
            break
        limit = ABREAST
    return sent


async def _try(
    event: WebhookEvent, address: str, secrets: tuple[str, ...], means: Means
) -> Outcome:
    assert means.post is not None
    body = json.dumps(events.told(event), ensure_ascii=False).encode()
    headers = signing.headers(
        secrets, reference=event.reference, at=means.clock(), body=body
    )
    return await means.post(address, headers=headers, body=body)
