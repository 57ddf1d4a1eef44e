"""What staff make of a family's wish to be linked to a prisoner; the family is told.

A wish is decided once. Whom it may be about is shown to staff alone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, messages, persian
from visitation.audit import Actor
from visitation.errors import Invalid, VisitationError
from visitation.keyring import Keyring
from visitation.people import called, contacts, visitors
from visitation.people.identity import fingerprint_of, opened_id
from visitation.people.phones import visitors_with
from visitation.people.tables import Contact, LinkRequest, Prisoner, Visitor
from visitation.wording import Template, why
from visitation.words import ContactState, DeclineReason, LinkState

#: What a family may be told of why it was refused.
REASONS = (
    DeclineReason.ASK,
    DeclineReason.PAPERS,
    DeclineReason.CONTACT,
    DeclineReason.RULES,
)
#: As many prisoners as a name may mean are shown.
_MEANT = 5
#: How long the news of a decision is worth sending.
_LASTS = timedelta(days=3)


class AlreadyDecided(VisitationError):
    """Somebody else has decided about this wish."""


async def prisoners_meant(
    session: AsyncSession, asked: LinkRequest
) -> Sequence[Prisoner]:
    """The prisoners of the prison whose number or name was typed."""
    name = asked.prisoner_name
    by_name = [called.named(Prisoner.name_folded, name)] if persian.fold(name) else []
    rows = await session.exec(
        select(Prisoner)
        .where(
            Prisoner.site_id == asked.prison_id,
            or_(
                col(Prisoner.number) == (asked.prisoner_number or None),
                *by_name,
            ),
        )
        .order_by(col(Prisoner.number) != asked.prisoner_number, col(Prisoner.id))
        .limit(_MEANT)
    )
    return rows.all()


async def approve_link(
    session: AsyncSession,
    asked: LinkRequest,
    *,
    prisoner_number: str,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Contact:
    """Link whoever asked to a prisoner of the prison, and tell the family.

    A name that nobody with the phone has is a new visitor with that phone.

    Raises:
        AlreadyDecided: if somebody else was quicker.
        Invalid: if the prison has no such prisoner, the prisoner was released, or the
            national ID is another visitor's.
    """
    await _claim(session, asked, LinkState.APPROVED, by=by, now=now)
    prisoner = await _prisoner(session, asked.prison_id, prisoner_number, now)
    visitor = await _person(session, asked, keyring=keyring, by=by, now=now)
    rows = await session.exec(
        select(Contact).where(
            Contact.prisoner_id == prisoner.id, Contact.visitor_id == visitor.id
        )
    )
    contact = rows.first()
    approved = ContactState.APPROVED
    if contact is None:
        contact = await contacts.link(
            session,
            prisoner_id=prisoner.id,
            visitor_id=visitor.id,
            relation=asked.relation,
            state=approved,
            by=by,
            now=now,
        )
    else:
        await contacts.decide_contact(
            session, contact, state=approved, reason="", by=by, now=now
        )
    await _tell(session, asked, Template.LINKED, {}, now)
    return contact


async def refuse_link(
    session: AsyncSession,
    asked: LinkRequest,
    *,
    told: DeclineReason,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Refuse a wish, and tell the family why in a few words; `reason` is for staff.

    Raises:
        AlreadyDecided: if somebody else was quicker.
        Invalid: if no reason is given.
    """
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    await _claim(session, asked, LinkState.REFUSED, by=by, now=now)
    asked.told, asked.reason = told, reason.strip()
    session.add(asked)
    await _tell(session, asked, Template.NOT_LINKED, {"why": told}, now)


async def _claim(
    session: AsyncSession,
    asked: LinkRequest,
    state: LinkState,
    *,
    by: Actor,
    now: datetime,
) -> None:
    # Two who decide at once stand in line here.
    await session.refresh(asked, with_for_update=True)
    if asked.state is not LinkState.ASKED:
        raise AlreadyDecided(asked.reference)
    asked.state, asked.decided_at, asked.decided_by_id = state, now, by.account_id
    session.add(asked)
    await session.flush()
    audit.note(
        session,
        by,
        "decide_link",
        f"link_request:{asked.id}",
        now=now,
        state=state.value,
    )


async def _prisoner(
    session: AsyncSession, prison_id: int, number: str, now: datetime
) -> Prisoner:
    rows = await session.exec(
        select(Prisoner).where(
            Prisoner.site_id == prison_id,
            Prisoner.number == persian.to_ascii_digits(number).strip(),
        )
    )
    found = rows.first()
    if found is None:
        raise Invalid("number", "no_such_prisoner")
    if found.released_at is not None and found.released_at <= now:
        raise Invalid("number", "prisoner_released")
    return found


async def _person(
    session: AsyncSession,
    asked: LinkRequest,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> Visitor:
    asker = await session.get_one(Visitor, asked.visitor_id)
    known = await visitors_with(session, asker.phone) if asker.phone else [asker]
    folded = persian.fold(asked.name)
    same = next((one for one in known if one.name_folded == folded), None)
    national_id = opened_id(asked.national_id_sealed, keyring=keyring)
    if same is None:
        return await visitors.add_visitor(
            session,
            name=asked.name,
            phone=asker.phone,
            language=asker.language,
            national_id=national_id,
            keyring=keyring,
            by=by,
            now=now,
        )
    if national_id and same.national_id_fingerprint != fingerprint_of(
        national_id, keyring=keyring
    ):
        await _identify(session, same, national_id, keyring=keyring, by=by, now=now)
    return same


async def _identify(
    session: AsyncSession,
    visitor: Visitor,
    national_id: str,
    *,
    keyring: Keyring,
    by: Actor,
    now: datetime,
) -> None:
    if visitor.national_id_fingerprint is not None:
        raise Invalid("number", "other_national_id")
    await visitors.edit_visitor(
        session,
        visitor,
        name=visitor.name,
        phone=visitor.phone,
        language=visitor.language,
        reads=visitor.reads,
        born_on=visitor.born_on,
        helper_phone=visitor.helper_phone,
        national_id=national_id,
        keyring=keyring,
        by=by,
        now=now,
    )


async def _tell(
    session: AsyncSession,
    asked: LinkRequest,
    template: Template,
    variables: dict[str, DeclineReason],
    now: datetime,
) -> None:
    visitor = await session.get_one(Visitor, asked.visitor_id)
    if visitor.phone is None:
        return
    await messages.put(
        session,
        template,
        dedup_key=f"link:{asked.id}:{template}",
        phone=visitor.phone,
        language=visitor.language,
        variables={key: why(at, visitor.language) for key, at in variables.items()},
        now=now,
        expires_at=now + _LASTS,
    )
