"""Sessions on the server: a random token in a cookie, its fingerprint in a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.devices.tables import LoginSession
from visitation.keyring import Keyring

_PURPOSE = "session-token"
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLife:
    """How long a session lives: unused, and at the most.

    A participant's is never too long unused: during a call nothing is asked of the
    server, and a page loaded again must come back to it.
    """

    idle: timedelta = timedelta(hours=2)
    longest: timedelta = timedelta(hours=12)


async def begin_session(
    session: AsyncSession,
    *,
    keyring: Keyring,
    life: SessionLife,
    now: datetime,
    account_id: int | None = None,
    participant_id: int | None = None,
    visitor_id: int | None = None,
) -> str:
    """Begin a session for whoever is named; return the cookie's token."""
    token = keyring.token()
    session.add(
        LoginSession(
            fingerprint=keyring.fingerprint(_PURPOSE, token),
            account_id=account_id,
            participant_id=participant_id,
            visitor_id=visitor_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + life.longest,
        )
    )
    return token


async def session_of(
    session: AsyncSession,
    token: str,
    *,
    keyring: Keyring,
    life: SessionLife,
    now: datetime,
) -> LoginSession | None:
    """The session whose token this is, if it has neither ended nor gone stale.

    The caller may set `last_seen_at` when `TOUCH_EVERY` has passed since.
    """
    row = await session.get(LoginSession, keyring.fingerprint(_PURPOSE, token))
    if row is None or row.expires_at <= now:
        return None
    stale = row.participant_id is None and row.last_seen_at + life.idle <= now
    return None if stale else row


async def visitor_of(
    session: AsyncSession, token: str, *, keyring: Keyring
) -> int | None:
    """Whose phone a session was begun with, even if it is over by now."""
    row = await session.get(LoginSession, keyring.fingerprint(_PURPOSE, token))
    return None if row is None else row.visitor_id


async def account_of(
    session: AsyncSession, token: str, *, keyring: Keyring
) -> int | None:
    """Whose account a session was begun with, even if it has gone stale by now."""
    row = await session.get(LoginSession, keyring.fingerprint(_PURPOSE, token))
    return None if row is None else row.account_id


async def end_session(session: AsyncSession, token: str, *, keyring: Keyring) -> None:
    """End one session."""
    fingerprint = keyring.fingerprint(_PURPOSE, token)
    await session.exec(
        delete(LoginSession).where(col(LoginSession.fingerprint) == fingerprint)
    )


async def sessions_of(
    session: AsyncSession, *, account_id: int, life: SessionLife, now: datetime
) -> Sequence[LoginSession]:
    """The sessions of an account that still stand, the last used first."""
    rows = await session.exec(
        select(LoginSession)
        .where(
            LoginSession.account_id == account_id,
            LoginSession.expires_at > now,
            LoginSession.last_seen_at > now - life.idle,
        )
        .order_by(col(LoginSession.last_seen_at).desc())
    )
    return rows.all()


async def end_sessions_of(
    session: AsyncSession,
    *,
    account_id: int | None = None,
    participant_id: int | None = None,
    visitor_id: int | None = None,
) -> None:
    """End every session of an account, of a participant or of a visitor."""
    if account_id is not None:
        condition = col(LoginSession.account_id) == account_id
    elif visitor_id is not None:
        condition = col(LoginSession.visitor_id) == visitor_id
    else:
        condition = col(LoginSession.participant_id) == participant_id
    await session.exec(delete(LoginSession).where(condition))
