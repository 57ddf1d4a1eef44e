"""Events on their way: which are due, and what became of each try.

Of what belongs together a later event waits for an earlier one. A try is a claim with
an end: whoever dies in the middle of it leaves the event to the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, delete, func, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.webhooks.tables import Webhook, WebhookDelivery, WebhookEvent
from visitation.words import PostState

#: How long after each try in a row the next comes; the last again and again.
PAUSES: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600)
)
#: From its first try on an event is tried for so long; then people look at it.
PATIENCE: Final = timedelta(days=3)
#: How long a receiver that answers nothing is left in peace.
REST: Final = timedelta(seconds=30)
#: How long a try may take before somebody else may try.
CLAIM: Final = timedelta(minutes=1)
#: How long events are kept, for pulling and for sending again.
KEPT: Final = timedelta(days=30)
#: How many are forgotten in one transaction.
AT_ONCE: Final = 1000
_BUSY = frozenset({408, 429})
_OPEN = (PostState.PENDING, PostState.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a try: the status of an answer, or why there was none."""

    status: int | None = None
    trouble: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004

    @property
    def is_heard(self) -> bool:
        """Whether the receiver works, though it may not want this event."""
        answered = self.status is not None and self.status < 500  # noqa: PLR2004
        return answered and self.status not in _BUSY


async def due(session: AsyncSession, *, now: datetime) -> Sequence[Webhook]:
    """The receivers that something may be sent to now."""
    waits = (
        select(WebhookDelivery.id)
        .where(
            WebhookDelivery.webhook_id == Webhook.id,
            col(WebhookDelivery.state).in_(_OPEN),
            col(WebhookDelivery.next_at) <= now,
            ~_follows(),
        )
        .exists()
    )
    rows = await session.exec(
        select(Webhook).where(
            col(Webhook.removed_at).is_(None),
            col(Webhook.paused_at).is_(None),
            or_(col(Webhook.rests_until).is_(None), col(Webhook.rests_until) <= now),
            waits,
        )
    )
    return rows.all()


async def oldest_untried(session: AsyncSession, *, now: datetime) -> datetime | None:
    """Since when the oldest event waits that could be tried, and was not yet."""
    rows = await session.exec(
        select(func.min(WebhookDelivery.next_at))
        .join(Webhook, col(Webhook.id) == col(WebhookDelivery.webhook_id))
        .where(
            col(WebhookDelivery.state) == PostState.PENDING,
            col(WebhookDelivery.attempts) == 0,
            col(WebhookDelivery.next_at) <= now,
            col(Webhook.removed_at).is_(None),
            col(Webhook.paused_at).is_(None),
            col(Webhook.rests_until).is_(None),
            ~_follows(),
        )
    )
    return rows.one()


async def claim(
    session: AsyncSession, receiver: Webhook, *, limit: int, now: datetime
) -> Sequence[tuple[WebhookDelivery, WebhookEvent]]:
    """Take what is due for a receiver, the first of each key, for one try each."""
    taken = []
    for row, event in await _first_of_each(session, receiver, limit=limit, now=now):
        changed = await session.exec(
            update(WebhookDelivery)
            .where(
                col(WebhookDelivery.id) == row.id,
                col(WebhookDelivery.state).in_(_OPEN),
                col(WebhookDelivery.attempts) == row.attempts,
            )
            .values(
                state=PostState.SENDING,
                attempts=row.attempts + 1,
                next_at=now + CLAIM,
                first_at=row.first_at or now,
                last_at=now,
            )
            .execution_options(synchronize_session=False)
        )
        if changed.rowcount:
            await session.refresh(row)
            taken.append((row, event))
    return taken


async def _first_of_each(
    session: AsyncSession, receiver: Webhook, *, limit: int, now: datetime
) -> Sequence[tuple[WebhookDelivery, WebhookEvent]]:
    rows = await session.exec(
        select(WebhookDelivery, WebhookEvent)
        .join(WebhookEvent, col(WebhookEvent.id) == col(WebhookDelivery.event_id))
        .where(
            WebhookDelivery.webhook_id == receiver.id,
            col(WebhookDelivery.state).in_(_OPEN),
            col(WebhookDelivery.next_at) <= now,
            ~_follows(),
        )
        .order_by(col(WebhookDelivery.event_id))
        .limit(limit)
    )
    return rows.all()


def _follows() -> ColumnElement[bool]:
    """Whether a delivery waits for an earlier one of its key."""
    earlier = aliased(WebhookDelivery)
    return (
        select(earlier.id)
        .where(
            earlier.webhook_id == WebhookDelivery.webhook_id,
            earlier.key == WebhookDelivery.key,
            col(earlier.event_id) < WebhookDelivery.event_id,
            col(earlier.state).in_(_OPEN),
        )
        .exists()
    )


