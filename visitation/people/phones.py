"""Whoever answers a phone: the visitors it belongs to, signed in by a code.

A phone may be a whole family's. Who signs in with it signs in as all visitors who have
it, and sees what each of them would.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import SYSTEM, Actor
from visitation.devices import challenges
from visitation.devices.challenges import Asked, Budget
from visitation.keyring import Keyring
from visitation.people.tables import Visitor
from visitation.people.visitors import add_visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """What somebody says of themselves whose phone nobody knows yet."""

    name: str
    language: str


async def ask_for_code(
    session: AsyncSession,
    *,
    phone: str,
    address: str,
    keyring: Keyring,
    now: datetime,
    budget: Budget,
    stranger_language: str | None = None,
) -> Asked:
    """Send a code to a phone if a visitor has it; the answer does not say whether.

    `address` is whoever asks, as a fingerprint. A stranger, who has told their
    language, is sent one in any case.

    Raises:
        TooMany: if the address or the phone asked too often.
    """
    known = await visitors_with(session, phone)
    return await challenges.ask(
        session,
        phone=phone,
        language=known[0].language if known else stranger_language,
        address=address,
        keyring=keyring,
        now=now,
        budget=budget,
    )


async def sign_in_by_code(
    session: AsyncSession,
    *,
    reference: str,
    code: str,
    keyring: Keyring,
    now: datetime,
    stranger: Stranger | None = None,
) -> Visitor | None:
    """The first of the visitors whose phone got the code, or None if it is not good.

    Where nobody has the phone, a stranger becomes a visitor who has it. Commit
    whatever the answer: a wrong code is counted.

    Raises:
        TooMany: if the phone had its day's share of tries.
    """
    phone = await challenges.check(
        session, reference=reference, code=code, keyring=keyring, now=now
    )
    known = await visitors_with(session, phone) if phone else ()
    if phone and stranger and not known:
        known = [await _welcomed(session, phone, stranger, keyring=keyring, now=now)]
    if not known:
        return None
    by = Actor.visitor(known[0].id)
    audit.note(session, by, "sign_in", f"visitor:{known[0].id}", now=now)
    return known[0]


async def _welcomed(
    session: AsyncSession,
    phone: str,
    stranger: Stranger,
    *,
    keyring: Keyring,
    now: datetime,
) -> Visitor:
    return await add_visitor(
        session,
        name=stranger.name,
        phone=phone,
        language=stranger.language,
        keyring=keyring,
        by=SYSTEM,
        now=now,
    )


async def visitors_with(session: AsyncSession, phone: str) -> Sequence[Visitor]:
    """The visitors who have a phone, those known longest first."""
    rows = await session.exec(
        select(Visitor).where(Visitor.phone == phone).order_by(col(Visitor.id))
    )
    return rows.all()
