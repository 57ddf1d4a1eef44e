"""Contacts: who is linked to whom, and whether that is approved."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import Invalid
from visitation.people.tables import Contact
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
) -> None:
    """Approve, refuse, suspend or ban a contact.

    Raises:
        Invalid: if anything but an approval comes without a reason.
    """
    if state is not ContactState.APPROVED and not reason.strip():
        raise Invalid("reason", "reason_needed")
    contact.state = state
    contact.reason = reason.strip()
    contact.banned_until = banned_until if state is ContactState.BANNED else None
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


def standing(contact: Contact | None, at: datetime) -> Standing:
    """Whether the link allows a visit at that moment. A ban ends at its date."""
    if contact is None:
        return Standing.NOT_APPROVED
    if contact.state is ContactState.APPROVED:
        return Standing.APPROVED
    if contact.state is ContactState.BANNED:
        over = contact.banned_until is not None and at >= contact.banned_until
        return Standing.APPROVED if over else Standing.BANNED
    return Standing.NOT_APPROVED
