"""Work that was announced: when, why, in whose words, and what is shut meanwhile."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column


class WorkReason(StrEnum):
    """Why work is done, each with a sentence of its own in every language."""

    UPDATE = "update"
    NETWORK = "network"
    POWER = "power"
    REPAIR = "repair"


class Maintenance(SQLModel, table=True):
    """One announcement, in force until it ends or is taken back.

    Attributes:
        text_fa: what people read besides the reason, in Persian; both texts or none.
        closed: whether families' pages are shut while it lasts.
        withdrawn_at: when somebody took it back, or ended it early.
    """

    __table_args__ = (CheckConstraint("starts_at < ends_at", name="ends_later"),)

    id: int = Field(default=None, primary_key=True)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    reason: WorkReason = Field(sa_type=enum_column(WorkReason))
    text_fa: str = Field(default="", max_length=300)
    text_en: str = Field(default="", max_length=300)
    closed: bool = False
    announced_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
