"""Prisoners: finding, adding, correcting, releasing, and who visits them.

A national ID, once kept, is never shown again but for its last three digits.
"""

from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import people, places
from visitation.errors import Invalid
from visitation.people import Contact, Prisoner, Standing
from visitation.places import Site
from visitation.words import ContactState, SiteKind
from web import (
    ahead,
    case_reach,
    forms,
    gate,
    paging,
    picks,
    present,
    standing,
    subjects,
)
from web.fields import Day, Line, Name, NationalId
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.sites import PLANNERS
from web.paging import PER_PAGE
from web.picks import Pick
from web.render import redirect, render
from web.routing import Page, Route

Number = Annotated[Line, StringConstraints(min_length=1, max_length=32)]
Ward = Annotated[Line, StringConstraints(max_length=40)]


class Correction(forms.Fields):
    """What may change about a prisoner."""

    number: Number = Field(title=N_("Prisoner number"))
    name: Name = Field(title=N_("Name"))
    ward: Ward = Field(default="", title=N_("Ward"))
    national_id: NationalId | None = Field(default=None, title=N_("National ID"))
    visited_on: Day | None = Field(default=None, title=N_("Last visit before"))


class PrisonerFields(Correction):
    """What is known of a new prisoner."""

    site: Pick = Field(title=N_("Prison"))


async def index(request: web.Request) -> web.Response:
    """The prisoners within reach, or those that were looked for."""
    form, looking = paging.looking(request)
    scope = gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        prisons = await places.find_sites(session, within=scope.of_sites())
        found = await people.find_prisoners(
            session,
            scope=scope,
            text=looking.text,
            after=looking.after,
            limit=PER_PAGE + 1,
        )
    names = {site.id: site.name for site, _province in prisons}
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "number": one.number,
            "prison": names[one.site_id],
            "released": one.released_at is not None,
        }
        for one in found
    ]
    return render(
        request,
        "people/prisoners.html",
        form=form,
        text=looking.text,
        prisoners=rows[:PER_PAGE],
        pages=paging.links(
            request, "prisoners.index", looking, [one.id for one in found]
        ),
    )


async def show(request: web.Request) -> web.Response:
    """A prisoner, their contacts, and the visits to come."""
    prisoner, now = gate.subject(request, Prisoner), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        site = await session.get_one(Site, prisoner.site_id)
        contacts = await people.contacts_of(session, prisoner.id)
        booked = await ahead.of_prisoner(session, prisoner.id, now=now)
        repeated = await standing.of_prisoner(session, prisoner.id, now=now)
    return render(
        request,
        "people/prisoner.html",
        prisoner=_known(request, prisoner, site),
        contacts=[
            {
                "id": contact.id,
                "visitor": visitor.id,
                "name": visitor.name,
                "phone": visitor.phone,
                "relation": contact.relation,
                "state": contact.state,
                "until": _last_day(contact, ZoneInfo(site.zone)),
                "ban_over": _ban_is_over(contact, now),
            }
            for contact, visitor in contacts
        ],
        ahead=booked,
        standing=repeated,
        zone=ZoneInfo(site.zone),
        reads_cases=gate.staff(request).role in case_reach.READERS,
    )


async def new(request: web.Request) -> web.Response:
    """The form for another prisoner."""
    return await _new(request, forms.blank(PrisonerFields))


