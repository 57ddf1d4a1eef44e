"""What a service point keeps of its day: numbers, tests of kiosks, what it hands on.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import Errand, TicketState


class Ticket(SQLModel, table=True):
    """A number of the queue of one point on one local day; it belongs to nobody.

    `reference` is chosen by whoever asks for it, so that asking twice gives one.
    """

    __table_args__ = (UniqueConstraint("point_id", "day", "number"),)

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    point_id: int = Field(foreign_key="site.id")
    day: date
    number: int
    errand: Errand = Field(sa_type=enum_column(Errand))
    state: TicketState = Field(
        default=TicketState.WAITING, sa_type=enum_column(TicketState)
    )
    taken_at: datetime = Field(sa_type=UtcDateTime)
    called_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PointDay(SQLModel, table=True):
    """A point's day that was closed, with its figures as they stood then."""

    __tablename__ = "point_day"

    point_id: int = Field(foreign_key="site.id", primary_key=True)
    day: date = Field(primary_key=True)
    closed_at: datetime = Field(sa_type=UtcDateTime)
    closed_by_id: int | None = Field(default=None, foreign_key="account.id")
    note: str = Field(default="", max_length=1000)
    figures: dict[str, Any] = Field(sa_type=JSON)


class Handover(SQLModel, table=True):
    """A family handed to the official in the room, with what it would bring forward."""

    visit_id: int = Field(foreign_key="visit.id", primary_key=True, ondelete="CASCADE")
    text: str = Field(default="", max_length=500)
    written_at: datetime = Field(sa_type=UtcDateTime)
    written_by_id: int | None = Field(default=None, foreign_key="account.id")
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_by_id: int | None = Field(default=None, foreign_key="account.id")


class DeviceTest(SQLModel, table=True):
    """What trying a kiosk found: whether each part works, None if it was skipped."""

    __tablename__ = "device_test"

    id: int = Field(default=None, primary_key=True)
    station_id: int = Field(foreign_key="station.id", index=True)
    taken_at: datetime = Field(sa_type=UtcDateTime)
    camera: bool | None = None
    microphone: bool | None = None
    loudspeaker: bool | None = None


class DeviceTestWanted(SQLModel, table=True):
    """Somebody of staff wants a kiosk tried; its screen begins by itself."""

    __tablename__ = "device_test_wanted"

    station_id: int = Field(foreign_key="station.id", primary_key=True)
    asked_at: datetime = Field(sa_type=UtcDateTime)
