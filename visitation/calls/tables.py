"""Who was in the call and when, what one side missed of the other, what was said there.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from visitation.calls.words import HelpPlace, Mood
from visitation.database import UtcDateTime, enum_column
from visitation.words import Fault


class Presence(SQLModel, table=True):
    """One stretch of a participant in the call, from joining to leaving.

    `reason` says why it ended: left, lost, replaced, removed or ended. `seen_at` is
    when they were last known to be there, noted now and then while it lasts.
    """

    id: int = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    participant_id: int = Field(foreign_key="participant.id", index=True)
    joined_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=32)


class LostTime(SQLModel, table=True):
    """How long one side of a visit could not hear the other, by whose fault it was.

    `counted` is how many of the seconds are in the statistics.
    """

    __tablename__ = "lost_time"
    __table_args__ = (
        Index(
            "lost_time_uncounted",
            "visit_id",
            sqlite_where=text("seconds <> counted"),
            postgresql_where=text("seconds <> counted"),
        ),
    )

    visit_id: int = Field(foreign_key="visit.id", primary_key=True, ondelete="CASCADE")
    fault: Fault = Field(sa_type=enum_column(Fault), primary_key=True)
    seconds: int = 0
    counted: int = 0


class ChatLine(SQLModel, table=True):
    """Something somebody wrote in a call: a ready phrase by its code, or words."""

    __tablename__ = "chat_line"

    id: int = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    participant_id: int = Field(foreign_key="participant.id")
    at: datetime = Field(sa_type=UtcDateTime)
    code: str = Field(default="", max_length=32)
    text: str = Field(default="", max_length=200)


class HelpCall(SQLModel, table=True):
    """Somebody in a visit called for help; one call of theirs is open at a time."""

    __tablename__ = "help_call"
    __table_args__ = (
        Index(
            "help_call_open",
            "participant_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    participant_id: int = Field(foreign_key="participant.id")
    place: HelpPlace = Field(sa_type=enum_column(HelpPlace))
    asked_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_by_id: int | None = Field(default=None, foreign_key="account.id")


class Feedback(SQLModel, table=True):
    """How somebody found a visit, said once when it was over."""

    participant_id: int = Field(foreign_key="participant.id", primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    mood: Mood = Field(sa_type=enum_column(Mood))
    at: datetime = Field(sa_type=UtcDateTime)
