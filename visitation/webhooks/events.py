"""What happened, written down once for every receiver it concerns, and pulled in order.

`sequence` is the event's place in the sealed record. Whoever writes events does so in
that order, and a second writer of the same place is refused by the database, so that a
reader who remembers one number misses nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.webhooks.tables import Webhook, WebhookDelivery, WebhookEvent
from visitation.words import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened.

    Attributes:
        reference: what receivers know it by.
        sequence: its place in the sealed record.
        key: of what it is a part; what has the same key is sent in order.
        number: which of those it is, from 1.
        body: references, kinds, states and dates; never a name.
    """

    reference: str
    sequence: int | None
    topic: Topic
    key: str
    number: int
    province_id: int | None
    at: datetime
    body: dict[str, Any]


async def put(
    session: AsyncSession, happenings: Sequence[Happening], *, now: datetime
) -> None:
    """Write what happened, with a delivery for each receiver that is to be told."""
    rows = [
        WebhookEvent(
            reference=one.reference,
            sequence=one.sequence,
            topic=one.topic,
            key=one.key,
            number=one.number,
            province_id=one.province_id,
            at=one.at,
            body=one.body,
        )
        for one in happenings
    ]
    session.add_all(rows)
    await session.flush()
    found = await session.exec(select(Webhook).where(col(Webhook.removed_at).is_(None)))
    for receiver in found.all():
        for row in rows:
            if concerns(receiver, row):
                session.add(delivery(receiver, row, now=now))
    await session.flush()


def concerns(receiver: Webhook, event: WebhookEvent) -> bool:
    """Whether a receiver is told of an event."""
    within = receiver.province_id in {None, event.province_id}
    return event.topic.value in receiver.topics and within


def concerning(receiver: Webhook) -> ColumnElement[bool]:
    """The same of the events on record."""
    topics = col(WebhookEvent.topic).in_([Topic(name) for name in receiver.topics])
    if receiver.province_id is None:
        return topics
    return and_(topics, col(WebhookEvent.province_id) == receiver.province_id)


def delivery(
    receiver: Webhook, event: WebhookEvent, *, now: datetime
) -> WebhookDelivery:
    """An event on its way to a receiver."""
    return WebhookDelivery(
        webhook_id=receiver.id, event_id=event.id, key=event.key, next_at=now
    )


def told(event: WebhookEvent) -> dict[str, Any]:
    """An event as it is sent and pulled."""
    return {
        "id": event.reference,
        "type": event.topic.value,
        "timestamp": event.at.isoformat(),
        "key": event.key,
        "number": event.number,
        "data": event.body,
    }


async def since(
    session: AsyncSession,
    *,
    after: int,
    limit: int,
    provinces: Collection[int] | None = None,
) -> Sequence[WebhookEvent]:
    """The events after a place in the record, in its order.

    Args:
        session: that reads.
        after: the place of the last one that is known.
        limit: how many at most.
        provinces: whose; None for all.
    """
    query = select(WebhookEvent).where(
        col(WebhookEvent.sequence).is_not(None), col(WebhookEvent.sequence) > after
    )
    if provinces is not None:
        query = query.where(col(WebhookEvent.province_id).in_(provinces))
    rows = await session.exec(query.order_by(col(WebhookEvent.sequence)).limit(limit))
    return rows.all()
