"""What line tests found, and how each participant's line did in a call."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.lines.verdict import Verdict


class LineTest(SQLModel, table=True):
    """One test of a line: of a station, of a participant's device, or of both.

    Rates in bits per second, times in seconds; see `visitation.lines.Measured`.
    """

    __tablename__ = "line_test"

    id: int = Field(default=None, primary_key=True)
    station_id: int | None = Field(default=None, foreign_key="station.id", index=True)
    participant_id: int | None = Field(
        default=None, foreign_key="participant.id", index=True, ondelete="CASCADE"
    )
    taken_at: datetime = Field(sa_type=UtcDateTime)
    verdict: Verdict = Field(sa_type=enum_column(Verdict))
    loss_up: float
    loss_down: float
    round_trip: float | None = None
    jitter: float
    rate_up: int
    rate_down: int
    relayed: bool


class LineRecord(SQLModel, table=True):
    """Everything measured of a participant's line in a call.

    See `visitation.lines.Stretch` for the sums.
    """

    __tablename__ = "line_record"

    participant_id: int = Field(
        primary_key=True, foreign_key="participant.id", ondelete="CASCADE"
    )
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    measured_at: datetime = Field(sa_type=UtcDateTime)
    seconds_up: float = 0.0
    seconds_down: float = 0.0
    seconds_timed: float = 0.0
    loss_up_total: float = 0.0
    loss_up_worst: float = 0.0
    loss_down_total: float = 0.0
    loss_down_worst: float = 0.0
    round_trip_total: float = 0.0
    round_trip_worst: float = 0.0
    jitter_total: float = 0.0
    jitter_worst: float = 0.0
    bytes_up: int = Field(default=0, sa_type=BigInteger)
    bytes_down: int = Field(default=0, sa_type=BigInteger)
    seconds_audio_only: float = 0.0
    seconds_relayed: float = 0.0