async def add(request: web.Request) -> web.Response:
    """Add a prisoner."""
    form = await forms.read(request, PrisonerFields)
    form = picks.among(form, "site", [one for one, _words in await _prisons(request)])
    if not form.ok:
        return await _new(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            prisoner = await people.add_prisoner(
                session,
                site_id=form.value.site,
                number=form.value.number,
                name=form.value.name,
                ward=form.value.ward,
                national_id=form.value.national_id,
                visited_on=form.value.visited_on,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _new(request, form.refused(refused), status=409)
    flash = _("The prisoner is added. Add the people who may visit.")
    return redirect(request, "prisoners.show", prisoner=prisoner.id, flash=flash)


async def edit(request: web.Request) -> web.Response:
    """The form to correct a prisoner."""
    prisoner = gate.subject(request, Prisoner)
    form = forms.blank(
        Correction,
        number=present.digits(prisoner.number),
        name=prisoner.name,
        ward=prisoner.ward,
        visited_on=prisoner.visited_on,
    )
    return _edit(request, form, prisoner)


async def save(request: web.Request) -> web.Response:
    """Correct a prisoner."""
    prisoner = gate.subject(request, Prisoner)
    form = await forms.read(request, Correction)
    if not form.ok:
        return _edit(request, form, prisoner, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await people.edit_prisoner(
                session,
                await session.get_one(Prisoner, prisoner.id),
                number=form.value.number,
                name=form.value.name,
                ward=form.value.ward,
                national_id=form.value.national_id,
                visited_on=form.value.visited_on,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return _edit(request, form.refused(refused), prisoner, status=409)
    return _done(request, _("Saved."))


async def confirm_release(request: web.Request) -> web.Response:
    """Ask before a release is recorded, and say what is still booked."""
    prisoner, now = gate.subject(request, Prisoner), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        booked = await ahead.of_prisoner(session, prisoner.id, now=now)
    return render(
        request,
        "people/release.html",
        prisoner={"id": prisoner.id, "name": prisoner.name},
        ahead=booked,
    )


async def release(request: web.Request) -> web.Response:
    """Record a release."""
    async with request.app[DATABASE].write() as session:
        await people.release_prisoner(
            session,
            await session.get_one(Prisoner, gate.subject(request, Prisoner).id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return _done(request, _("The release is recorded."))


async def take_back(request: web.Request) -> web.Response:
    """Undo a release."""
    async with request.app[DATABASE].write() as session:
        await people.take_back_prisoner(
            session,
            await session.get_one(Prisoner, gate.subject(request, Prisoner).id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return _done(request, _("The prisoner can be visited again."))


def _known(request: web.Request, prisoner: Prisoner, site: Site) -> dict[str, object]:
    return {
        "id": prisoner.id,
        "name": prisoner.name,
        "number": prisoner.number,
        "ward": prisoner.ward,
        "prison": site.name,
        "national_id": people.masked_id(
            prisoner.national_id_sealed, keyring=request.app[KEYRING]
        ),
        "released_at": prisoner.released_at,
        "visited_on": prisoner.visited_on,
    }


def _ban_is_over(contact: Contact, now: datetime) -> bool:
    banned = contact.state is ContactState.BANNED
    return banned and people.standing(contact, now) is Standing.APPROVED


def _last_day(contact: Contact, zone: ZoneInfo) -> date | None:
    until = contact.banned_until
    return until and (until - timedelta(seconds=1)).astimezone(zone).date()


def _done(request: web.Request, flash: str) -> web.Response:
    prisoner = gate.subject(request, Prisoner)
    return redirect(request, "prisoners.show", prisoner=prisoner.id, flash=flash)


async def _prisons(request: web.Request) -> list[tuple[int, str]]:
    scope = gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        found = await places.find_sites(
            session, within=scope.of_sites(), kinds=[SiteKind.PRISON]
        )
    return picks.site_options(found)


async def _new(
    request: web.Request, form: Form[PrisonerFields], *, status: int = 200
) -> web.Response:
    return render(
        request,
        "people/prisoner_new.html",
        status=status,
        form=form,
        prisons=await _prisons(request),
    )


def _edit(
    request: web.Request,
    form: Form[Correction],
    prisoner: Prisoner,
    *,
    status: int = 200,
) -> web.Response:
    masked = people.masked_id(prisoner.national_id_sealed, keyring=request.app[KEYRING])
    return render(
        request,
        "people/prisoner_edit.html",
        status=status,
        form=form,
        prisoner={"id": prisoner.id, "name": prisoner.name, "national_id": masked},
    )


def _on_prisoner(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/prisoners/{{prisoner}}{path}",
        page=page,
        allow=PLANNERS,
        subject=subjects.prisoner,
    )


ROUTES = (
    Route(
        method="GET",
        path="/prisoners",
        page=index,
        allow=PLANNERS,
        menu=N_("Prisoners"),
    ),
    Route(method="GET", path="/prisoners/new", page=new, allow=PLANNERS),
    Route(method="POST", path="/prisoners/new", page=add, allow=PLANNERS),
    _on_prisoner("GET", "", show),
    _on_prisoner("GET", "/edit", edit),
    _on_prisoner("POST", "/edit", save),
    _on_prisoner("GET", "/release", confirm_release),
    _on_prisoner("POST", "/release", release),
    _on_prisoner("POST", "/take-back", take_back),
)
