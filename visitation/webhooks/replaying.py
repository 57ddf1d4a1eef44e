"""Sending to one receiver: again what failed or all since a moment, or a test."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, literal, select, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.database import UtcDateTime
from visitation.keyring import Keyring
from visitation.webhooks import events
from visitation.webhooks.tables import Webhook, WebhookDelivery, WebhookEvent
from visitation.words import PostState, Topic


async def send_again(
    session: AsyncSession,
    receiver: Webhook,
    *,
    since: datetime | None,
    by: Actor,
    now: datetime,
) -> int:
    """Send everything again that happened since a moment; or only what failed.

    Returns:
        How many events are on their way then.
    """
    again = col(WebhookDelivery.state) == PostState.FAILED
    if since is not None:
        happened = select(col(WebhookEvent.id)).where(col(WebhookEvent.at) >= since)
        again = col(WebhookDelivery.event_id).in_(happened)
    changed = await session.exec(
        update(WebhookDelivery)
        .where(col(WebhookDelivery.webhook_id) == receiver.id, again)
        .values(state=PostState.PENDING, attempts=0, first_at=None, next_at=now)
        .execution_options(synchronize_session=False)
    )
    added = 0 if since is None else await _add(session, receiver, since=since, now=now)
    await session.exec(
        update(Webhook)
        .where(col(Webhook.id) == receiver.id, col(Webhook.rests_until).is_not(None))
        # It is asked at once, and when it answers, all that waits follows.
        .values(rests_until=now)
        .execution_options(synchronize_session=False)
    )
    count = changed.rowcount + added
    audit.note(
        session, by, "replay_webhook", f"webhook:{receiver.id}", now=now, events=count
    )
    return count


async def send_test(
    session: AsyncSession,
    receiver: Webhook,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Have a receiver told that nothing happened, to see whether it hears."""
    reference = f"evt_{keyring.reference()}"
    row = WebhookEvent(
        reference=reference,
        topic=Topic.TEST,
        key=f"test:{reference}",
        number=1,
        at=now,
        body={"webhook": receiver.reference},
    )
    session.add(row)
    await session.flush()
    session.add(events.delivery(receiver, row, now=now))
    audit.note(session, by, "test_webhook", f"webhook:{receiver.id}", now=now)


async def _add(
    session: AsyncSession, receiver: Webhook, *, since: datetime, now: datetime
) -> int:
    """What happened before the receiver was there, or while it wanted less."""
    known = (
        select(col(WebhookDelivery.id))
        .where(
            col(WebhookDelivery.webhook_id) == receiver.id,
            col(WebhookDelivery.event_id) == col(WebhookEvent.id),
        )
        .exists()
    )
    new: dict[str, Any] = {
        "webhook_id": literal(receiver.id),
        "event_id": col(WebhookEvent.id),
        "key": col(WebhookEvent.key),
        "state": literal(PostState.PENDING.value),
        "attempts": literal(0),
        "next_at": literal(now, UtcDateTime),
        "trouble": literal(""),
    }
    # Weeks of a country are too many to be read here.
    fresh = select(*new.values()).where(
        col(WebhookEvent.at) >= since, events.concerning(receiver), ~known
    )
    added = await session.exec(insert(WebhookDelivery).from_select(list(new), fresh))
    return added.rowcount
