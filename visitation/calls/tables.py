"""When each participant was in the call, and why not."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime


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
