"""Messages to go out."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.lifecycle import MessageState
from visitation.wording import Template
from visitation.words import Addressee, CallOutcome, Channel


class Message(SQLModel, table=True):
    """An SMS to go out: a template key and variables, never free text.

    A code is not among the variables: it is read from the participant, the offer or
    the challenge when the text is made, so that wiping it there wipes it everywhere.

    Attributes:
        priority: the least goes first.
        round: how many times the same thing has been said, this time included.
        look_at: when a message that waits to be sent, that was taken and never
            delivered, or of which nobody knows whether it was taken, is looked after.
    """

    __table_args__ = (
        Index("message_due", "state", "priority", "not_before"),
        Index("message_to_look_after", "state", "look_at"),
        # Few messages have one, and it is forgotten within the hour.
        Index(
            "message_of_challenge",
            "challenge_id",
            sqlite_where=text("challenge_id IS NOT NULL"),
            postgresql_where=text("challenge_id IS NOT NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    dedup_key: str = Field(unique=True, max_length=120)
    template: Template = Field(sa_type=enum_column(Template, grows=True))
    language: str = Field(max_length=8)
    variables: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    phone: str = Field(max_length=20)
    visit_id: int | None = Field(default=None, foreign_key="visit.id", index=True)
    participant_id: int | None = Field(default=None, foreign_key="participant.id")
    challenge_id: int | None = Field(
        default=None, foreign_key="challenge.id", ondelete="SET NULL"
    )
    channel: Channel = Field(default=Channel.SMS, sa_type=enum_column(Channel))
    addressee: Addressee = Field(default=Addressee.OWN, sa_type=enum_column(Addressee))
    priority: int = 5
    round: int = 1
    state: MessageState = Field(
        default=MessageState.PENDING, sa_type=enum_column(MessageState)
    )
    not_before: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    look_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    gateway: str = Field(default="", max_length=32)
    gateway_id: str | None = Field(default=None, max_length=64, index=True)
    error: str = Field(default="", max_length=64)
    segments: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeliveryEvent(SQLModel, table=True):
    """What a gateway told of a message it took, once per status.

    It may come before we know the gateway's id, out of order, and twice.

    Attributes:
        status: in the gateway's own word.
        fate: what that means, in a word of ours.
    """

    __tablename__ = "delivery_event"

    gateway: str = Field(primary_key=True, max_length=32)
    gateway_id: str = Field(primary_key=True, max_length=64)
    status: str = Field(primary_key=True, max_length=32)
    fate: str = Field(max_length=16)
    code: str = Field(default="", max_length=32)
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)


class OptOut(SQLModel, table=True):
    """A number whose owner wants no messages; known by its fingerprint alone."""

    __tablename__ = "opt_out"

    phone_fingerprint: str = Field(primary_key=True, max_length=64)
    gateway: str = Field(max_length=32)
    at: datetime = Field(sa_type=UtcDateTime)


class CallTask(SQLModel, table=True):
    """A line on a point's call list: somebody no message has reached."""

    __tablename__ = "call_task"
    __table_args__ = (
        UniqueConstraint("visit_id", "participant_id", "template"),
        Index("call_task_open", "site_id", "done_at"),
    )

    id: int = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id")
    visit_id: int = Field(foreign_key="visit.id", ondelete="CASCADE")
    participant_id: int = Field(foreign_key="participant.id", ondelete="CASCADE")
    message_id: int | None = Field(
        default=None, foreign_key="message.id", ondelete="SET NULL"
    )
    template: Template = Field(sa_type=enum_column(Template, grows=True))
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_by: datetime = Field(sa_type=UtcDateTime)
    tries: int = 0
    outcome: CallOutcome | None = Field(default=None, sa_type=enum_column(CallOutcome))
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_by: int | None = Field(default=None, foreign_key="account.id")
