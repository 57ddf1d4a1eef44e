"""Mandates: a professional acts for a prisoner, once the prison has approved it.

An approved mandate is an approved link by profession, which lasts as long as the
mandate and the licence do.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid
from visitation.people import AlreadyDecided, Contact
from visitation.people import contacts as links
from visitation.professionals import rights
from visitation.professionals.groups import RIGHTS
from visitation.professionals.tables import Licence, Mandate
from visitation.professionals.telling import tell
from visitation.wording import Template
from visitation.words import (
    BY_PROFESSION,
    ContactState,
    MandateState,
)

_OPEN = (MandateState.ASKED, MandateState.APPROVED)


async def approve(
    session: AsyncSession,
    mandate: Mandate,
    *,
    by: Actor,
    now: datetime,
    valid_until: date | None = None,
) -> Contact:
    """Let somebody act for a prisoner, and tell them.

    Raises:
        AlreadyDecided: if somebody else was quicker.
        NotInForce: if the licence is not in force any more.
        Invalid: if the day is over, they are linked as family, or banned.
    """
    licence = await _claim(session, mandate, {MandateState.ASKED})
    if not rights.is_in_force(licence, now):
        raise rights.NotInForce(licence.reference)
    if valid_until is not None and valid_until < rights.today(now):
        raise Invalid("valid_until", "licence_day_over")
    mandate.state, mandate.valid_until = MandateState.APPROVED, valid_until
    _decided(session, mandate, "approve_mandate", by=by, now=now)
    contact = await _linked(session, mandate, licence, by=by, now=now)
    await _tell(session, mandate, licence, Template.MANDATE_APPROVED, now)
    return contact


async def refuse(
    session: AsyncSession, mandate: Mandate, *, reason: str, by: Actor, now: datetime
) -> None:
    """Refuse a mandate; whoever asked reads why.

    Raises:
        AlreadyDecided: if somebody else was quicker.
        Invalid: if no reason is given.
    """
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    licence = await _claim(session, mandate, {MandateState.ASKED})
    mandate.state, mandate.reason = MandateState.REFUSED, reason.strip()
    _decided(session, mandate, "refuse_mandate", by=by, now=now)
    await _tell(session, mandate, licence, Template.MANDATE_REFUSED, now)


async def end(
    session: AsyncSession, mandate: Mandate, *, reason: str, by: Actor, now: datetime
) -> None:
    """End a mandate, asked for or approved: nobody acts under it any more.

    Its owner is told, unless it was they who ended it.

    Raises:
        AlreadyDecided: if it is over already.
        Invalid: if no reason is given.
    """
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    licence = await _claim(session, mandate, set(_OPEN))
    await _end(session, mandate, licence, reason=reason, by=by, now=now)
    if by.visitor_id is None:
        await _tell(session, mandate, licence, Template.MANDATE_REFUSED, now)


async def still_open(
    session: AsyncSession,
    licence: Licence,
    *,
    prisoner_id: int | None = None,
    lock: bool = True,
) -> Sequence[Mandate]:
    """The mandates under a licence, or that for one prisoner, that are not over."""
    query = (
        select(Mandate)
        .where(Mandate.licence_id == licence.id, col(Mandate.state).in_(_OPEN))
        .order_by(col(Mandate.id))
    )
    if lock:
        query = query.with_for_update()
    if prisoner_id is not None:
        query = query.where(Mandate.prisoner_id == prisoner_id)
    return (await session.exec(query)).all()


async def end_all(
    session: AsyncSession, licence: Licence, *, reason: str, by: Actor, now: datetime
) -> int:
    """End every mandate under a licence; how many that were."""
    found = await still_open(session, licence)
    for mandate in found:
        await _end(session, mandate, licence, reason=reason, by=by, now=now)
    return len(found)


async def carry_on(
    session: AsyncSession, licence: Licence, *, by: Actor, now: datetime
) -> None:
    """Let the links that rest on a licence last as long as it does."""
    for mandate in await still_open(session, licence):
        contact = await _contact(session, mandate, licence)
        if mandate.state is not MandateState.APPROVED or contact is None:
            continue
        if contact.state is ContactState.APPROVED:
            await _approve(session, contact, mandate, licence, by=by, now=now)


async def _claim(
    session: AsyncSession, mandate: Mandate, states: set[MandateState]
) -> Licence:
    # The licence first: whoever revokes it does so, too, and then ends its mandates.
    licence = await session.get_one(Licence, mandate.licence_id)
    await session.refresh(licence, with_for_update=True)
    await session.refresh(mandate, with_for_update=True)
    if mandate.state not in states:
        raise AlreadyDecided(mandate.reference)
    return licence


async def _contact(
    session: AsyncSession, mandate: Mandate, licence: Licence
) -> Contact | None:
    rows = await session.exec(
        select(Contact)
        .where(
            Contact.prisoner_id == mandate.prisoner_id,
            Contact.visitor_id == licence.visitor_id,
        )
        .with_for_update()
    )
    return rows.first()


async def _linked(
    session: AsyncSession,
    mandate: Mandate,
    licence: Licence,
    *,
    by: Actor,
    now: datetime,
) -> Contact:
    relation = RIGHTS[licence.profession].relation
    assert relation is not None
    contact = await _contact(session, mandate, licence)
    if contact is None:
        return await links.link(
            session,
            prisoner_id=mandate.prisoner_id,
            visitor_id=licence.visitor_id,
            relation=relation,
            state=ContactState.APPROVED,
            approved_until=_until(mandate, licence),
            by=by,
            now=now,
        )
    if contact.relation not in BY_PROFESSION:
        raise Invalid("contact", "linked_as_family")
    if links.standing(contact, now) is links.Standing.BANNED:
        raise Invalid("contact", "contact_banned")
    contact.relation = relation
    await _approve(session, contact, mandate, licence, by=by, now=now)
    return contact


async def _approve(
    session: AsyncSession,
    contact: Contact,
    mandate: Mandate,
    licence: Licence,
    *,
    by: Actor,
    now: datetime,
) -> None:
    await links.decide_contact(
        session,
        contact,
        state=ContactState.APPROVED,
        reason="",
        approved_until=_until(mandate, licence),
        by=by,
        now=now,
    )


def _until(mandate: Mandate, licence: Licence) -> datetime:
    days = [licence.valid_until, mandate.valid_until]
    return rights.end_of(min(day for day in days if day is not None))


async def _end(
    session: AsyncSession,
    mandate: Mandate,
    licence: Licence,
    *,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    was_approved = mandate.state is MandateState.APPROVED
    mandate.state, mandate.reason = MandateState.ENDED, reason.strip()
    _decided(session, mandate, "end_mandate", by=by, now=now)
    contact = await _contact(session, mandate, licence) if was_approved else None
    if contact is not None and contact.state is ContactState.APPROVED:
        await links.decide_contact(
            session,
            contact,
            state=ContactState.SUSPENDED,
            reason=reason,
            by=by,
            now=now,
        )


def _decided(
    session: AsyncSession, mandate: Mandate, action: str, *, by: Actor, now: datetime
) -> None:
    mandate.decided_at, mandate.decided_by_id = now, by.account_id
    session.add(mandate)
    audit.note(session, by, action, f"mandate:{mandate.id}", now=now)


async def _tell(
    session: AsyncSession,
    mandate: Mandate,
    licence: Licence,
    template: Template,
    now: datetime,
) -> None:
    about = f"mandate:{mandate.id}"
    await tell(session, licence.visitor_id, template, about=about, now=now)
