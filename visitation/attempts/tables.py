"""Counts of attempts, for limits that must hold beyond one process."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime


class AttemptCount(SQLModel, table=True):
    """How often something was tried under a key since a moment.

    Attributes:
        name: of the limit, for example `sign-in-phone`.
        key: a fingerprint where it would tell who somebody is.
        since: when the window began.
    """

    __tablename__ = "attempt_count"

    name: str = Field(primary_key=True, max_length=40)
    key: str = Field(primary_key=True, max_length=64)
    since: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    count: int = 0
