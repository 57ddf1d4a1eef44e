"""Visitors: adding, editing, finding.

Whom they may visit is said by `contacts`, not here.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, false, tuple_
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, messages, persian
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.devices import end_sessions_of
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people import called
from visitation.people.identity import sealed_id
from visitation.people.scope import Scope
from visitation.people.tables import Contact, Prisoner, Visitor
from visitation.places.tables import Site
from visitation.wording import Template

#: Digits of a whole number without its country: anything shorter finds within reach.
_WHOLE_PHONE_DIGITS = 10
#: How long it is worth telling an old phone that another took its place.
NOTICE_LASTS = timedelta(days=1)


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
    helper_phone: str | None = None,
    born_on: date | None = None,
    national_id: str | None = None,
) -> Visitor:
    """Add a visitor. Phones are E.164, checked at the edge; None if there is none.

    `helper_phone` is of whoever tells them what they cannot be told themselves.

    Raises:
        Invalid: for a wrong national ID, one that somebody has, or a person who is
            known by the same name, phone and birthday and no ID tells them apart.
    """
    sealed, fingerprint = sealed_id(national_id, keyring=keyring)
    if fingerprint is None:
        await _refuse_double(session, name, phone, born_on)
    visitor = Visitor(
        name=name.strip(),
        name_folded=persian.fold(name),
        phone=phone,
        language=language,
        reads=reads,
        helper_phone=helper_phone,
        born_on=born_on,
    )
    await _keep(session, visitor, sealed, fingerprint)
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
    born_on: date | None,
    helper_phone: str | None = None,
    keyring: Keyring,
    by: Actor,
    now: datetime,
    national_id: str | None = None,
) -> None:
    """Correct what is known of a visitor; an ID is kept unless one is given.

    A phone that is theirs no longer is told so: with it somebody could sign in.

    Raises:
        Invalid: for a wrong national ID, or one that somebody has.
    """
    wanted = {
        "name": name.strip(),
        "name_folded": persian.fold(name),
        "phone": phone,
        "language": language,
        "reads": reads,
        "helper_phone": helper_phone,
        "born_on": born_on,
    }
    changed = [field for field, to in wanted.items() if getattr(visitor, field) != to]
    if "phone" in changed:
        await _leave_phone(session, visitor, now=now)
    sealed, fingerprint = visitor.national_id_sealed, visitor.national_id_fingerprint
    if national_id:
        sealed, fingerprint = sealed_id(national_id, keyring=keyring)
        changed.append("national_id")
    await _keep(session, visitor, sealed, fingerprint)
    for field, to in wanted.items():
        setattr(visitor, field, to)
    session.add(visitor)
    await session.flush()
    audit.note(
        session, by, "edit_visitor", f"visitor:{visitor.id}", now=now, changed=changed
    )


async def _leave_phone(
    session: AsyncSession, visitor: Visitor, *, now: datetime
) -> None:
    """Sign out whoever signed in with it: they need not be the one who has the new.

    And tell them: nobody else would notice a number that should not be there.
    """
    await end_sessions_of(session, visitor_id=visitor.id)
    if visitor.phone is None:
        return
    await messages.put(
        session,
        Template.PHONE_CHANGED,
        dedup_key=f"visitor:{visitor.id}:phone:{now.isoformat()}",
        phone=visitor.phone,
        language=visitor.language,
        variables={},
        channel=messages.channel_to(visitor.phone, reads=visitor.reads),
        now=now,
        expires_at=now + NOTICE_LASTS,
    )


async def find_visitors(
    session: AsyncSession,
    *,
    scope: Scope,
    text: str = "",
    limit: int = 50,
    after: int | None = None,
) -> Sequence[Visitor]:
    """Visitors whose name or phone contains the text, by name.

    They are those whom some prisoner inside the scope knows, those nobody knows yet,
    and whoever has exactly the phone that was asked for. `after` is the id of the last
    one that is known already.
    """
    query = (
        select(Visitor).order_by(col(Visitor.name_folded), col(Visitor.id)).limit(limit)
    )
    if persian.fold(text):
        query = query.where(called.visitor(text))
    query = query.where(or_(_within(scope), _has_phone(called.national_digits(text))))
    if after is not None:
        place = tuple_(col(Visitor.name_folded), col(Visitor.id))
        last = select(Visitor.name_folded, Visitor.id).where(Visitor.id == after)
        query = query.where(place > last.scalar_subquery())
    return (await session.exec(query)).all()


async def reaches_visitor(
    session: AsyncSession, visitor: Visitor, *, scope: Scope
) -> bool:
    """Whether a scope has a prisoner who knows the visitor, or nobody knows them."""
    rows = await session.exec(
        select(Visitor.id).where(Visitor.id == visitor.id, _within(scope))
    )
    return rows.first() is not None


def _within(scope: Scope) -> ColumnElement[bool]:
    known = select(Contact.visitor_id)
    inside = (
        known.join(Prisoner, col(Prisoner.id) == col(Contact.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(scope.of_sites())
    )
    return or_(col(Visitor.id).in_(inside), col(Visitor.id).not_in(known))


def _has_phone(digits: str) -> ColumnElement[bool]:
    if len(digits) < _WHOLE_PHONE_DIGITS:
        return false()
    return col(Visitor.phone).in_((f"+98{digits}", f"+{digits}"))


async def _refuse_double(
    session: AsyncSession, name: str, phone: str | None, born_on: date | None
) -> None:
    same = await session.exec(
        select(Visitor.id).where(
            Visitor.name_folded == persian.fold(name),
            col(Visitor.phone).is_not_distinct_from(phone),
            col(Visitor.born_on).is_not_distinct_from(born_on),
        )
    )
    if same.first() is not None:
        raise Invalid("name", "visitor_known")


async def _keep(
    session: AsyncSession,
    visitor: Visitor,
    sealed: bytes | None,
    fingerprint: str | None,
) -> None:
    try:
        async with session.begin_nested():
            visitor.national_id_sealed = sealed
            visitor.national_id_fingerprint = fingerprint
            session.add(visitor)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        if visitor in session:
            await session.refresh(visitor)
        raise Invalid("national_id", "visitor_id_known") from None
