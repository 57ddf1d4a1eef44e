"""Visitors: adding, editing, finding."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, persian
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people.identity import sealed_id
from visitation.people.tables import Visitor


async def add_visitor(
    session: AsyncSession,
    *,
    name: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    phone: str | None = None,
    language: str = "fa",
    reads: bool = True,
    born_on: date | None = None,
    national_id: str | None = None,
) -> Visitor:
    """Add a visitor. `phone` is E.164, checked at the edge; None if there is none.

    Raises:
        Invalid: for a wrong national ID, or one that somebody has.
    """
    sealed, fingerprint = sealed_id(national_id, keyring=keyring)
    visitor = Visitor(
        name=name.strip(),
        name_folded=persian.fold(name),
        phone=phone,
        language=language,
        reads=reads,
        born_on=born_on,
        national_id_sealed=sealed,
        national_id_fingerprint=fingerprint,
    )
    try:
        async with session.begin_nested():
            session.add(visitor)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Invalid("national_id", "visitor_known") from None
    audit.note(session, by, "add_visitor", f"visitor:{visitor.id}", now=now)
    return visitor


async def edit_visitor(
    session: AsyncSession,
    visitor: Visitor,
    *,
    name: str,
    phone: str | None,
    language: str,
    reads: bool,
    by: Actor,
    now: datetime,
) -> None:
    """Correct what is known of a visitor."""
    changed = [
        field
        for field, value in (
            ("name", name.strip()),
            ("phone", phone),
            ("language", language),
            ("reads", reads),
        )
        if getattr(visitor, field) != value
    ]
    visitor.name = name.strip()
    visitor.name_folded = persian.fold(name)
    visitor.phone = phone
    visitor.language = language
    visitor.reads = reads
    session.add(visitor)
    await session.flush()
    audit.note(
        session,
        by,
        "edit_visitor",
        f"visitor:{visitor.id}",
        now=now,
        changed=changed,
    )


async def find_visitors(
    session: AsyncSession, *, text: str = "", limit: int = 50
) -> Sequence[Visitor]:
    """Visitors whose name or phone contains the text."""
    folded = persian.fold(text)
    query = (
        select(Visitor).order_by(col(Visitor.name_folded), col(Visitor.id)).limit(limit)
    )
    if folded:
        digits = folded.replace(" ", "").removeprefix("0")
        matches = [col(Visitor.name_folded).contains(folded, autoescape=True)]
        if digits.isascii() and digits.isdecimal():
            matches.append(col(Visitor.phone).contains(digits, autoescape=True))
        query = query.where(or_(*matches))
    return (await session.exec(query)).all()
