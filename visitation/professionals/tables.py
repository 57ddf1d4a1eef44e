"""Licences of professionals, their mandates for prisoners, and rosters of graduates.

Rows and what the database itself refuses; no rule and no use case.
"""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import LicenceState, MandateState, Profession

_ASKED, _VERIFIED = text("state = 'asked'"), text("state = 'verified'")
_OPEN = text("state IN ('asked', 'approved')")


class Roster(SQLModel, table=True):
    """A list of graduates, as whoever licensed them sent it last."""

    __table_args__ = (UniqueConstraint("province_id", "issuer_folded"),)

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    province_id: int = Field(foreign_key="province.id")
    issuer: str = Field(max_length=120)
    issuer_folded: str = Field(max_length=120)
    imported_at: datetime = Field(sa_type=UtcDateTime)
    imported_by_id: int | None = Field(default=None, foreign_key="account.id")


class Licence(SQLModel, table=True):
    """What lets a visitor act by profession, and until which day.

    Its number is sealed, and found by its fingerprint. `reason` is why it was refused
    or revoked, as its owner reads it. `warned_for` is the last day of which its owner
    was warned that it comes.
    """

    __table_args__ = (
        Index(
            "licence_asked_once",
            "visitor_id",
            "profession",
            unique=True,
            sqlite_where=_ASKED,
            postgresql_where=_ASKED,
        ),
        Index(
            "licence_held_once",
            "visitor_id",
            "profession",
            unique=True,
            sqlite_where=_VERIFIED,
            postgresql_where=_VERIFIED,
        ),
        Index(
            "licence_number_once",
            "number_fingerprint",
            unique=True,
            sqlite_where=_VERIFIED,
            postgresql_where=_VERIFIED,
        ),
        Index("licence_of_province", "province_id", "state"),
    )

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    visitor_id: int = Field(foreign_key="visitor.id", index=True)
    profession: Profession = Field(sa_type=enum_column(Profession))
    number_sealed: bytes
    number_fingerprint: str = Field(max_length=64)
    issuer: str = Field(max_length=120)
    province_id: int = Field(foreign_key="province.id")
    roster_id: int | None = Field(default=None, foreign_key="roster.id", index=True)
    state: LicenceState = Field(sa_type=enum_column(LicenceState))
    valid_until: date | None = None
    reason: str = Field(default="", max_length=300)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    renewal_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="account.id")
    warned_for: date | None = None


class Mandate(SQLModel, table=True):
    """That somebody with a licence acts for a prisoner, and how far it is approved.

    `order_number` is of the court's order, where the profession needs one; `reason` is
    why it was refused or ended, as its owner reads it.
    """

    __table_args__ = (
        Index(
            "mandate_once",
            "licence_id",
            "prisoner_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    licence_id: int = Field(foreign_key="licence.id", index=True)
    prisoner_id: int = Field(foreign_key="prisoner.id", index=True)
    order_number: str = Field(default="", max_length=60)
    state: MandateState = Field(sa_type=enum_column(MandateState))
    valid_until: date | None = None
    reason: str = Field(default="", max_length=300)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="account.id")
