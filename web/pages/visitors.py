"""Visitors: finding, adding and correcting the people who visit.

A visitor belongs to no site: staff see those whom a prisoner within their reach knows,
those nobody knows yet, and whoever has exactly the phone they ask for.
"""

from datetime import date
from typing import Any

from aiohttp import web
from pydantic import Field

from scheduler import wanting
from visitation import people
from visitation.errors import Invalid
from visitation.people import Prisoner, Visitor
from web import forms, gate, i18n, paging, picks, present, reach, subjects
from web.fields import Name, NationalId, Phone
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.sites import PLANNERS
from web.pages.wanted_messages import Asked
from web.paging import PER_PAGE
from web.picks import NearDay
from web.render import TRANSLATIONS, redirect, render
from web.routing import Route

_EXAMPLE_BIRTHDAY = date(1961, 4, 4)


class VisitorFields(forms.Fields):
    """What is known of a visitor."""

    name: Name = Field(title=N_("Name"))
    phone: Phone | None = Field(default=None, title=N_("Phone"))
    language: str = Field(default=i18n.DEFAULT_LANGUAGE, title=N_("Language"))
    cannot_read: bool = Field(default=False, title=N_("Cannot read"))
    helper_phone: Phone | None = Field(default=None, title=N_("Helper's phone"))
    born_on: NearDay | None = Field(default=None, title=N_("Day of birth"))
    national_id: NationalId | None = Field(default=None, title=N_("National ID"))


async def index(request: web.Request) -> web.Response:
    """The visitors within reach, or those that were looked for."""
    form, looking = paging.looking(request)
    async with request.app[DATABASE].read() as session:
        found = await people.find_visitors(
            session,
            scope=gate.staff(request).scope,
            text=looking.text,
            after=looking.after,
            limit=PER_PAGE + 1,
        )
    rows = [
        {"id": one.id, "name": one.name, "phone": one.phone, "reads": one.reads}
        for one in found
    ]
    return render(
        request,
        "people/visitors.html",
        form=form,
        text=looking.text,
        visitors=rows[:PER_PAGE],
        pages=paging.links(
            request, "visitors.index", looking, [one.id for one in found]
        ),
    )


async def show(request: web.Request) -> web.Response:
    """A visitor, and the prisoners they are linked to."""
    visitor = gate.subject(request, Visitor)
    async with request.app[DATABASE].read() as session:
        known = await people.known_by(
            session, visitor.id, scope=gate.staff(request).scope
        )
        off = await wanting.unwanted(
            session, {visitor.phone or ""}, keyring=request.app[KEYRING]
        )
    return render(
        request,
        "people/visitor.html",
        visitor={
            "id": visitor.id,
            "name": visitor.name,
            "phone": visitor.phone,
            "language": i18n.LANGUAGE_NAMES.get(visitor.language, visitor.language),
            "reads": visitor.reads,
            "messages_off": off.get(visitor.phone or ""),
            "helper_phone": visitor.helper_phone,
            "born_on": visitor.born_on,
            "national_id": people.masked_id(
                visitor.national_id_sealed, keyring=request.app[KEYRING]
            ),
        },
        contacts=[
            {
                "id": contact.id,
                "prisoner": prisoner.id,
                "name": prisoner.name,
                "relation": contact.relation,
                "state": contact.state,
            }
            for contact, prisoner in known
        ],
        wish=forms.blank(Asked),
    )


async def new(request: web.Request) -> web.Response:
    """The form for another visitor."""
    return _form(request, forms.blank(VisitorFields, language=i18n.DEFAULT_LANGUAGE))


