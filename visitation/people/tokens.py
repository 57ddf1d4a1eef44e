"""Tokens with which a program acts as an account."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid
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
    """Issue a token for an account; it is shown once and kept as a fingerprint.

    A living token of the same label is revoked: sending a form twice leaves one token.

    Raises:
        Invalid: if it would never be valid.
    """
    if expires_at <= now:
        raise Invalid("expires_at", "already_over")
    for known in await tokens_of(session, account.id):
        if known.label == label and known.revoked_at is None:
            await revoke_token(session, known, by=by, now=now)
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
    if token.revoked_at is not None:
        return
    token.revoked_at = now
    session.add(token)
    audit.note(session, by, "revoke_token", f"account:{token.account_id}", now=now)


async def tokens_of(session: AsyncSession, account_id: int) -> Sequence[ApiToken]:
    """Every token an account ever had, newest first."""
    rows = await session.exec(
        select(ApiToken)
        .where(ApiToken.account_id == account_id)
        .order_by(col(ApiToken.id).desc())
    )
    return rows.all()
