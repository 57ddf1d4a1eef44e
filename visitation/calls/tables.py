"""When each participant was in the call, and how long one side missed the other."""

from datetime import datetime

from sqlmodel import Field, SQLModel

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
    """How long one side of a visit could not hear the other, by whose fault it was."""

    __tablename__ = "lost_time"

    visit_id: int = Field(foreign_key="visit.id", primary_key=True, ondelete="CASCADE")
    fault: Fault = Field(sa_type=enum_column(Fault), primary_key=True)
    seconds: int = 0
