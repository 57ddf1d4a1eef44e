"""Visits, who takes part, and the claims that keep them apart."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.lifecycle import ParticipantState, VisitState
from visitation.words import Attendance, Outcome, Part, VisitKind


class Visit(SQLModel, table=True):
    """One booked meeting. `state` is written by `visits.move` alone.

    `reference` is its name in URLs. `kiosk_id` is None when the family uses its own
    phone. `version` counts changes of time or place. `booked_end_at` keeps the end
    that was booked when a visit is extended; `minutes_given_back` of the extension
    stand for time that was lost in the call.
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
        CheckConstraint("(visit_id IS NULL) <> (closure_id IS NULL)", name="one_owner"),
    )

    resource: str = Field(primary_key=True, max_length=40)
    quantum: int = Field(primary_key=True, sa_type=BigInteger)
    visit_id: int | None = Field(
        default=None, foreign_key="visit.id", index=True, ondelete="CASCADE"
    )
    closure_id: int | None = Field(
        default=None, foreign_key="closure.id", index=True, ondelete="CASCADE"
    )
