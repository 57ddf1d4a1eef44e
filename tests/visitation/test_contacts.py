from datetime import timedelta

import pytest

from tests import make
from tests.conftest import NOON
from visitation import audit, people
from visitation.database import Database
from visitation.errors import Invalid
from visitation.people import Contact, Scope, Standing
from visitation.words import ContactState, Relation

BY = audit.SYSTEM
ACT = {"by": BY, "now": NOON}
DAY = timedelta(days=1)


async def test_a_visitor_is_linked_once(database: Database) -> None:
    async with database.write() as session:
        prisoner = await make.prisoner(session, await make.prison(session))
        mother = await make.visitor(session)
        link = {"prisoner_id": prisoner.id, "visitor_id": mother.id, **ACT}
        contact = await people.link(session, relation=Relation.PARENT, **link)
        assert contact.state is ContactState.REQUESTED
        with pytest.raises(Invalid, match="visitor: already_linked"):
            await people.link(session, relation=Relation.FRIEND, **link)
        ((found, who),) = await people.contacts_of(session, prisoner.id)
        assert (found.id, who.id) == (contact.id, mother.id)
        everywhere = Scope(everywhere=True)
        known = await people.known_by(session, mother.id, scope=everywhere)
        assert [(c.id, p.id) for c, p in known] == [(contact.id, prisoner.id)]
        assert await people.known_by(session, mother.id, scope=Scope()) == []


async def test_a_contact_is_decided_with_a_reason(database: Database) -> None:
    async with database.write() as session:
        prisoner = await make.prisoner(session, await make.prison(session))
        contact = await make.contact(
            session,
            prisoner,
            await make.visitor(session),
            state=ContactState.REQUESTED,
        )
        decide = {"by": BY, "now": NOON}
        for state in (ContactState.REFUSED, ContactState.SUSPENDED):
            with pytest.raises(Invalid, match="reason: reason_needed"):
                await people.decide_contact(
                    session, contact, state=state, reason=" ", **decide
                )
        for until in (None, NOON):
            with pytest.raises(Invalid, match="banned_until: ban_needs_end"):
                await people.decide_contact(
                    session,
                    contact,
                    state=ContactState.BANNED,
                    reason="تهدید",
                    banned_until=until,
                    **decide,
                )
        await people.decide_contact(
            session,
            contact,
            state=ContactState.BANNED,
            reason=" تهدید ",
            banned_until=NOON + DAY,
            **decide,
        )
        assert (contact.reason, contact.banned_until) == ("تهدید", NOON + DAY)
        await people.decide_contact(
            session, contact, state=ContactState.APPROVED, reason="", **decide
        )
    assert (contact.state, contact.reason, contact.banned_until) == (
        ContactState.APPROVED,
        "",
        None,
    )


@pytest.mark.parametrize(
    ("state", "until", "answer"),
    [
        (ContactState.REQUESTED, None, Standing.NOT_APPROVED),
        (ContactState.APPROVED, None, Standing.APPROVED),
        (ContactState.REFUSED, None, Standing.NOT_APPROVED),
        (ContactState.SUSPENDED, None, Standing.NOT_APPROVED),
        (ContactState.BANNED, None, Standing.BANNED),
        (ContactState.BANNED, NOON + DAY, Standing.BANNED),
        (ContactState.BANNED, NOON, Standing.APPROVED),
    ],
)
def test_a_contact_stands_as_its_state_says(
    state: ContactState, until: object, answer: Standing
) -> None:
    contact = Contact(state=state, banned_until=until)
    assert people.standing(contact, NOON) is answer


def test_who_is_no_contact_may_not_visit() -> None:
    assert people.standing(None, NOON) is Standing.NOT_APPROVED
