"""Browsers we know: paired stations, signed-in sessions, answered requests."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from visitation.database import UtcDateTime


class Device(SQLModel, table=True):
    """A browser that was paired with a station; holds a long-lived token."""

    id: int = Field(default=None, primary_key=True)
    station_id: int = Field(foreign_key="station.id", index=True)
    fingerprint: str = Field(unique=True, max_length=64)
    paired_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PairingCode(SQLModel, table=True):
    """A code an administrator issued, to be typed once at the station."""

    __tablename__ = "pairing_code"

    id: int = Field(default=None, primary_key=True)
    station_id: int = Field(foreign_key="station.id", index=True)
    fingerprint: str = Field(unique=True, max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LoginSession(SQLModel, table=True):
    """A signed-in browser: a member of staff, or a family that gave its code."""

    __tablename__ = "login_session"

    fingerprint: str = Field(primary_key=True, max_length=64)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    participant_id: int | None = Field(
        default=None, foreign_key="participant.id", index=True
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class IdempotencyKey(SQLModel, table=True):
    """The answer a program already got for a write it may send again."""

    __tablename__ = "idempotency_key"

    actor: str = Field(primary_key=True, max_length=64)
    key: str = Field(primary_key=True, max_length=128)
    request_fingerprint: str = Field(max_length=64)
    status: int
    response: str
    created_at: datetime = Field(sa_type=UtcDateTime)
