"""Tokens with which a program acts as an account."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.keyring import Keyring
from visitation.people.tables import Account, ApiToken

_PURPOSE = "api-token"


async def issue_token(
    session: AsyncSession,
    account: Account,
    *,
    label: str,
    expires_at: datetime,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> str:
    """Issue a token for an account; it is shown once and kept as a fingerprint."""
    token = keyring.token()
    session.add(
        ApiToken(
            account_id=account.id,
            fingerprint=keyring.fingerprint(_PURPOSE, token),
            label=label,
            created_at=now,
            expires_at=expires_at,
        )
    )
    audit.note(session, by, "issue_token", f"account:{account.id}", now=now)
    return token


async def account_of_token(
    session: AsyncSession, token: str, *, keyring: Keyring, now: datetime
) -> Account | None:
    """The enabled account that a living token speaks for."""
    rows = await session.exec(
        select(Account)
        .join(ApiToken, col(ApiToken.account_id) == col(Account.id))
        .where(
            ApiToken.fingerprint == keyring.fingerprint(_PURPOSE, token),
            col(ApiToken.revoked_at).is_(None),
            col(ApiToken.expires_at) > now,
            col(Account.disabled_at).is_(None),
        )
    )
    return rows.first()


async def revoke_token(
    session: AsyncSession, token: ApiToken, *, by: Actor, now: datetime
) -> None:
    """Make a token worthless at once."""
    token.revoked_at = now
    session.add(token)
    audit.note(session, by, "revoke_token", f"account:{token.account_id}", now=now)
