"""Prisoners, visitors and contacts, for programs.

Searches are posted, so that no name and no phone stands in an address.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from visitation import people
from visitation.people import Contact, Prisoner
from visitation.places.tables import Site
from visitation.words import ContactState, Relation, Role
from web import named, reach, subjects
from web.api import answers, cursors
from web.api.endpoint import Act, Call, Endpoint
from web.api.kinds import (
    Asked,
    Day,
    Id,
    Line,
    Name,
    NationalId,
    Page,
    Phone,
    Told,
)
from web.routing import Door

Ward = Annotated[Line, StringConstraints(max_length=40)]
KEEPERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})


class Wanted(Page):
    """Whom to look for."""

    text: Line = Field(description="Part of the name, or of the number or phone.")


class NewPrisoner(Asked):
    """A prisoner to add."""

    site_id: Id = Field(description="The prison.")
    number: Name
    name: Name
    ward: Ward = Field(default="", description="The wing to fetch them from.")
    national_id: NationalId | None = None
    visited_on: Day | None = Field(
        default=None, description="The last visit before this service, if it is known."
    )


class NewVisitor(Asked):
    """A visitor to add."""

    name: Name
    phone: Phone | None = None
    language: Literal["fa", "en"] = "fa"
    reads: bool = True
    helper_phone: Phone | None = Field(
        default=None,
        description="Of whoever is told what does not reach the visitor.",
    )
    born_on: date | None = None
    national_id: NationalId | None = None


class ContactsQuery(Page):
    """Whose contacts."""

    prisoner: Id | None = None
    visitor: Id | None = None
    state: ContactState | None = None


class NewContact(Asked):
    """Two people to link."""

    prisoner_id: Id
    visitor_id: Id
    relation: Relation
    state: Literal["requested", "approved"] = "requested"


async def list_prisoners(call: Call) -> answers.Prisoners:
    """List prisoners by name."""
    return await _prisoners(call, call.query)


async def find_prisoners(call: Call) -> answers.Prisoners:
    """Find prisoners by a part of their name or number."""
    return await _prisoners(call, call.body, call.body.text)


async def _prisoners(call: Call, asked: Page, text: str = "") -> answers.Prisoners:
    rows = await people.find_prisoners(
        call.session,
        scope=call.by.scope,
        text=text,
        limit=asked.limit + 1,
        after=cursors.read_id(asked.cursor),
    )
    shown, following = cursors.page(rows, asked.limit, lambda row: (row.id,))
    return answers.Prisoners(
        items=[answers.Prisoner.of(row) for row in shown], next=following
    )


async def get_prisoner(call: Call) -> answers.Prisoner:
    """Get one prisoner."""
    return answers.Prisoner.of(call.subject)


async def add_prisoner(call: Call) -> answers.Prisoner:
    """Add a prisoner to a prison."""
    asked: NewPrisoner = call.body
    await named.prison(call.session, call.by.scope, asked.site_id)
    added = await people.add_prisoner(
        call.session,
        site_id=asked.site_id,
        number=asked.number,
        name=asked.name,
        ward=asked.ward,
        national_id=asked.national_id,
        visited_on=asked.visited_on,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return answers.Prisoner.of(added)


async def list_visitors(call: Call) -> answers.Visitors:
    """List visitors by name."""
    return await _visitors(call, call.query)


async def find_visitors(call: Call) -> answers.Visitors:
    """Find visitors by a part of their name, or by their phone."""
    return await _visitors(call, call.body, call.body.text)


async def _visitors(call: Call, asked: Page, text: str = "") -> answers.Visitors:
    rows = await people.find_visitors(
        call.session,
        scope=call.by.scope,
        text=text,
        limit=asked.limit + 1,
        after=cursors.read_id(asked.cursor),
    )
    shown, following = cursors.page(rows, asked.limit, lambda row: (row.id,))
    return answers.Visitors(
        items=[answers.Visitor.of(row) for row in shown], next=following
    )


async def get_visitor(call: Call) -> answers.Visitor:
    """Get one visitor."""
    return answers.Visitor.of(call.subject)


async def add_visitor(call: Call) -> answers.Visitor:
    """Add a visitor; linking them to a prisoner is another step."""
    asked: NewVisitor = call.body
    added = await people.add_visitor(
        call.session,
        name=asked.name,
        phone=asked.phone,
        language=asked.language,
        reads=asked.reads,
        helper_phone=asked.helper_phone,
        born_on=asked.born_on,
        national_id=asked.national_id,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return answers.Visitor.of(added)


async def list_contacts(call: Call) -> answers.Contacts:
    """List contacts: of a prisoner, of a visitor, or all within reach."""
    asked: ContactsQuery = call.query
    query = (
        select(Contact)
        .join(Prisoner, col(Prisoner.id) == col(Contact.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(
            call.by.scope.of_sites(),
            col(Contact.id) > (cursors.read_id(asked.cursor) or 0),
        )
        .order_by(col(Contact.id))
        .limit(asked.limit + 1)
    )
    for column, wanted in (
        (Contact.prisoner_id, asked.prisoner),
        (Contact.visitor_id, asked.visitor),
        (Contact.state, asked.state),
    ):
        if wanted is not None:
            query = query.where(col(column) == wanted)
    rows = (await call.session.exec(query)).all()
    shown, following = cursors.page(rows, asked.limit, lambda row: (row.id,))
    return answers.Contacts(
        items=[answers.Contact.model_validate(row) for row in shown], next=following
    )


async def get_contact(call: Call) -> answers.Contact:
    """Get one contact."""
    return answers.Contact.model_validate(call.subject)


async def add_contact(call: Call) -> answers.Contact:
    """Link a visitor to a prisoner."""
    asked: NewContact = call.body
    await named.prisoner(call.session, call.by.scope, asked.prisoner_id)
    await named.visitor(call.session, call.by.scope, asked.visitor_id)
    added = await people.link(
        call.session,
        prisoner_id=asked.prisoner_id,
        visitor_id=asked.visitor_id,
        relation=asked.relation,
        state=ContactState(asked.state),
        by=call.by.actor,
        now=call.now,
    )
    return answers.Contact.model_validate(added)


def _get(path: str, act: Act, answer: type[Told], **more: Any) -> Endpoint:
    return Endpoint(
        method="GET", path=path, act=act, allow=KEEPERS, answer=answer, **more
    )


def _find(path: str, act: Act, answer: type[Told]) -> Endpoint:
    return Endpoint(
        method="POST",
        path=path,
        act=act,
        allow=KEEPERS,
        body=Wanted,
        answer=answer,
        only_looks=True,
    )


def _post(path: str, act: Act, body: type[Asked], answer: type[Told]) -> Endpoint:
    return Endpoint(
        method="POST",
        path=path,
        act=act,
        allow=KEEPERS,
        body=body,
        answer=answer,
        status=201,
    )


ENDPOINTS = (
    _get("/prisoners", list_prisoners, answers.Prisoners, query=Page),
    _find("/prisoners/find", find_prisoners, answers.Prisoners),
    _post("/prisoners", add_prisoner, NewPrisoner, answers.Prisoner),
    _get(
        "/prisoners/{prisoner}",
        get_prisoner,
        answers.Prisoner,
        subject=subjects.prisoner,
    ),
    _get("/visitors", list_visitors, answers.Visitors, query=Page),
    _find("/visitors/find", find_visitors, answers.Visitors),
    _post("/visitors", add_visitor, NewVisitor, answers.Visitor),
    _get("/visitors/{visitor}", get_visitor, answers.Visitor, subject=reach.visitor),
    _get("/contacts", list_contacts, answers.Contacts, query=ContactsQuery),
    _post("/contacts", add_contact, NewContact, answers.Contact),
    _get("/contacts/{contact}", get_contact, answers.Contact, subject=reach.contact),
)
