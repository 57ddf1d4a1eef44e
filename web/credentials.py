"""Whether somebody is who they say: password and time code.

One answer for an unknown name, a wrong password and a wrong code, after the same work.
"""

import asyncio
from datetime import datetime, timedelta

import pyotp
from aiohttp import web

from visitation import audit, people
from visitation.attempts import Limit
from visitation.database import Database
from visitation.keyring import Keyring, same
from visitation.people import Account
from web import sources, tries
from web.keys import CLOCK, DATABASE, KEYRING

#: A village office may stand behind one address, so that one is generous.
_TEN_MINUTES = timedelta(minutes=10)
PER_ACCOUNT = Limit(name="password", most=8, window=_TEN_MINUTES)
PER_ADDRESS = Limit(name="password-address", most=80, window=_TEN_MINUTES)
#: RFC 6238 steps of 30 s that a clock may be off by.
_STEPS_OFF = (0, -1, 1)


async def account_for(
    request: web.Request, *, username: str, password: str, code: str | None
) -> Account | None:
    """The account that all three belong to, or None; noted in the audit either way.

    Raises:
        TooMany: if this account or this address was tried too often.
    """
    await count_try(request, username)
    database, keyring = request.app[DATABASE], request.app[KEYRING]
    now = request.app[CLOCK]()
    async with database.read() as session:
        account = await people.account_named(session, username)
    right = await password_is_right(account, password)
    if account is None:
        return None
    right = right and account.disabled_at is None
    async with database.write() as session:
        if right and (secret := people.totp_secret(account, keyring=keyring)):
            step = matching_step(secret, code or "", now)
            right = step is not None and await people.use_totp_step(
                session, account, step
            )
        by = audit.Actor.account(account.id or 0, account.role)
        act = "sign_in" if right else "sign_in_refused"
        audit.note(session, by, act, f"account:{account.id}", now=now)
    if not right:
        return None
    await tries.forget(request, PER_ACCOUNT, username)
    return account


async def count_try(request: web.Request, username: str) -> None:
    """Count one try of an account's password.

    Raises:
        TooMany: if this account or this address was tried too often.
    """
    address = sources.address(request)
    await tries.hit(request, (PER_ADDRESS, address), (PER_ACCOUNT, username))


async def password_is_right(account: Account | None, password: str) -> bool:
    """Whether it is the account's password; slow, so it is done in a thread."""
    stored = account.password_hash if account is not None else None
    return await asyncio.to_thread(people.check, stored, password)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, or None (RFC 6238)."""
    totp = pyotp.TOTP(secret)
    present = totp.timecode(now)
    for offset in _STEPS_OFF:
        if same(totp.generate_otp(present + offset), code):
            return present + offset
    return None


async def replace_password(
    database: Database, account: Account, password: str, *, now: datetime
) -> None:
    """Give an account a new password and end its sessions."""
    password_hash = await asyncio.to_thread(people.hashed, password)
    by = audit.Actor.account(account.id or 0, account.role)
    async with database.write() as session:
        fresh = await session.get_one(Account, account.id)
        await people.change_password(
            session, fresh, password_hash=password_hash, by=by, now=now
        )


async def keep_second_factor(
    database: Database,
    account: Account,
    secret: str,
    *,
    keyring: Keyring,
    now: datetime,
) -> None:
    """Enrol a TOTP secret for an account."""
    by = audit.Actor.account(account.id or 0, account.role)
    async with database.write() as session:
        fresh = await session.get_one(Account, account.id)
        await people.enrol_totp(
            session, fresh, secret=secret, keyring=keyring, by=by, now=now
        )
