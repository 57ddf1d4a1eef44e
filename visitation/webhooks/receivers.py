"""Who is told: added with a secret that is shown once, changed, paused, removed."""

import base64
import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import Invalid, VisitationError
from visitation.keyring import Keyring
from visitation.webhooks import signing
from visitation.webhooks.tables import Webhook, WebhookDelivery
from visitation.words import TOPICS, PostState, Topic

#: How long the secret before is good beside the new one.
ROTATION: Final = timedelta(days=1)
LONGEST_ADDRESS: Final = 500
_PURPOSE = "webhook"


class AddedAlready(VisitationError):
    """This receiver was added a moment ago; its secret was shown then."""


async def add(
    session: AsyncSession,
    *,
    reference: str,
    label: str,
    address: str,
    topics: Collection[Topic],
    province_id: int | None,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> tuple[Webhook, str]:
    """Add a receiver; its secret is in the answer, and readable nowhere else.

    Raises:
        AddedAlready: if the same reference was used before.
        Invalid: if the address is none of HTTPS, or nothing is to be told.
    """
    if not topics or not set(topics) <= set(TOPICS):
        raise Invalid("topics", "webhook_topics")
    secret = _secret(keyring)
    row = Webhook(
        reference=reference,
        label=label,
        address=checked(address),
        topics=[one.value for one in TOPICS if one in topics],
        province_id=province_id,
        secret_sealed=keyring.seal(_PURPOSE, secret),
        made_at=now,
        made_by_id=by.account_id,
    )
    try:
        async with session.begin_nested():
            session.add(row)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        # Pressed twice: the first of both has the secret.
        raise AddedAlready from None
    _note(session, row, "add_webhook", by=by, now=now)
    return row, secret


def checked(address: str) -> str:
    """An address that events may be sent to, as far as can be told by looking at it.

    Raises:
        Invalid: if it is not of HTTPS, or has a name and password, or a fragment.
    """
    text = address.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Invalid("address", "webhook_address") from None
    bare = not (parts.username or parts.password or parts.fragment) and port != 0
    plain = text.isascii() and text.isprintable() and " " not in text
    right = parts.scheme == "https" and bool(parts.hostname) and bare and plain
    if not right or len(text) > LONGEST_ADDRESS:
        raise Invalid("address", "webhook_address")
    return text


def mark(row: Webhook) -> str:
    """What tells one secret of a receiver from the next, and says nothing of either."""
    return hashlib.sha256(row.secret_sealed).hexdigest()[:16]


async def rotate(
    session: AsyncSession,
    row: Webhook,
    *,
    seen: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> str:
    """Give a receiver another secret; for a day events are signed with both.

    Raises:
        AddedAlready: if it has another secret than the one whose mark was seen.
    """
    # The second of two who ask at once waits, and sees another secret.
    await session.refresh(row, with_for_update=True)
    if seen != mark(row):
        raise AddedAlready
    secret = _secret(keyring)
    row.previous_sealed, row.previous_until = row.secret_sealed, now + ROTATION
    row.secret_sealed = keyring.seal(_PURPOSE, secret)
    _note(session, row, "rotate_webhook", by=by, now=now)
    return secret


def secrets_of(row: Webhook, *, keyring: Keyring, now: datetime) -> tuple[str, ...]:
    """The secrets that are good now, the newest first."""
    sealed = [row.secret_sealed]
    if row.previous_sealed and row.previous_until and row.previous_until > now:
        sealed.append(row.previous_sealed)
    return tuple(keyring.open(_PURPOSE, one) for one in sealed)


async def pause(
    session: AsyncSession, row: Webhook, *, by: Actor, now: datetime
) -> None:
    """Send nothing for a while; what happens meanwhile waits."""
    if row.paused_at is None:
        row.paused_at = now
        _note(session, row, "pause_webhook", by=by, now=now)


async def resume(
    session: AsyncSession, row: Webhook, *, by: Actor, now: datetime
) -> None:
    """Send again, beginning with what waits; time that was paused is no time of tries.

    Who did not answer before is asked with one event, and gets the rest on its answer.
    """
    if row.paused_at is not None:
        row.paused_at = None
        row.rests_until = now if row.rests_until is not None else None
        await session.exec(
            update(WebhookDelivery)
            .where(
                col(WebhookDelivery.webhook_id) == row.id,
                col(WebhookDelivery.state) == PostState.PENDING,
            )
            .values(first_at=None, next_at=now)
            .execution_options(synchronize_session=False)
        )
        _note(session, row, "resume_webhook", by=by, now=now)


async def remove(
    session: AsyncSession, row: Webhook, *, by: Actor, now: datetime
) -> None:
    """Tell a receiver nothing more, and forget its secrets."""
    if row.removed_at is None:
        row.removed_at, row.secret_sealed, row.previous_sealed = now, b"", None
        _note(session, row, "remove_webhook", by=by, now=now)


async def every(session: AsyncSession) -> Sequence[Webhook]:
    """The receivers there are, by name."""
    rows = await session.exec(
        select(Webhook)
        .where(col(Webhook.removed_at).is_(None))
        .order_by(col(Webhook.label), col(Webhook.id))
    )
    return rows.all()


def _secret(keyring: Keyring) -> str:
    token = keyring.token()
    return signing.secret_of(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))


def _note(
    session: AsyncSession, row: Webhook, action: str, *, by: Actor, now: datetime
) -> None:
    session.add(row)
    audit.note(session, by, action, f"webhook:{row.id}", now=now)
