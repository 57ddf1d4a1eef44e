"""Provinces, sites, stations, and when a prison is open."""

from datetime import date, datetime, time

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import SiteKind, StationKind, Supervision

DEFAULT_ZONE = "Asia/Tehran"


class Province(SQLModel, table=True):
    """The unit of administration and of scope."""

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=16)
    name: str = Field(max_length=100)


class Site(SQLModel, table=True):
    """A prison, or a point where families sit down."""

    id: int = Field(default=None, primary_key=True)
    province_id: int = Field(foreign_key="province.id", index=True)
    kind: SiteKind = Field(sa_type=enum_column(SiteKind))
    name: str = Field(max_length=100)
    zone: str = Field(default=DEFAULT_ZONE, max_length=64)
    address: str = Field(default="", max_length=300)
    phone: str = Field(default="", max_length=20)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SitePolicy(SQLModel, table=True):
    """What one prison allows; a prison without a row has the defaults.

    Minutes, seconds and days; see `visitation.places.Policy` for what each means.
    """

    __tablename__ = "site_policy"

    site_id: int = Field(foreign_key="site.id", primary_key=True)
    notice_minutes: int = 60
    horizon_days: int = 60
    turnover_minutes: int = 5
    early_minutes: int = 30
    grace_minutes: int = 5
    max_party: int = 4
    visits_per_week: int = 2
    reminder_hours: int = 24
    reminder_soon_minutes: int = 120
    reconnect_grace_seconds: int = 60
    credit_max_minutes: int = 15
    supervision: Supervision = Field(
        default=Supervision.NONE, sa_type=enum_column(Supervision)
    )


class Station(SQLModel, table=True):
    """A bookable seat with a screen: a prison's terminal or a point's kiosk."""

    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: int = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    kind: StationKind = Field(sa_type=enum_column(StationKind))
    name: str = Field(max_length=60)
    out_of_order: str | None = Field(default=None, max_length=200)


class SessionTemplate(SQLModel, table=True):
    """The weekly pattern of a prison's opening, in the site's own wall time.

    `weekday` counts as `date.weekday()`: 0 is Monday. `stations` holds terminal ids;
    empty means every terminal of the site. `kinds` holds values of `VisitKind`.
    """

    __tablename__ = "session_template"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint(
            "slot_minutes % 5 = 0 AND slot_minutes > 0", name="slot_length"
        ),
    )

    id: int = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    weekday: int
    starts: time
    ends: time
    slot_minutes: int
    valid_from: date
    valid_to: date | None = None
    stations: list[int] = Field(default_factory=list, sa_type=JSON)
    kinds: list[str] = Field(default_factory=list, sa_type=JSON)


class Closure(SQLModel, table=True):
    """A site or one of its stations shut for a span, with a reason.

    A closure claims the same rows as visits do, so that neither can race the other.
    """

    id: int = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    station_id: int | None = Field(default=None, foreign_key="station.id")
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(max_length=200)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
