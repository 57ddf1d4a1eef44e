"""PINs of officers, for taking over at a screen that a colleague has opened.

A PIN opens nothing by itself: it stands for a password only where somebody signed in
with one on the same screen and the same day. Slow to check, as passwords are.
"""

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, persian
from visitation.audit import Actor
from visitation.people.scope import Scope
from visitation.people.tables import Account, StaffPin
from visitation.places.tables import Site

PIN_DIGITS = range(4, 9)
_RISING = "01234567890123456789"


def is_usable(pin: str) -> bool:
    """Whether a PIN has four to eight digits and is none of the first to be tried."""
    digits = persian.to_ascii_digits(pin)
    return (
        digits.isascii()
        and digits.isdigit()
        and len(digits) in PIN_DIGITS
        and len(set(digits)) > 1
        and digits not in _RISING
        and digits not in _RISING[::-1]
    )


async def set_pin(
    session: AsyncSession,
    account: Account,
    *,
    pin_hash: str,
    by: Actor,
    now: datetime,
) -> None:
    """Give an account a PIN, in place of the one it had."""
    known = await session.get(StaffPin, account.id)
    if known is None:
        known = StaffPin(account_id=account.id, pin_hash=pin_hash, set_at=now)
    known.pin_hash, known.set_at = pin_hash, now
    session.add(known)
    audit.note(session, by, "set_pin", f"account:{account.id}", now=now)


async def pin_hash_of(session: AsyncSession, account_id: int) -> str | None:
    """The PIN as it is stored; None if the account has none."""
    known = await session.get(StaffPin, account_id)
    return known.pin_hash if known is not None else None


async def shares_a_site(session: AsyncSession, one: Scope, other: Scope) -> bool:
    """Whether two reaches have a place in common: only colleagues take over."""
    found = await session.exec(
        select(Site.id).where(one.of_sites(), other.of_sites()).limit(1)
    )
    return found.first() is not None