async def settle(
    session: AsyncSession,
    receiver: Webhook,
    tried: Mapping[int, tuple[int, Outcome]],
    *,
    now: datetime,
) -> None:
    """Write down what became of tries: by delivery, which try it was, and its outcome.

    A receiver that answers again is sent at once what waited for a later try.
    """
    for delivery_id, (attempt, outcome) in tried.items():
        row = await session.get_one(WebhookDelivery, delivery_id)
        await session.exec(
            update(WebhookDelivery)
            .where(
                col(WebhookDelivery.id) == delivery_id,
                col(WebhookDelivery.attempts) == attempt,
                col(WebhookDelivery.state) == PostState.SENDING,
            )
            .values(**_after(row, outcome, now))
            .execution_options(synchronize_session=False)
        )
    outcomes = [outcome for _attempt, outcome in tried.values()]
    if not any(one.is_heard for one in outcomes):
        await _set(session, receiver, rests_until=now + REST)
    elif receiver.rests_until is not None:
        await _wake(session, receiver, now=now)


def _after(row: WebhookDelivery, outcome: Outcome, now: datetime) -> dict[str, Any]:
    said = {"status": outcome.status, "trouble": outcome.trouble, "last_at": now}
    if outcome.is_good:
        return said | {"state": PostState.DELIVERED}
    if row.first_at is not None and now - row.first_at >= PATIENCE:
        return said | {"state": PostState.FAILED}
    pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
    return said | {"state": PostState.PENDING, "next_at": now + pause}


async def _wake(session: AsyncSession, receiver: Webhook, *, now: datetime) -> None:
    await _set(session, receiver, rests_until=None)
    await session.exec(
        update(WebhookDelivery)
        .where(
            col(WebhookDelivery.webhook_id) == receiver.id,
            col(WebhookDelivery.state) == PostState.PENDING,
            col(WebhookDelivery.next_at) > now,
        )
        .values(next_at=now)
        .execution_options(synchronize_session=False)
    )


async def _set(session: AsyncSession, receiver: Webhook, **values: Any) -> None:
    await session.exec(
        update(Webhook)
        .where(col(Webhook.id) == receiver.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How sending to a receiver stands."""

    waiting: int = 0
    failed: int = 0
    delivered: int = 0


async def standing(session: AsyncSession) -> Mapping[int, Standing]:
    """How sending stands, by receiver."""
    rows = await session.exec(
        select(
            col(WebhookDelivery.webhook_id), col(WebhookDelivery.state), func.count()
        ).group_by(col(WebhookDelivery.webhook_id), col(WebhookDelivery.state))
    )
    counted: dict[int, dict[PostState, int]] = {}
    for webhook_id, state, count in rows.all():
        counted.setdefault(webhook_id, {})[state] = count
    return {
        webhook_id: Standing(
            waiting=sum(states.get(one, 0) for one in _OPEN),
            failed=states.get(PostState.FAILED, 0),
            delivered=states.get(PostState.DELIVERED, 0),
        )
        for webhook_id, states in counted.items()
    }


async def latest(
    session: AsyncSession, receiver: Webhook, *, limit: int
) -> Sequence[tuple[WebhookDelivery, WebhookEvent]]:
    """What failed for good, and what was tried last."""
    rows = await session.exec(
        select(WebhookDelivery, WebhookEvent)
        .join(WebhookEvent, col(WebhookEvent.id) == col(WebhookDelivery.event_id))
        .where(WebhookDelivery.webhook_id == receiver.id)
        .order_by(
            (col(WebhookDelivery.state) == PostState.FAILED).desc(),
            col(WebhookDelivery.event_id).desc(),
        )
        .limit(limit)
    )
    return rows.all()


async def forget(session: AsyncSession, *, now: datetime) -> int:
    """Forget some of what happened long ago, unless somebody has yet to be told."""
    open_ones = (
        select(WebhookDelivery.id)
        .join(Webhook, col(Webhook.id) == col(WebhookDelivery.webhook_id))
        .where(
            WebhookDelivery.event_id == WebhookEvent.id,
            and_(
                col(WebhookDelivery.state) != PostState.DELIVERED,
                col(Webhook.removed_at).is_(None),
            ),
        )
        .exists()
    )
    rows = await session.exec(
        select(WebhookEvent.id)
        .where(
            or_(
                and_(col(WebhookEvent.at) < now - KEPT, ~open_ones),
                col(WebhookEvent.at) < now - 3 * KEPT,
            )
        )
        .limit(AT_ONCE)
    )
    old = rows.all()
    await session.exec(
        delete(WebhookDelivery).where(col(WebhookDelivery.event_id).in_(old))
    )
    await session.exec(delete(WebhookEvent).where(col(WebhookEvent.id).in_(old)))
    return len(old)
