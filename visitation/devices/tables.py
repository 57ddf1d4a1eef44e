"""Browsers we know: paired stations, signed-in sessions, answered requests, codes."""

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
    """A signed-in browser: staff, a family that gave its code, or a phone's owner.

    `locked_at` is set while an officer has left a shared screen.
    """

    __tablename__ = "login_session"

    fingerprint: str = Field(primary_key=True, max_length=64)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    participant_id: int | None = Field(
        default=None, foreign_key="participant.id", index=True
    )
    visitor_id: int | None = Field(default=None, foreign_key="visitor.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    locked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Challenge(SQLModel, table=True):
    """A one-time code sent to a phone, by which its owner signs in.

    The phone and the code are sealed until the message has gone out and the code was
    used or has run out; looked up by fingerprints alone.

    Attributes:
        tries: wrong codes so far, kept when the code is sent again.
        sends: messages so far.
    """

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(unique=True, max_length=32)
    phone_fingerprint: str = Field(index=True, max_length=64)
    phone_sealed: bytes | None = None
    code_fingerprint: str | None = Field(default=None, max_length=64)
    code_sealed: bytes | None = None
    tries: int = 0
    sends: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IdempotencyKey(SQLModel, table=True):
    """The answer a program already got for a write it may send again."""

    __tablename__ = "idempotency_key"

    actor: str = Field(primary_key=True, max_length=64)
    key: str = Field(primary_key=True, max_length=128)
    request_fingerprint: str = Field(max_length=64)
    status: int
    response: str
    created_at: datetime = Field(sa_type=UtcDateTime)