async def add(request: web.Request) -> web.Response:
    """Add a visitor."""
    form = _spoken(request, await forms.read(request, VisitorFields))
    if not form.ok:
        return _form(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            visitor = await people.add_visitor(session, **_typed(request, form.value))
    except Invalid as refused:
        return _form(request, form.refused(refused), status=409)
    flash = _("The visitor is added.")
    return redirect(request, "visitors.show", visitor=visitor.id, flash=flash)


async def new_for(request: web.Request) -> web.Response:
    """The form for somebody who will visit one prisoner."""
    form = forms.blank(VisitorFields, language=i18n.DEFAULT_LANGUAGE)
    return _form(request, form, gate.subject(request, Prisoner))


async def add_for(request: web.Request) -> web.Response:
    """Add a visitor, and go on to link them to the prisoner."""
    prisoner = gate.subject(request, Prisoner)
    form = _spoken(request, await forms.read(request, VisitorFields))
    if not form.ok:
        return _form(request, form, prisoner, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            visitor = await people.add_visitor(session, **_typed(request, form.value))
    except Invalid as refused:
        return _form(request, form.refused(refused), prisoner, status=409)
    return redirect(
        request,
        "contacts.new",
        prisoner=prisoner.id,
        query={"visitor": str(visitor.id)},
        flash=_("The visitor is added. Say now what they are to the prisoner."),
    )


async def edit(request: web.Request) -> web.Response:
    """The form to correct a visitor."""
    visitor = gate.subject(request, Visitor)
    form = forms.blank(
        VisitorFields,
        name=visitor.name,
        phone=present.typed_phone(visitor.phone or ""),
        language=visitor.language,
        cannot_read=not visitor.reads,
        helper_phone=present.typed_phone(visitor.helper_phone or ""),
        born_on=visitor.born_on,
    )
    return _form(request, form, visitor=visitor)


async def save(request: web.Request) -> web.Response:
    """Correct a visitor."""
    visitor = gate.subject(request, Visitor)
    form = _spoken(request, await forms.read(request, VisitorFields))
    if not form.ok:
        return _form(request, form, visitor=visitor, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await people.edit_visitor(
                session,
                await session.get_one(Visitor, visitor.id),
                **_typed(request, form.value),
            )
    except Invalid as refused:
        return _form(request, form.refused(refused), visitor=visitor, status=409)
    return redirect(request, "visitors.show", visitor=visitor.id, flash=_("Saved."))


def _typed(request: web.Request, typed: VisitorFields) -> dict[str, Any]:
    return {
        "name": typed.name,
        "phone": typed.phone,
        "language": typed.language,
        "reads": not typed.cannot_read,
        "helper_phone": typed.helper_phone,
        "born_on": typed.born_on,
        "national_id": typed.national_id,
        "keyring": request.app[KEYRING],
        "by": gate.staff(request).actor,
        "now": request.app[CLOCK](),
    }


def _spoken(request: web.Request, form: Form[VisitorFields]) -> Form[VisitorFields]:
    known = form.parsed is None or form.parsed.language in request.app[TRANSLATIONS]
    return form if known else form.faulted("language", _("Choose one from the list."))


def _form(
    request: web.Request,
    form: Form[VisitorFields],
    prisoner: Prisoner | None = None,
    *,
    visitor: Visitor | None = None,
    status: int = 200,
) -> web.Response:
    sealed = visitor.national_id_sealed if visitor else None
    return render(
        request,
        "people/visitor_form.html",
        status=status,
        form=form,
        visitor={"id": visitor.id, "name": visitor.name} if visitor else None,
        prisoner={"id": prisoner.id, "name": prisoner.name} if prisoner else None,
        national_id=people.masked_id(sealed, keyring=request.app[KEYRING]),
        spoken=picks.language_options(request),
        example=_EXAMPLE_BIRTHDAY,
    )


ROUTES = (
    Route(
        method="GET",
        path="/visitors",
        page=index,
        allow=PLANNERS,
        menu=N_("Visitors"),
    ),
    Route(method="GET", path="/visitors/new", page=new, allow=PLANNERS),
    Route(method="POST", path="/visitors/new", page=add, allow=PLANNERS),
    Route(
        method="GET",
        path="/visitors/{visitor}",
        page=show,
        allow=PLANNERS,
        subject=reach.visitor,
    ),
    Route(
        method="GET",
        path="/visitors/{visitor}/edit",
        page=edit,
        allow=PLANNERS,
        subject=reach.visitor,
    ),
    Route(
        method="POST",
        path="/visitors/{visitor}/edit",
        page=save,
        allow=PLANNERS,
        subject=reach.visitor,
    ),
    Route(
        method="GET",
        path="/prisoners/{prisoner}/visitors/new",
        page=new_for,
        allow=PLANNERS,
        subject=subjects.prisoner,
    ),
    Route(
        method="POST",
        path="/prisoners/{prisoner}/visitors/new",
        page=add_for,
        allow=PLANNERS,
        subject=subjects.prisoner,
    ),
)
