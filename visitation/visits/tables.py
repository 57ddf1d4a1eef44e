"""Visits, who takes part, and the claims that keep them apart.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.lifecycle import ParticipantState, VisitState
from visitation.words import (
    AllowanceChange,
    Attendance,
    IncidentKind,
    Outcome,
    Part,
    VisitKind,
)


class Visit(SQLModel, table=True):
    """One booked meeting. `state` is written by `visits.move` alone.

    `reference` is its name in URLs. `kiosk_id` is None when the family uses its own
    phone. `version` counts changes of time or place. `booked_end_at` keeps the end
    that was booked when a visit is extended; `minutes_given_back` of the extension
    stand for time that was lost in the call. A visit that an official covers refers to
    the `Cover` that holds the official; `official_wanted` says that one is still to be
    found. `import_key` is its name in the file it came from.
    """

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        Index("visit_prison_start", "prison_id", "starts_at"),
        Index("visit_state_start", "state", "starts_at"),
    )

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    kind: VisitKind = Field(sa_type=enum_column(VisitKind))
    state: VisitState = Field(sa_type=enum_column(VisitState))
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    booked_end_at: datetime = Field(sa_type=UtcDateTime)
    minutes_given_back: int = 0
    prison_id: int = Field(foreign_key="site.id")
    terminal_id: int = Field(foreign_key="station.id", index=True)
    point_id: int | None = Field(default=None, foreign_key="site.id", index=True)
    kiosk_id: int | None = Field(default=None, foreign_key="station.id", index=True)
    prisoner_id: int = Field(foreign_key="prisoner.id", index=True)
    official_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    attendance: Attendance | None = Field(
        default=None, sa_type=enum_column(Attendance), nullable=True
    )
    official_wanted: bool = False
    cover_id: int | None = Field(default=None, foreign_key="cover.id", index=True)
    series_id: int | None = Field(default=None, foreign_key="series.id", index=True)
    import_key: str | None = Field(default=None, unique=True, max_length=64)
    booked_by_id: int | None = Field(default=None, foreign_key="account.id")
    note: str = Field(default="", max_length=500)
    hold_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1
    outcome: Outcome | None = Field(
        default=None, sa_type=enum_column(Outcome), nullable=True
    )
    outcome_reason: str = Field(default="", max_length=300)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class Participant(SQLModel, table=True):
    """A person's part in a visit.

    A visitor has `visitor_id`, an official or monitor `account_id`, a prisoner
    neither. The join code is sealed (it must be said again in reminders and slips)
    with a fingerprint for looking it up, and both are wiped after the visit.
    """

    __table_args__ = (
        Index(
            "participant_code",
            "code_fingerprint",
            unique=True,
        ),
    )

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    part: Part = Field(sa_type=enum_column(Part))
    visitor_id: int | None = Field(default=None, foreign_key="visitor.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    state: ParticipantState = Field(
        default=ParticipantState.EXPECTED, sa_type=enum_column(ParticipantState)
    )
    code_sealed: bytes | None = None
    code_fingerprint: str | None = Field(default=None, max_length=64)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    arrived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    identified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    joined_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seconds_connected: int = 0
    seconds_lost: int = 0


class Claim(SQLModel, table=True):
    """The row that says a resource is taken for a five-minute quantum.

    `resource` is `terminal:17`, `kiosk:8`, `prisoner:9001`, `visitor:55` or
    `official:3`; `quantum` counts five minutes since the epoch in UTC.
    """

    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN visit_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN closure_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN cover_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_owner",
        ),
        # Most claims are a visit's: the others' indexes have no place for them.
        *(
            Index(
                f"ix_claim_{owner}_id",
                f"{owner}_id",
                sqlite_where=text(f"{owner}_id IS NOT NULL"),
                postgresql_where=text(f"{owner}_id IS NOT NULL"),
            )
            for owner in ("closure", "cover")
        ),
    )

    resource: str = Field(primary_key=True, max_length=40)
    quantum: int = Field(primary_key=True, sa_type=BigInteger)
    visit_id: int | None = Field(
        default=None, foreign_key="visit.id", index=True, ondelete="CASCADE"
    )
    closure_id: int | None = Field(
        default=None, foreign_key="closure.id", ondelete="CASCADE"
    )
    cover_id: int | None = Field(
        default=None, foreign_key="cover.id", ondelete="CASCADE"
    )


class Cover(SQLModel, table=True):
    """An official's hours given to a whole session or village day; one claim for all.

    For a prison's session `mobile_day_id` is None, for a village day `prison_id` is.
    """

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    official_id: int = Field(foreign_key="account.id", index=True)
    attendance: Attendance = Field(sa_type=enum_column(Attendance))
    prison_id: int | None = Field(default=None, foreign_key="site.id", index=True)
    mobile_day_id: int | None = Field(
        default=None, foreign_key="mobile_day.id", index=True
    )
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Series(SQLModel, table=True):
    """A standing visit: the same people at the same wall time, every so many weeks."""

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    every_weeks: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Booker(SQLModel, table=True):
    """Which visitor holds or booked a visit from a phone of their own."""

    visit_id: int = Field(foreign_key="visit.id", primary_key=True, ondelete="CASCADE")
    visitor_id: int = Field(foreign_key="visitor.id", index=True)


class RankedWish(SQLModel, table=True):
    """One of up to three places that a requested visit may be given; 1 is best."""

    __tablename__ = "ranked_wish"
    __table_args__ = (CheckConstraint("rank BETWEEN 1 AND 3", name="rank"),)

    visit_id: int = Field(foreign_key="visit.id", primary_key=True, ondelete="CASCADE")
    rank: int = Field(primary_key=True)
    terminal_id: int = Field(foreign_key="station.id")
    kiosk_id: int | None = Field(default=None, foreign_key="station.id")
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)


class Allowance(SQLModel, table=True):
    """How many family visits a prisoner has in a period, and how many are used.

    `period` is `week:2026-11-21` (its Saturday) or `month:1405-09` (solar Hijri).
    """

    __table_args__ = (
        CheckConstraint("used >= 0 AND used <= granted", name="never_negative"),
    )

    prisoner_id: int = Field(foreign_key="prisoner.id", primary_key=True)
    period: str = Field(primary_key=True, max_length=16)
    granted: int
    used: int = 0


class AllowanceEntry(SQLModel, table=True):
    """One change of an allowance: why it is what it is."""

    __tablename__ = "allowance_entry"
    __table_args__ = (Index("allowance_entry_period", "prisoner_id", "period"),)

    id: int = Field(default=None, primary_key=True)
    prisoner_id: int = Field(foreign_key="prisoner.id")
    period: str = Field(max_length=16)
    change: AllowanceChange = Field(sa_type=enum_column(AllowanceChange))
    amount: int
    visit_id: int | None = Field(default=None, foreign_key="visit.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id")
    reason: str = Field(default="", max_length=200)
    at: datetime = Field(sa_type=UtcDateTime)


class Flag(SQLModel, table=True):
    """A booked visit that could not be booked so any more, and why.

    `reason` is a refusal of the booking rules. A flag is closed (`gone_at`) when its
    cause goes; until then somebody may have decided to keep the visit as it is.
    """

    __table_args__ = (
        Index(
            "flag_open",
            "visit_id",
            "reason",
            unique=True,
            sqlite_where=text("gone_at IS NULL"),
            postgresql_where=text("gone_at IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", ondelete="CASCADE")
    reason: str = Field(max_length=40)
    raised_at: datetime = Field(sa_type=UtcDateTime)
    kept_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    kept_by_id: int | None = Field(default=None, foreign_key="account.id")
    kept_reason: str = Field(default="", max_length=200)
    gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Incident(SQLModel, table=True):
    """What staff wrote down of a visit that something went wrong in."""

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    visit_id: int = Field(foreign_key="visit.id", index=True, ondelete="CASCADE")
    account_id: int = Field(foreign_key="account.id")
    kind: IncidentKind = Field(sa_type=enum_column(IncidentKind))
    text: str = Field(max_length=1000)
    at: datetime = Field(sa_type=UtcDateTime)
