"""Provinces, sites, stations, and when a prison is open.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import date, datetime, time

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import (
    Approval,
    Chatting,
    MobileDayState,
    Recorded,
    SiteKind,
    StationKind,
    Supervision,
)

DEFAULT_ZONE = "Asia/Tehran"


class Province(SQLModel, table=True):
    """The unit of administration and of scope."""

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=16)
    name: str = Field(max_length=100)


class Site(SQLModel, table=True):
    """A prison, or a point where families sit down; degrees of WGS 84, if known."""

    id: int = Field(default=None, primary_key=True)
    province_id: int = Field(foreign_key="province.id", index=True)
    kind: SiteKind = Field(sa_type=enum_column(SiteKind))
    name: str = Field(max_length=100)
    zone: str = Field(default=DEFAULT_ZONE, max_length=64)
    address: str = Field(default="", max_length=300)
    phone: str = Field(default="", max_length=20)
    latitude: float | None = None
    longitude: float | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SitePolicy(SQLModel, table=True):
    """What one prison allows, as it is in force; without a row, the defaults.

    Worked out from `PolicyChoice` whenever one changes. Minutes, seconds and days; see
    `visitation.places.Policy` for what each means.
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
    family_notice_minutes: int = 1440
    family_horizon_days: int = 28
    official_notice_minutes: int = 60
    official_horizon_days: int = 60
    visits_per_month: int = 8
    adult_age: int = 18
    cancel_minutes: int = 120
    decide_minutes: int = 720
    approval: Approval = Field(default=Approval.NONE, sa_type=enum_column(Approval))
    chatting: Chatting = Field(default=Chatting.PHRASES, sa_type=enum_column(Chatting))
    recorded: Recorded = Field(default=Recorded.NEVER, sa_type=enum_column(Recorded))


class PolicyChoice(SQLModel, table=True):
    """One number of a policy that somebody chose for the nation, a province, a prison.

    `scope` is `nation`, `province:3` or `site:5`; `value` is JSON.
    """

    __tablename__ = "policy_choice"

    scope: str = Field(primary_key=True, max_length=32)
    name: str = Field(primary_key=True, max_length=40)
    value: int | str = Field(sa_type=JSON)


class ProvinceGrant(SQLModel, table=True):
    """Families at the points of another province may book at a prison."""

    __tablename__ = "province_grant"
    __table_args__ = (UniqueConstraint("prison_id", "province_id"),)

    id: int = Field(default=None, primary_key=True)
    prison_id: int = Field(foreign_key="site.id")
    province_id: int = Field(foreign_key="province.id")
    reason: str = Field(max_length=200)
    granted_at: datetime = Field(sa_type=UtcDateTime)
    until: date | None = None


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
    empty means every terminal of the site. `kinds` holds values of `VisitKind`. The
    pattern is in force in each `every_weeks`th week, counted from the one of
    `valid_from`, and not on holidays unless it says so.
    """

    __tablename__ = "session_template"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint(
            "slot_minutes % 5 = 0 AND slot_minutes > 0", name="slot_length"
        ),
        CheckConstraint("every_weeks BETWEEN 1 AND 52", name="every_weeks"),
    )

    id: int = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    weekday: int
    starts: time
    ends: time
    slot_minutes: int
    valid_from: date
    valid_to: date | None = None
    every_weeks: int = 1
    on_holidays: bool = False
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


class Holiday(SQLModel, table=True):
    """A day on which prisons keep no weekly hours, in a province or everywhere.

    Seeded from the official calendar, then edited by people: lunar holidays are known
    for certain only when the moon is seen. One that is not observed stays, so that the
    calendar does not bring it back.
    """

    __table_args__ = (
        Index(
            "holiday_day_place", "day", text("coalesce(province_id, 0)"), unique=True
        ),
    )

    id: int = Field(default=None, primary_key=True)
    day: date
    province_id: int | None = Field(default=None, foreign_key="province.id")
    name: str = Field(max_length=100)
    observed: bool = True
    by_hand: bool = False


class MobileDay(SQLModel, table=True):
    """One day of a mobile office on the road."""

    __tablename__ = "mobile_day"
    __table_args__ = (UniqueConstraint("site_id", "day"),)

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    site_id: int = Field(foreign_key="site.id")
    day: date = Field(index=True)
    state: MobileDayState = Field(
        default=MobileDayState.PLANNED, sa_type=enum_column(MobileDayState)
    )
    reason: str = Field(default="", max_length=200)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class MobileStop(SQLModel, table=True):
    """A village on a mobile day: when families can sit down there, in UTC.

    `travel_minutes` is the way from the stop before, or from the office. `kiosks` holds
    ids of the office's kiosks that are set up; empty means all of them.
    """

    __tablename__ = "mobile_stop"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="ends_after_start"),)

    id: int = Field(default=None, primary_key=True)
    mobile_day_id: int = Field(
        foreign_key="mobile_day.id", index=True, ondelete="CASCADE"
    )
    village_id: int = Field(foreign_key="site.id", index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    travel_minutes: int = 0
    kiosks: list[int] = Field(default_factory=list, sa_type=JSON)
