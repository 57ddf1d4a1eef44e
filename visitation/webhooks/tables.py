"""What other systems are told: who receives it, what happened, and how sending went.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import PostState, Topic


class Webhook(SQLModel, table=True):
    """A receiver: where events of some topics are sent, of a province or of all.

    `reference` is chosen by the page that adds it, so that adding twice adds one. Its
    secret is sealed; the one before is good until `previous_until`. While it answers
    nothing it is left in peace until `rests_until`. One that was removed stays for the
    record, and gets nothing.
    """

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    label: str = Field(max_length=60)
    address: str = Field(max_length=500)
    topics: list[str] = Field(sa_type=JSON)
    province_id: int | None = Field(default=None, foreign_key="province.id")
    secret_sealed: bytes
    previous_sealed: bytes | None = None
    previous_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rests_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by_id: int | None = Field(default=None, foreign_key="account.id")


class WebhookEvent(SQLModel, table=True):
    """Something that happened, in references, kinds, states and dates.

    `sequence` is its place in the sealed record, by which it is published once and
    pulled without a gap; a test has none. `number` counts within `key`.
    """

    __tablename__ = "webhook_event"

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    sequence: int | None = Field(default=None, unique=True)
    topic: Topic = Field(sa_type=enum_column(Topic, grows=True))
    key: str = Field(max_length=64)
    number: int
    province_id: int | None = Field(default=None, foreign_key="province.id")
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    body: dict[str, Any] = Field(sa_type=JSON)


class WebhookDelivery(SQLModel, table=True):
    """One event on its way to one receiver; `status` is what it answered last."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("webhook_delivery_due", "webhook_id", "state", "next_at"),
        Index("webhook_delivery_key", "webhook_id", "key", "state"),
    )

    id: int = Field(default=None, primary_key=True)
    webhook_id: int = Field(foreign_key="webhook.id")
    event_id: int = Field(foreign_key="webhook_event.id", index=True)
    key: str = Field(max_length=64)
    state: PostState = Field(default=PostState.PENDING, sa_type=enum_column(PostState))
    attempts: int = 0
    next_at: datetime = Field(sa_type=UtcDateTime)
    first_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    status: int | None = None
    trouble: str = Field(default="", max_length=32)
