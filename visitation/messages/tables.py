"""Messages to go out."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.lifecycle import MessageState
from visitation.wording import Template


class Message(SQLModel, table=True):
    """An SMS to go out: a template key and variables, never free text.

    A join code is not among the variables: it is read from the participant when the
    text is made, so that wiping it there wipes it everywhere.
    """

    __table_args__ = (Index("message_due", "state", "not_before"),)

    id: int = Field(default=None, primary_key=True)
    dedup_key: str = Field(unique=True, max_length=120)
    template: Template = Field(sa_type=enum_column(Template, grows=True))
    language: str = Field(max_length=8)
    variables: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    phone: str = Field(max_length=20)
    visit_id: int | None = Field(default=None, foreign_key="visit.id", index=True)
    participant_id: int | None = Field(default=None, foreign_key="participant.id")
    state: MessageState = Field(
        default=MessageState.PENDING, sa_type=enum_column(MessageState)
    )
    not_before: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    gateway: str = Field(default="", max_length=32)
    gateway_id: str | None = Field(default=None, max_length=64, index=True)
    error: str = Field(default="", max_length=64)
    segments: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
