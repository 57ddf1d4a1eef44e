"""Prisoners, visitors, the links between them, and the accounts of staff.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import (
    AppointmentKind,
    Attendance,
    ContactState,
    DeclineReason,
    LinkState,
    Relation,
    Role,
)


class Prisoner(SQLModel, table=True):
    """A person in prison; never signs in, is brought to a terminal by staff.

    `ward` is the wing to fetch them from, as the prison calls it; empty if unknown.
    `visited_on` is the day of their last visit before this service, if it is known.
    """

    __table_args__ = (
        UniqueConstraint("site_id", "number"),
        Index("prisoner_namesake", "site_id", text("replace(name_folded, ' ', '')")),
    )

    id: int = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id")
    number: str = Field(max_length=32)
    name: str = Field(max_length=120)
    name_folded: str = Field(max_length=120, index=True)
    ward: str = Field(default="", max_length=40)
    national_id_sealed: bytes | None = None
    national_id_fingerprint: str | None = Field(default=None, unique=True)
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    visited_on: date | None = None


class Visitor(SQLModel, table=True):
    """A family member or lawyer; may have no phone, may not read."""

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    name_folded: str = Field(max_length=120, index=True)
    phone: str | None = Field(default=None, max_length=20, index=True)
    language: str = Field(default="fa", max_length=8)
    reads: bool = True
    helper_phone: str | None = Field(default=None, max_length=20)
    born_on: date | None = None
    national_id_sealed: bytes | None = None
    national_id_fingerprint: str | None = Field(default=None, unique=True)


class Contact(SQLModel, table=True):
    """The link of a visitor to a prisoner, and how far it is approved.

    An approval lasts until it is taken back, or until the licence it rests on ends.
    """

    __table_args__ = (UniqueConstraint("prisoner_id", "visitor_id"),)

    id: int = Field(default=None, primary_key=True)
    prisoner_id: int = Field(foreign_key="prisoner.id", index=True)
    visitor_id: int = Field(foreign_key="visitor.id", index=True)
    relation: Relation = Field(sa_type=enum_column(Relation, grows=True))
    state: ContactState = Field(sa_type=enum_column(ContactState))
    reason: str = Field(default="", max_length=300)
    banned_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class LinkRequest(SQLModel, table=True):
    """A family's wish to be linked to a prisoner, in its own words.

    `visitor_id` is whose phone asked, `name` who would visit; `prisoner_number` and
    `prisoner_name` are as they were typed and may be nobody's. The national ID is
    nobody's either until staff have looked at it.
    """

    __tablename__ = "link_request"
    __table_args__ = (Index("link_request_open", "prison_id", "state"),)

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    visitor_id: int = Field(foreign_key="visitor.id", index=True)
    prison_id: int = Field(foreign_key="site.id")
    prisoner_number: str = Field(default="", max_length=32)
    prisoner_name: str = Field(default="", max_length=120)
    relation: Relation = Field(sa_type=enum_column(Relation, grows=True))
    name: str = Field(max_length=120)
    national_id_sealed: bytes | None = None
    state: LinkState = Field(default=LinkState.ASKED, sa_type=enum_column(LinkState))
    told: DeclineReason | None = Field(
        default=None, sa_type=enum_column(DeclineReason), nullable=True
    )
    reason: str = Field(default="", max_length=300)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="account.id")


class Bar(SQLModel, table=True):
    """A judge's written order that a prisoner is not visited, by one person or by any.

    `visitor_id` is None where nobody may visit. An order without an end lasts until it
    is lifted.
    """

    id: int = Field(default=None, primary_key=True)
    prisoner_id: int = Field(foreign_key="prisoner.id", index=True)
    visitor_id: int | None = Field(default=None, foreign_key="visitor.id", index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    order_number: str = Field(max_length=60)
    judge: str = Field(max_length=120)
    reason: str = Field(default="", max_length=300)
    created_at: datetime = Field(sa_type=UtcDateTime)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class KeptApart(SQLModel, table=True):
    """Two prisoners who must not meet: never visited on one day in one prison."""

    __tablename__ = "kept_apart"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="in_order"),
    )

    id: int = Field(default=None, primary_key=True)
    one_id: int = Field(foreign_key="prisoner.id")
    other_id: int = Field(foreign_key="prisoner.id", index=True)
    reason: str = Field(max_length=300)
    since: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Appointment(SQLModel, table=True):
    """Where a prisoner has to be instead: in court, at a doctor's.

    `external_id` is its name in the prison's own system.
    """

    __table_args__ = (CheckConstraint("starts_at < ends_at", name="ends_after_start"),)

    id: int = Field(default=None, primary_key=True)
    prisoner_id: int = Field(foreign_key="prisoner.id", index=True)
    kind: AppointmentKind = Field(sa_type=enum_column(AppointmentKind))
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    external_id: str | None = Field(default=None, unique=True, max_length=64)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OfficialHours(SQLModel, table=True):
    """When an official can be booked each week, in the wall time of a zone.

    `weekday` counts as `date.weekday()`: 0 is Monday.
    """

    __tablename__ = "official_hours"

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    weekday: int
    starts: time
    ends: time
    zone: str = Field(max_length=64)
    attendance: Attendance = Field(sa_type=enum_column(Attendance))
    valid_from: date
    valid_to: date | None = None


class Account(SQLModel, table=True):
    """A login of staff, with one role and a scope."""

    id: int = Field(default=None, primary_key=True)
    username: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=120)
    role: Role = Field(sa_type=enum_column(Role))
    password_hash: str = Field(max_length=200)
    totp_sealed: bytes | None = None
    totp_step: int = 0
    language: str = Field(default="fa", max_length=8)
    phone: str | None = Field(default=None, max_length=20)
    everywhere: bool = False
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Photo(SQLModel, table=True):
    """The face of a prisoner or of a visitor, as a sealed JPEG."""

    __table_args__ = (
        CheckConstraint(
            "(prisoner_id IS NULL) <> (visitor_id IS NULL)", name="of_one_person"
        ),
    )

    id: int = Field(default=None, primary_key=True)
    prisoner_id: int | None = Field(
        default=None, foreign_key="prisoner.id", unique=True
    )
    visitor_id: int | None = Field(default=None, foreign_key="visitor.id", unique=True)
    sealed: bytes
    taken_at: datetime = Field(sa_type=UtcDateTime)


class StaffPin(SQLModel, table=True):
    """The PIN by which an officer takes over at a colleague's screen (argon2id)."""

    __tablename__ = "staff_pin"

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    pin_hash: str = Field(max_length=200)
    set_at: datetime = Field(sa_type=UtcDateTime)


class AccountScope(SQLModel, table=True):
    """A province or a site that an account reaches."""

    __tablename__ = "account_scope"

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    province_id: int | None = Field(default=None, foreign_key="province.id")
    site_id: int | None = Field(default=None, foreign_key="site.id")


class ApiToken(SQLModel, table=True):
    """A token with which a program acts as an account."""

    __tablename__ = "api_token"

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    fingerprint: str = Field(unique=True, max_length=64)
    label: str = Field(max_length=60)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CalendarFeed(SQLModel, table=True):
    """The secret address at which a calendar reads what somebody attends; one each."""

    __tablename__ = "calendar_feed"

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    fingerprint: str = Field(unique=True, max_length=64)
    made_at: datetime = Field(sa_type=UtcDateTime)
