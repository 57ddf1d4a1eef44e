"""A screen that officers share: locked by one, opened by the same or by another.

Knows no PIN; whoever is let in here has proved who they are.
"""

from datetime import datetime

from sqlmodel import col, delete, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.devices.sessions import _PURPOSE
from visitation.devices.tables import LoginSession
from visitation.keyring import Keyring


async def lock(
    session: AsyncSession, token: str, *, keyring: Keyring, now: datetime
) -> None:
    """Lock a session: until somebody opens it, it shows nothing and does nothing."""
    await session.exec(
        update(LoginSession)
        .where(
            col(LoginSession.fingerprint) == keyring.fingerprint(_PURPOSE, token),
            col(LoginSession.locked_at).is_(None),
        )
        .values(locked_at=now)
    )


async def hand_over(
    session: AsyncSession,
    token: str,
    *,
    account_id: int,
    keyring: Keyring,
    now: datetime,
) -> str:
    """End a session and begin another in its place; return that one's token.

    It lasts no longer than the one it follows, which began with a password.
    """
    fingerprint = keyring.fingerprint(_PURPOSE, token)
    before = await session.get_one(LoginSession, fingerprint)
    fresh = keyring.token()
    session.add(
        LoginSession(
            fingerprint=keyring.fingerprint(_PURPOSE, fresh),
            account_id=account_id,
            created_at=now,
            last_seen_at=now,
            expires_at=before.expires_at,
        )
    )
    await session.exec(
        delete(LoginSession).where(col(LoginSession.fingerprint) == fingerprint)
    )
    return fresh
