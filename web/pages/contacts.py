"""Contacts of a prisoner: linking a visitor, and deciding whether they may come.

Knows no rule of booking, only what is decided about two people.
"""

from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import people
from visitation.errors import Invalid
from visitation.people import Contact, Prisoner, Visitor
from visitation.places import Site
from visitation.words import ContactState, Relation
from web import ahead, forms, gate, labels, picks, reach, subjects
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.labels import label
from web.pages.sites import PLANNERS
from web.picks import NearDay, Pick
from web.render import redirect, render
from web.routing import Route

#: How many visitors a search offers; who is not among them is looked for closer.
_OFFERED = 20


class Search(forms.Fields):
    """Whom to look for; or whom to link, once they are found."""

    text: Line = Field(default="", title=N_("Name or phone"))
    visitor: Pick | None = None


class LinkFields(forms.Fields):
    """Who is linked, as what, and whether that is approved at once."""

    text: Line = ""
    visitor: Pick = Field(title=N_("Visitor"))
    relation: Relation = Field(title=N_("Relation"))
    approved: bool = Field(default=False, title=N_("Approve at once"))


class Decision(forms.Fields):
    """What is made of a contact, and why."""

    state: ContactState = Field(title=N_("Decision"))
    reason: Annotated[Line, StringConstraints(max_length=300)] = Field(
        default="", title=N_("Reason")
    )
    banned_until: NearDay | None = Field(default=None, title=N_("Last day of the ban"))


async def new(request: web.Request) -> web.Response:
    """Look for a visitor to link to a prisoner."""
    search = forms.from_query(request, Search)
    asked = search.value if search.ok else Search()
    form = forms.blank(LinkFields, text=asked.text)
    return await _link_page(request, form, text=asked.text, visitor=asked.visitor)


async def add(request: web.Request) -> web.Response:
    """Link a visitor to a prisoner."""
    prisoner = gate.subject(request, Prisoner)
    form = await forms.read(request, LinkFields)
    offered = await _offered(request, form.text("text"), _chosen(form))
    form = picks.among(form, "visitor", [one.id for one in offered])
    if not form.ok:
        return await _relink(request, form, status=422)
    wanted = form.value
    state = ContactState.APPROVED if wanted.approved else ContactState.REQUESTED
    try:
        async with request.app[DATABASE].write() as session:
            await people.link(
                session,
                prisoner_id=prisoner.id,
                visitor_id=wanted.visitor,
                relation=wanted.relation,
                state=state,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _relink(request, form.refused(refused), status=409)
    flash = _("The contact is added.")
    return redirect(request, "prisoners.show", prisoner=prisoner.id, flash=flash)


async def show(request: web.Request) -> web.Response:
    """A contact, and the form to decide about it."""
    contact = gate.subject(request, Contact)
    until = contact.banned_until
    zone = await _zone(request, contact)
    form = forms.blank(
        Decision,
        state=contact.state,
        reason=contact.reason,
        banned_until=(until - timedelta(seconds=1)).astimezone(zone).date()
        if until
        else None,
    )
    return await _contact_page(request, form)


async def decide(request: web.Request) -> web.Response:
    """Approve, refuse, suspend or ban a contact."""
    contact = gate.subject(request, Contact)
    form = await forms.read(request, Decision)
    if form.ok and form.value.state not in picks.DECISIONS:
        form = form.faulted("state", _("Choose one from the list."))
    if not form.ok:
        return await _contact_page(request, form, status=422)
    zone = await _zone(request, contact)
    try:
        async with request.app[DATABASE].write() as session:
            await people.decide_contact(
                session,
                await session.get_one(Contact, contact.id),
                state=form.value.state,
                reason=form.value.reason,
                banned_until=_end_of(form.value, zone),
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _contact_page(request, form.refused(refused), status=409)
    flash = _("The decision is saved.")
    return redirect(request, "contacts.show", contact=contact.id, flash=flash)


def _end_of(decision: Decision, zone: ZoneInfo) -> datetime | None:
    if decision.banned_until is None:
        return None
    return datetime.combine(decision.banned_until + timedelta(days=1), time(0), zone)


async def _zone(request: web.Request, contact: Contact) -> ZoneInfo:
    async with request.app[DATABASE].read() as session:
        prisoner = await session.get_one(Prisoner, contact.prisoner_id)
        return ZoneInfo((await session.get_one(Site, prisoner.site_id)).zone)


def _chosen(form: Form[LinkFields]) -> int | None:
    return form.parsed.visitor if form.parsed else None


async def _offered(
    request: web.Request, text: str, chosen: int | None
) -> list[Visitor]:
    """Whom a search finds within reach, and whoever was chosen before."""
    scope = gate.staff(request).scope
    found: list[Visitor] = []
    async with request.app[DATABASE].read() as session:
        if chosen is not None:
            one = await session.get(Visitor, chosen)
            if one and await people.reaches_visitor(session, one, scope=scope):
                found.append(one)
        if text:
            more = await people.find_visitors(
                session, text=text, scope=scope, limit=_OFFERED
            )
            found += [one for one in more if one not in found]
    return found


async def _relink(
    request: web.Request, form: Form[LinkFields], *, status: int
) -> web.Response:
    return await _link_page(
        request, form, text=form.text("text"), visitor=_chosen(form), status=status
    )


async def _link_page(
    request: web.Request,
    form: Form[LinkFields],
    *,
    text: str,
    visitor: int | None,
    status: int = 200,
) -> web.Response:
    prisoner = gate.subject(request, Prisoner)
    offered = await _offered(request, text, visitor)
    return render(
        request,
        "people/contact_new.html",
        status=status,
        search=forms.blank(Search, text=text),
        form=form,
        text=text,
        chosen=visitor or (offered[0].id if len(offered) == 1 else None),
        prisoner={"id": prisoner.id, "name": prisoner.name},
        visitors=[
            {"id": one.id, "name": one.name, "phone": one.phone} for one in offered
        ],
        relations=labels.options(Relation),
    )


async def _contact_page(
    request: web.Request, form: Form[Decision], *, status: int = 200
) -> web.Response:
    contact, now = gate.subject(request, Contact), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        prisoner = await session.get_one(Prisoner, contact.prisoner_id)
        visitor = await session.get_one(Visitor, contact.visitor_id)
        booked = await ahead.of_contact(session, prisoner.id, visitor.id, now=now)
    return render(
        request,
        "people/contact.html",
        status=status,
        form=form,
        contact={
            "id": contact.id,
            "relation": contact.relation,
            "state": contact.state,
            "reason": contact.reason,
            "changed_at": contact.changed_at,
        },
        prisoner={"id": prisoner.id, "name": prisoner.name},
        visitor={"id": visitor.id, "name": visitor.name, "phone": visitor.phone},
        decisions=[(state.value, label(state)) for state in picks.DECISIONS],
        ahead=booked,
        asks=contact.state is not ContactState.APPROVED,
    )


ROUTES = (
    Route(
        method="GET",
        path="/prisoners/{prisoner}/contacts/new",
        page=new,
        allow=PLANNERS,
        subject=subjects.prisoner,
    ),
    Route(
        method="POST",
        path="/prisoners/{prisoner}/contacts/new",
        page=add,
        allow=PLANNERS,
        subject=subjects.prisoner,
    ),
    Route(
        method="GET",
        path="/contacts/{contact}",
        page=show,
        allow=PLANNERS,
        subject=reach.contact,
    ),
    Route(
        method="POST",
        path="/contacts/{contact}",
        page=decide,
        allow=PLANNERS,
        subject=reach.contact,
    ),
)
