"""Telling the owner of an account that something of it was changed.

The number that the account has, or had until now, is told: whoever changed it for the
worse has not got that one. Names nobody, for the number may be a stranger's by now.
"""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import messages
from visitation.people.tables import Account
from visitation.wording import Template

#: A notice that comes later is no warning any more.
LASTS = timedelta(days=3)


async def warn(
    session: AsyncSession,
    account: Account,
    phone: str | None,
    *,
    about: str,
    now: datetime,
) -> None:
    """Tell a number that an account was changed; `about` keeps one act one message."""
    if phone is None:
        return
    await messages.put(
        session,
        Template.ACCOUNT_CHANGED,
        dedup_key=f"account:{account.id}:{about}:{now.isoformat()}",
        phone=phone,
        language=account.language,
        variables={},
        channel=messages.channel_to(phone),
        now=now,
        expires_at=now + LASTS,
    )
