"""Prisoners, visitors, the links between them, and the accounts of staff."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime, enum_column
from visitation.words import ContactState, Relation, Role


class Prisoner(SQLModel, table=True):
    """A person in prison; never signs in, is brought to a terminal by staff."""

    __table_args__ = (UniqueConstraint("site_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id", index=True)
    number: str = Field(max_length=32)
    name: str = Field(max_length=120)
    name_folded: str = Field(max_length=120, index=True)
    national_id_sealed: bytes | None = None
    national_id_fingerprint: str | None = Field(default=None, unique=True)
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Visitor(SQLModel, table=True):
    """A family member or lawyer; may have no phone, may not read."""

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    name_folded: str = Field(max_length=120, index=True)
    phone: str | None = Field(default=None, max_length=20, index=True)
    language: str = Field(default="fa", max_length=8)
    reads: bool = True
    born_on: date | None = None
    national_id_sealed: bytes | None = None
    national_id_fingerprint: str | None = Field(default=None, unique=True)


class Contact(SQLModel, table=True):
    """The link of a visitor to a prisoner, and how far it is approved."""

    __table_args__ = (UniqueConstraint("prisoner_id", "visitor_id"),)

    id: int = Field(default=None, primary_key=True)
    prisoner_id: int = Field(foreign_key="prisoner.id", index=True)
    visitor_id: int = Field(foreign_key="visitor.id", index=True)
    relation: Relation = Field(sa_type=enum_column(Relation))
    state: ContactState = Field(sa_type=enum_column(ContactState))
    reason: str = Field(default="", max_length=300)
    banned_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


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
