"""The secret address at which a calendar program reads what an official attends.

Whoever has it reads along: it is shown once, kept as a fingerprint, and can be ended.
"""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.keyring import Keyring
from visitation.people.tables import Account, CalendarFeed
from visitation.words import Role

_PURPOSE = "calendar-feed"


async def open_feed(
    session: AsyncSession,
    account_id: int,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> str:
    """Make a secret for an account's calendar; the one before it is worthless."""
    token = keyring.token()
    feed = await session.get(CalendarFeed, account_id) or CalendarFeed(
        account_id=account_id, fingerprint="", made_at=now
    )
    feed.fingerprint, feed.made_at = keyring.fingerprint(_PURPOSE, token), now
    session.add(feed)
    await session.flush()
    audit.note(session, by, "open_feed", f"account:{account_id}", now=now)
    return token


async def close_feed(
    session: AsyncSession, account_id: int, *, by: Actor, now: datetime
) -> None:
    """Make the secret worthless at once; without one nothing happens."""
    feed = await session.get(CalendarFeed, account_id)
    if feed is None:
        return
    await session.delete(feed)
    await session.flush()
    audit.note(session, by, "close_feed", f"account:{account_id}", now=now)


async def feed_of(session: AsyncSession, account_id: int) -> CalendarFeed | None:
    """An account's feed, if it has one."""
    return await session.get(CalendarFeed, account_id)


async def account_of_feed(
    session: AsyncSession, token: str, *, keyring: Keyring
) -> Account | None:
    """The official in office whose calendar a secret opens."""
    rows = await session.exec(
        select(Account)
        .join(CalendarFeed, col(CalendarFeed.account_id) == col(Account.id))
        .where(
            CalendarFeed.fingerprint == keyring.fingerprint(_PURPOSE, token),
            col(Account.disabled_at).is_(None),
            col(Account.role) == Role.OFFICIAL,
        )
    )
    return rows.first()
