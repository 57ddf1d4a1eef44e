"""Families that wait for a slot, the offers they get, and plans for many of them.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import date, datetime

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import OfferState, PlanState, VisitKind, WaitingState


class WaitingEntry(SQLModel, table=True):
    """A family waiting for a slot, with its wishes.

    `weekdays` counts as `date.weekday()`; empty means any. `points` holds ids of the
    service points the family can come to; `own_phone` says that its own phone would do.
    `distance_km` is the way from its home to the prison, if known.
    """

    __tablename__ = "waiting_entry"
    __table_args__ = (Index("waiting_entry_line", "prison_id", "state", "created_at"),)

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    state: WaitingState = Field(
        default=WaitingState.WAITING, sa_type=enum_column(WaitingState)
    )
    prison_id: int = Field(foreign_key="site.id")
    prisoner_id: int = Field(foreign_key="prisoner.id", index=True)
    kind: VisitKind = Field(default=VisitKind.FAMILY, sa_type=enum_column(VisitKind))
    official_wanted: bool = False
    first_day: date
    last_day: date
    weekdays: list[int] = Field(default_factory=list, sa_type=JSON)
    points: list[int] = Field(default_factory=list, sa_type=JSON)
    own_phone: bool = False
    distance_km: int | None = None
    note: str = Field(default="", max_length=300)
    visit_id: int | None = Field(default=None, foreign_key="visit.id", index=True)
    created_by_id: int | None = Field(default=None, foreign_key="account.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class WaitingVisitor(SQLModel, table=True):
    """One of the visitors who would come."""

    __tablename__ = "waiting_visitor"

    entry_id: int = Field(
        foreign_key="waiting_entry.id", primary_key=True, ondelete="CASCADE"
    )
    visitor_id: int = Field(foreign_key="visitor.id", primary_key=True)


class Offer(SQLModel, table=True):
    """A slot held for a waiting family until it answers or the time is up.

    The reply code is sealed, with a fingerprint for looking it up; both are wiped with
    the answer.
    """

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    entry_id: int = Field(foreign_key="waiting_entry.id", index=True)
    visit_id: int = Field(foreign_key="visit.id", unique=True)
    state: OfferState = Field(default=OfferState.OPEN, sa_type=enum_column(OfferState))
    code_sealed: bytes | None = None
    code_fingerprint: str | None = Field(default=None, unique=True, max_length=64)
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Plan(SQLModel, table=True):
    """Who would get which slot in a period, shown before it is published at once."""

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    state: PlanState = Field(default=PlanState.DRAFT, sa_type=enum_column(PlanState))
    prison_id: int = Field(foreign_key="site.id", index=True)
    first_day: date
    last_day: date
    made_by_id: int | None = Field(default=None, foreign_key="account.id")
    made_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Placement(SQLModel, table=True):
    """What a plan gives one waiting family, or why nothing.

    `place` is its place in line, 1 for the first; `waited_days` the days since the last
    visit, or, where it has not met, since it joined the list. Without a terminal,
    `reason` says why nothing was found.
    """

    __table_args__ = (UniqueConstraint("plan_id", "entry_id"),)

    id: int = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", ondelete="CASCADE")
    entry_id: int = Field(foreign_key="waiting_entry.id", index=True)
    place: int
    waited_days: int
    has_met: bool = False
    terminal_id: int | None = Field(default=None, foreign_key="station.id")
    kiosk_id: int | None = Field(default=None, foreign_key="station.id")
    starts_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=40)
    visit_id: int | None = Field(default=None, foreign_key="visit.id")
