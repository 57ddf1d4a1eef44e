"""What was done for people at a point, one row for each service.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import ServiceChannel, ServiceKind


class ServiceRecord(SQLModel, table=True):
    """A service done at a point on one local day, for so many people.

    `reference` is chosen by the browser that wrote it down, so that sending it twice
    keeps one. `done_at` is by that browser's clock, `entered_at` when it came here;
    `late` says that the day was closed by then. `number` is of the day's queue. A row
    that was withdrawn counts for nothing.
    """

    __tablename__ = "service_record"
    __table_args__ = (
        CheckConstraint("people >= 1 AND people <= 50", name="of_some_people"),
        Index("service_record_day", "point_id", "day"),
    )

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    point_id: int = Field(foreign_key="site.id")
    day: date
    kind: ServiceKind = Field(sa_type=enum_column(ServiceKind, grows=True))
    channel: ServiceChannel = Field(sa_type=enum_column(ServiceChannel))
    number: int | None = None
    people: int = 1
    note: str = Field(default="", max_length=300)
    done_at: datetime = Field(sa_type=UtcDateTime)
    entered_at: datetime = Field(sa_type=UtcDateTime)
    account_id: int | None = Field(default=None, foreign_key="account.id")
    late: bool = False
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_by_id: int | None = Field(default=None, foreign_key="account.id")
