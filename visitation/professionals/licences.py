"""What administrators decide about licences: verified, extended, refused, revoked.

A licence that is revoked takes its mandates along, and with them the links to
prisoners: what is booked under them comes up for review by itself.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, wording
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people import AlreadyDecided, Scope, Visitor
from visitation.places import Province
from visitation.professionals import asking, mandates, rights
from visitation.professionals.asking import Wanted
from visitation.professionals.groups import longest
from visitation.professionals.tables import Licence
from visitation.professionals.telling import tell
from visitation.wording import Template
from visitation.words import LicenceState

#: As many as a page shows.
_SHOWN = 200


async def waiting(
    session: AsyncSession, *, scope: Scope
) -> Sequence[tuple[Licence, Visitor, Province]]:
    """The licences within reach that wait to be verified or renewed, oldest first."""
    rows = await session.exec(
        select(Licence, Visitor, Province)
        .join(Visitor, col(Visitor.id) == col(Licence.visitor_id))
        .join(Province, col(Province.id) == col(Licence.province_id))
        .where(
            or_(
                Licence.state == LicenceState.ASKED,
                col(Licence.renewal_asked_at).is_not(None),
            ),
            _within(scope),
        )
        .order_by(col(Licence.asked_at), col(Licence.id))
        .limit(_SHOWN)
    )
    return rows.all()


async def verified(
    session: AsyncSession, *, scope: Scope
) -> Sequence[tuple[Licence, Visitor, Province]]:
    """The verified licences within reach, those that run out first before others."""
    query = (
        select(Licence, Visitor, Province)
        .join(Visitor, col(Visitor.id) == col(Licence.visitor_id))
        .join(Province, col(Province.id) == col(Licence.province_id))
        .where(Licence.state == LicenceState.VERIFIED, _within(scope))
        .order_by(col(Licence.valid_until), col(Licence.id))
        .limit(_SHOWN)
    )
    return (await session.exec(query)).all()


async def listed(
    session: AsyncSession,
    *,
    scope: Scope,
    now: datetime,
    state: LicenceState | None = None,
    visitor_id: int | None = None,
    after: int | None = None,
    limit: int,
) -> Sequence[Licence]:
    """The licences within reach by id, in some state or of one person alone.

    `after` is the id of the last one that is known already.
    """
    query = (
        select(Licence)
        .where(_within(scope), col(Licence.id) > (after or 0))
        .order_by(col(Licence.id))
        .limit(limit)
    )
    if state is not None:
        query = query.where(_stands(state, now))
    if visitor_id is not None:
        query = query.where(Licence.visitor_id == visitor_id)
    return (await session.exec(query)).all()


async def add(
    session: AsyncSession,
    wanted: Wanted,
    *,
    visitor_id: int,
    valid_until: date,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Licence:
    """Keep a licence that was seen, verified until a day, and tell its owner.

    Raises:
        NotFound: if there is no such province, or such a licence comes by a roster.
        Invalid: if the person has one of the profession, or asked for one, the number
            says nothing or is somebody else's, or the day is over or too far away.
    """
    for one in await rights.licences_of(session, (visitor_id,)):
        there = one.state in {LicenceState.ASKED, LicenceState.VERIFIED}
        if there and one.profession is wanted.profession:
            raise Invalid("profession", "licence_there")
    added = await asking.ask(
        session, wanted, visitor_id=visitor_id, keyring=keyring, by=by, now=now
    )
    await verify(session, added, valid_until=valid_until, by=by, now=now)
    return added


async def verify(
    session: AsyncSession,
    licence: Licence,
    *,
    valid_until: date,
    by: Actor,
    now: datetime,
) -> None:
    """Verify a licence until a day, and tell its owner.

    Raises:
        AlreadyDecided: if somebody else was quicker.
        Invalid: if the day is over or too far away, or somebody else has the number.
    """
    _check_day(licence, valid_until, now)
    await _claim(session, licence, {LicenceState.ASKED})
    try:
        async with session.begin_nested():
            licence.state = LicenceState.VERIFIED
            licence.valid_until = valid_until
            session.add(licence)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Invalid("number", "licence_taken") from None
    await _decided(session, licence, "verify_licence", by=by, now=now)
    await _tell_until(session, licence, now)


async def extend(
    session: AsyncSession,
    licence: Licence,
    *,
    valid_until: date,
    by: Actor,
    now: datetime,
) -> None:
    """Give a verified licence another last day, and what rests on it as well.

    Raises:
        AlreadyDecided: if it was revoked meanwhile.
        Invalid: if the day is over or too far away.
    """
    _check_day(licence, valid_until, now)
    await _claim(session, licence, {LicenceState.VERIFIED})
    licence.valid_until = valid_until
    licence.renewal_asked_at = None
    await _decided(session, licence, "extend_licence", by=by, now=now)
    await mandates.carry_on(session, licence, by=by, now=now)
    await _tell_until(session, licence, now)


async def refuse(
    session: AsyncSession, licence: Licence, *, reason: str, by: Actor, now: datetime
) -> None:
    """Refuse a licence that was asked for; its owner reads why.

    Raises:
        AlreadyDecided: if somebody else was quicker.
        Invalid: if no reason is given.
    """
    await _claim(session, licence, {LicenceState.ASKED})
    _because(licence, reason)
    licence.state = LicenceState.REFUSED
    await _decided(session, licence, "refuse_licence", by=by, now=now)
    await _tell(session, licence, Template.LICENCE_REFUSED, now)


async def revoke(
    session: AsyncSession, licence: Licence, *, reason: str, by: Actor, now: datetime
) -> int:
    """Revoke a verified licence with all its mandates; its owner reads why.

    Returns:
        How many mandates ended.

    Raises:
        AlreadyDecided: if it is not verified any more.
        Invalid: if no reason is given.
    """
    await _claim(session, licence, {LicenceState.VERIFIED})
    _because(licence, reason)
    licence.state = LicenceState.REVOKED
    await _decided(session, licence, "revoke_licence", by=by, now=now)
    ended = await mandates.end_all(session, licence, reason=reason, by=by, now=now)
    await _tell(session, licence, Template.LICENCE_REVOKED, now)
    return ended


async def _claim(
    session: AsyncSession, licence: Licence, states: set[LicenceState]
) -> None:
    # Two who decide at once stand in line here.
    await session.refresh(licence, with_for_update=True)
    if licence.state not in states:
        raise AlreadyDecided(licence.reference)


def _check_day(licence: Licence, until: date, now: datetime) -> None:
    first = rights.today(now)
    if until < first:
        raise Invalid("valid_until", "licence_day_over")
    if until > longest(licence.profession, first):
        raise Invalid("valid_until", "licence_too_long")


def _because(licence: Licence, reason: str) -> None:
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    licence.reason = reason.strip()


async def _decided(
    session: AsyncSession, licence: Licence, action: str, *, by: Actor, now: datetime
) -> None:
    licence.decided_at, licence.decided_by_id = now, by.account_id
    session.add(licence)
    await session.flush()
    until = licence.valid_until
    said = until.isoformat() if until is not None else None
    audit.note(session, by, action, f"licence:{licence.id}", now=now, until=said)


async def _tell(
    session: AsyncSession, licence: Licence, template: Template, now: datetime
) -> None:
    about = f"licence:{licence.id}:{now.isoformat()}"
    await tell(session, licence.visitor_id, template, about=about, now=now)


async def _tell_until(session: AsyncSession, licence: Licence, now: datetime) -> None:
    visitor = await session.get_one(Visitor, licence.visitor_id)
    assert licence.valid_until is not None
    await tell(
        session,
        licence.visitor_id,
        Template.LICENCE_VERIFIED,
        about=f"licence:{licence.id}:{licence.valid_until}",
        now=now,
        variables={"day": wording.spoken_day(licence.valid_until, visitor.language)},
    )


def _within(scope: Scope) -> ColumnElement[bool]:
    if scope.everywhere:
        return true()
    return col(Licence.province_id).in_(scope.provinces)


def _stands(state: LicenceState, now: datetime) -> ColumnElement[bool]:
    """The condition that a licence stands so, as `rights.state_of` says it."""
    stored, last = col(Licence.state), col(Licence.valid_until)
    first = rights.today(now)
    if state is LicenceState.VERIFIED:
        return and_(stored == state, last >= first)
    if state is LicenceState.EXPIRED:
        over = or_(last.is_(None), last < first)
        return and_(stored == LicenceState.VERIFIED, over)
    return stored == state
