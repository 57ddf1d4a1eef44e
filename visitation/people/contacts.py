"""Contacts: who is linked to whom, and whether that is approved.

Knows no booking: what a ban or a refusal means for a visit is for the rules.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import Invalid
from visitation.people.scope import Scope
from visitation.people.tables import Contact, Prisoner, Visitor
from visitation.places.tables import Site
from visitation.words import ContactState, Relation


class Standing(StrEnum):
    """Whether a contact may visit at a moment."""

    APPROVED = "approved"
    NOT_APPROVED = "not_approved"
    BANNED = "banned"


async def link(
    session: AsyncSession,
    *,
    prisoner_id: int,
    visitor_id: int,
    relation: Relation,
    by: Actor,
    now: datetime,
    state: ContactState = ContactState.REQUESTED,
    approved_until: datetime | None = None,
) -> Contact:
    """Link a visitor to a prisoner.

    Raises:
        Invalid: if they are linked already.
    """
    contact = Contact(
        prisoner_id=prisoner_id,
        visitor_id=visitor_id,
        relation=relation,
        state=state,
        approved_until=approved_until,
        changed_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(contact)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Invalid("visitor", "already_linked") from None
    audit.note(
        session,
        by,
        "link_contact",
        f"contact:{contact.id}",
        now=now,
        prisoner=prisoner_id,
        visitor=visitor_id,
        state=state.value,
    )
    return contact


async def decide_contact(
    session: AsyncSession,
    contact: Contact,
    *,
    state: ContactState,
    reason: str,
    by: Actor,
    now: datetime,
    banned_until: datetime | None = None,
    approved_until: datetime | None = None,
) -> None:
    """Approve, refuse, suspend or ban a contact; an approval may have an end.

    Raises:
        Invalid: if anything but an approval comes without a reason, or a ban without
            a later end.
    """
    if state is ContactState.BANNED and (banned_until is None or banned_until <= now):
        raise Invalid("banned_until", "ban_needs_end")
    if state is not ContactState.APPROVED and not reason.strip():
        raise Invalid("reason", "reason_needed")
    contact.state = state
    contact.reason = reason.strip()
    contact.banned_until = banned_until if state is ContactState.BANNED else None
    approved = state is ContactState.APPROVED
    contact.approved_until = approved_until if approved else None
    contact.changed_at = now
    session.add(contact)
    await session.flush()
    audit.note(
        session,
        by,
        "decide_contact",
        f"contact:{contact.id}",
        now=now,
        state=state.value,
    )


async def contacts_of(
    session: AsyncSession, prisoner_id: int
) -> Sequence[tuple[Contact, Visitor]]:
    """A prisoner's contacts with the visitors they are, by name."""
    rows = await session.exec(
        select(Contact, Visitor)
        .join(Visitor, col(Visitor.id) == col(Contact.visitor_id))
        .where(Contact.prisoner_id == prisoner_id)
        .order_by(col(Visitor.name_folded), col(Contact.id))
    )
    return rows.all()


async def known_by(
    session: AsyncSession, visitor_id: int, *, scope: Scope
) -> Sequence[tuple[Contact, Prisoner]]:
    """The prisoners inside a scope whom a visitor is linked to, by name."""
    rows = await session.exec(
        select(Contact, Prisoner)
        .join(Prisoner, col(Prisoner.id) == col(Contact.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(Contact.visitor_id == visitor_id, scope.of_sites())
        .order_by(col(Prisoner.name_folded), col(Contact.id))
    )
    return rows.all()


def standing(contact: Contact | None, at: datetime) -> Standing:
    """Whether the link allows a visit at that moment.

    A ban ends at its date, and so may an approval.
    """
    if contact is None:
        return Standing.NOT_APPROVED
    if contact.state is ContactState.APPROVED:
        over = contact.approved_until is not None and at >= contact.approved_until
        return Standing.NOT_APPROVED if over else Standing.APPROVED
    if contact.state is ContactState.BANNED:
        over = contact.banned_until is not None and at >= contact.banned_until
        return Standing.APPROVED if over else Standing.BANNED
    return Standing.NOT_APPROVED
