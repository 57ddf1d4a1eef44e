"""The accounts of staff: adding, disabling, passwords, second factor.

Knows no page and no cookie: whoever is shut out only loses their sessions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, devices
from visitation.audit import Actor
from visitation.audit.tables import AuditEntry
from visitation.database import is_conflict
from visitation.errors import Invalid, VisitationError
from visitation.keyring import Keyring
from visitation.people import account_notices
from visitation.people.scope import Scope, scope_of, set_scope
from visitation.people.tables import Account, AccountScope
from visitation.places.tables import Site
from visitation.words import STAFF, Role

_TOTP = "totp"


class FactorGone(StrEnum):
    """Why a second factor is taken off an account."""

    LOST = "lost"
    STOLEN = "stolen"
    NEW_PHONE = "new_phone"
    BROKEN = "broken"


class UsernameTaken(VisitationError):
    """Another account has this username."""


async def account_named(session: AsyncSession, username: str) -> Account | None:
    """The account of that username, disabled or not."""
    rows = await session.exec(
        select(Account).where(Account.username == username.strip().casefold())
    )
    return rows.first()


async def add_account(
    session: AsyncSession,
    *,
    username: str,
    name: str,
    role: Role,
    password_hash: str,
    by: Actor,
    now: datetime,
    everywhere: bool = False,
    provinces: Iterable[int] = (),
    sites: Iterable[int] = (),
    language: str = "fa",
    phone: str | None = None,
) -> Account:
    """Add an account; the caller has hashed the password in a thread.

    Raises:
        UsernameTaken: if another account has the username.
        Invalid: if the role is none of staff's.
    """
    if role not in STAFF:
        raise Invalid("role", "not_staff")
    account = Account(
        username=username.strip().casefold(),
        name=name,
        role=role,
        password_hash=password_hash,
        everywhere=everywhere,
        language=language,
        phone=phone,
        created_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(account)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise UsernameTaken(username) from None
    await set_scope(session, account, provinces=provinces, sites=sites)
    audit.note(
        session, by, "add_account", f"account:{account.id}", now=now, role=role.value
    )
    return account


async def edit_account(
    session: AsyncSession,
    account: Account,
    *,
    name: str,
    phone: str | None,
    language: str,
    by: Actor,
    now: datetime,
    everywhere: bool = False,
    provinces: Iterable[int] = (),
    sites: Iterable[int] = (),
) -> None:
    """Correct an account's name, phone, language and scope; its role stays.

    Raises:
        Invalid: if one would change one's own reach.
    """
    wanted = Scope(
        everywhere=everywhere, provinces=frozenset(provinces), sites=frozenset(sites)
    )
    if everywhere:
        wanted = Scope(everywhere=True)
    moved = wanted != await scope_of(session, account)
    if moved and by.account_id == account.id:
        raise Invalid("account", "own_account")
    if phone != account.phone:
        await account_notices.warn(
            session, account, account.phone, about="phone", now=now
        )
    account.name = name
    account.phone = phone
    account.language = language
    account.everywhere = wanted.everywhere
    session.add(account)
    await set_scope(session, account, provinces=wanted.provinces, sites=wanted.sites)
    audit.note(
        session, by, "edit_account", f"account:{account.id}", now=now, scope=moved
    )


async def find_accounts(
    session: AsyncSession, *, within: Scope
) -> Sequence[tuple[Account, Scope]]:
    """The accounts that reach nothing outside a scope, with what they reach."""
    accounts = (
        await session.exec(select(Account).order_by(col(Account.username)))
    ).all()
    provinces: dict[int, set[int]] = defaultdict(set)
    sites: dict[int, set[int]] = defaultdict(set)
    for row in (await session.exec(select(AccountScope))).all():
        if row.province_id is not None:
            provinces[row.account_id].add(row.province_id)
        if row.site_id is not None:
            sites[row.account_id].add(row.site_id)
    reached = set((await session.exec(select(Site.id).where(within.of_sites()))).all())
    found = []
    for account in accounts:
        scope = Scope(
            everywhere=account.everywhere,
            provinces=frozenset(provinces[account.id]),
            sites=frozenset(sites[account.id]),
        )
        inside = scope.provinces <= within.provinces and scope.sites <= reached
        if within.everywhere or (inside and not scope.everywhere):
            found.append((account, scope))
    return found


async def last_signed_in(
    session: AsyncSession, account_ids: Iterable[int]
) -> Mapping[int, datetime]:
    """When each account was signed in to last; those that never were are left out."""
    subjects = {f"account:{one}": one for one in account_ids}
    rows = await session.exec(
        select(AuditEntry.subject, func.max(AuditEntry.at))
        .where(
            col(AuditEntry.subject).in_(sorted(subjects)),
            AuditEntry.action == "sign_in",
        )
        .group_by(col(AuditEntry.subject))
    )
    return {subjects[subject]: at for subject, at in rows}


async def disable_account(
    session: AsyncSession, account: Account, *, by: Actor, now: datetime
) -> None:
    """Shut an account out at once: no sign-in, and its sessions end.

    Raises:
        Invalid: if it is one's own.
    """
    if by.account_id == account.id:
        raise Invalid("account", "own_account")
    account.disabled_at = account.disabled_at or now
    session.add(account)
    await devices.end_sessions_of(session, account_id=account.id)
    audit.note(session, by, "disable_account", f"account:{account.id}", now=now)


async def enable_account(
    session: AsyncSession, account: Account, *, by: Actor, now: datetime
) -> None:
    """Let an account in again."""
    account.disabled_at = None
    session.add(account)
    audit.note(session, by, "enable_account", f"account:{account.id}", now=now)


async def change_password(
    session: AsyncSession,
    account: Account,
    *,
    password_hash: str,
    by: Actor,
    now: datetime,
) -> None:
    """Set a new password; every session of the account ends."""
    account.password_hash = password_hash
    session.add(account)
    await account_notices.warn(
        session, account, account.phone, about="password", now=now
    )
    await devices.end_sessions_of(session, account_id=account.id)
    audit.note(session, by, "change_password", f"account:{account.id}", now=now)


async def enrol_totp(
    session: AsyncSession,
    account: Account,
    *,
    secret: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    """Keep an account's TOTP secret (RFC 6238, base32), sealed."""
    if account.totp_sealed is not None:
        await account_notices.warn(
            session, account, account.phone, about="factor", now=now
        )
    account.totp_sealed = keyring.seal(_TOTP, secret)
    account.totp_step = 0
    session.add(account)
    audit.note(session, by, "enrol_totp", f"account:{account.id}", now=now)


async def forget_totp(
    session: AsyncSession,
    account: Account,
    *,
    why: FactorGone,
    by: Actor,
    now: datetime,
) -> None:
    """Take the second factor off an account whose phone is gone; its sessions end."""
    account.totp_sealed = None
    account.totp_step = 0
    session.add(account)
    await devices.end_sessions_of(session, account_id=account.id)
    await account_notices.warn(session, account, account.phone, about="factor", now=now)
    subject = f"account:{account.id}"
    audit.note(session, by, "forget_totp", subject, now=now, why=why.value)


def totp_secret(account: Account, *, keyring: Keyring) -> str | None:
    """The account's TOTP secret, or None if it has no second factor."""
    if account.totp_sealed is None:
        return None
    return keyring.open(_TOTP, account.totp_sealed)


async def use_totp_step(session: AsyncSession, account: Account, step: int) -> bool:
    """Spend a TOTP time step; False if it or a later one was spent before."""
    spent = await session.exec(
        update(Account)
        .where(
            col(Account.id) == account.id,
            or_(col(Account.totp_step) < step, col(Account.totp_step).is_(None)),
        )
        .values(totp_step=step)
    )
    return spent.rowcount == 1
