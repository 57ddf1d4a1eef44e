"""The last run of each sweep on each node, and the last day of those run daily."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime


class SweepRun(SQLModel, table=True):
    """How a sweep went when a node last ran it.

    Attributes:
        late_ms: how much more than its interval lay between it and the run before.
        lag_ms: how long the oldest thing that was due had been due.
        done: how much it did; None if it failed.
        failures: how many runs have failed since one that did not.
    """

    __tablename__ = "sweep_run"

    name: str = Field(primary_key=True, max_length=40)
    node: str = Field(primary_key=True, max_length=64)
    started_at: datetime = Field(sa_type=UtcDateTime)
    took_ms: int
    late_ms: int
    lag_ms: int = 0
    done: int | None = None
    failures: int = 0


class DailyRun(SQLModel, table=True):
    """The last day whose work a sweep has done, whichever node it ran on."""

    __tablename__ = "daily_run"

    name: str = Field(primary_key=True, max_length=40)
    day: date
