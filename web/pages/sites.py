"""Sites: where prisons are, and where families sit down.

Administrators change them within their reach; schedulers look, on their way to opening
times and closures.
"""

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import devices, places
from visitation.errors import Invalid, NotFound
from visitation.places import DEFAULT_ZONE, Province, Site
from visitation.words import Role, SiteKind
from web import forms, gate, labels, picks, present, subjects
from web.fields import Line, Name, Phone
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.pages.provinces import ADMINISTRATORS
from web.picks import Pick
from web.principals import StaffPrincipal
from web.render import redirect, render
from web.routing import Route

#: Who lays out time: opening hours, closures, people and their contacts.
PLANNERS = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})


class Correction(forms.Fields):
    """What may change about a site."""

    name: Name = Field(title=N_("Name"))
    address: Annotated[Line, StringConstraints(max_length=300)] = Field(
        default="", title=N_("Address")
    )
    phone: Phone | None = Field(default=None, title=N_("Phone"))
    zone: Annotated[Line, StringConstraints(max_length=64)] = Field(
        default=DEFAULT_ZONE, title=N_("Time zone")
    )


class SiteFields(Correction):
    """What is known of a new site."""

    province: Pick = Field(title=N_("Province"))
    kind: SiteKind = Field(title=N_("Kind of place"))


async def index(request: web.Request) -> web.Response:
    """The sites within reach, by province."""
    me = gate.staff(request)
    async with request.app[DATABASE].read() as session:
        found = await places.find_sites(session, within=me.scope.of_sites())
    rows = [
        {
            "id": site.id,
            "name": site.name,
            "kind": site.kind,
            "province": province.name,
            "phone": site.phone,
            "is_prison": site.kind is SiteKind.PRISON,
        }
        for site, province in found
    ]
    return render(
        request,
        "admin/sites.html",
        sites=rows,
        may_change=me.role is Role.ADMINISTRATOR,
        may_add=_may_add(me),
    )


async def show(request: web.Request) -> web.Response:
    """A site, its stations, and the way to its opening times."""
    return await page(request, gate.subject(request, Site))


async def new(request: web.Request) -> web.Response:
    """The form for another site."""
    return await _new(request, forms.blank(SiteFields, zone=DEFAULT_ZONE))


async def add(request: web.Request) -> web.Response:
    """Add a site."""
    form = await forms.read(request, SiteFields)
    form = picks.among(form, "province", [one.id for one in await _provinces(request)])
    if not form.ok:
        return await _new(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            site = await places.add_site(
                session,
                province_id=form.value.province,
                kind=form.value.kind,
                name=form.value.name,
                zone=form.value.zone,
                address=form.value.address,
                phone=form.value.phone or "",
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _new(request, form.refused(refused), status=409)
    flash = _("The place is added. Add its seats below.")
    return redirect(request, "sites.show", site=site.id, flash=flash)


async def edit(request: web.Request) -> web.Response:
    """The form to correct a site."""
    site = gate.subject(request, Site)
    form = forms.blank(
        Correction,
        name=site.name,
        address=site.address,
        phone=present.typed_phone(site.phone),
        zone=site.zone,
    )
    return _edit(request, form, site)


async def save(request: web.Request) -> web.Response:
    """Correct a site."""
    site = gate.subject(request, Site)
    form = await forms.read(request, Correction)
    if not form.ok:
        return _edit(request, form, site, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await places.edit_site(
                session,
                await session.get_one(Site, site.id),
                name=form.value.name,
                zone=form.value.zone,
                address=form.value.address,
                phone=form.value.phone or "",
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return _edit(request, form.refused(refused), site, status=409)
    return redirect(request, "sites.show", site=site.id, flash=_("Saved."))


async def page(
    request: web.Request,
    site: Site,
    form: Form[Any] | None = None,
    *,
    status: int = 200,
) -> web.Response:
    """A site's page; `form` is the one for another station, when it was refused."""
    async with request.app[DATABASE].read() as session:
        province = await session.get_one(Province, site.province_id)
        stations = await places.stations_of(session, site.id)
        paired = await devices.paired(session, station_ids=[one.id for one in stations])
    return render(
        request,
        "admin/site.html",
        status=status,
        site={
            "id": site.id,
            "name": site.name,
            "kind": site.kind,
            "province": province.name,
            "address": site.address,
            "phone": site.phone,
            "zone": site.zone,
        },
        is_prison=site.kind is SiteKind.PRISON,
        stations=[
            {
                "id": one.id,
                "name": one.name,
                "out_of_order": one.out_of_order,
                "paired": one.id in paired,
            }
            for one in stations
        ],
        may_change=gate.staff(request).role is Role.ADMINISTRATOR,
        form=form or forms.blank(forms.Fields),
    )


def _may_add(me: StaffPrincipal) -> bool:
    whole = me.scope.everywhere or bool(me.scope.provinces)
    return me.role is Role.ADMINISTRATOR and whole


async def _provinces(request: web.Request) -> list[Province]:
    """The provinces one may add sites to: those one reaches as a whole."""
    me = gate.staff(request)
    if not _may_add(me):
        raise NotFound("province")
    async with request.app[DATABASE].read() as session:
        every = await places.provinces(session)
    return [one for one in every if me.scope.everywhere or one.id in me.scope.provinces]


async def _new(
    request: web.Request, form: Form[SiteFields], *, status: int = 200
) -> web.Response:
    provinces = await _provinces(request)
    return render(
        request,
        "admin/site_new.html",
        status=status,
        form=form,
        provinces=[(one.id, one.name) for one in provinces],
        kinds=labels.options(SiteKind),
    )


def _edit(
    request: web.Request, form: Form[Correction], site: Site, *, status: int = 200
) -> web.Response:
    return render(
        request,
        "admin/site_edit.html",
        status=status,
        form=form,
        site={"id": site.id, "name": site.name},
    )


ROUTES = (
    Route(
        method="GET",
        path="/sites",
        page=index,
        allow=PLANNERS,
        menu=N_("Places and opening times"),
    ),
    Route(method="GET", path="/sites/new", page=new, allow=ADMINISTRATORS),
    Route(method="POST", path="/sites/new", page=add, allow=ADMINISTRATORS),
    Route(
        method="GET",
        path="/sites/{site}",
        page=show,
        allow=PLANNERS,
        subject=subjects.site,
    ),
    Route(
        method="GET",
        path="/sites/{site}/edit",
        page=edit,
        allow=ADMINISTRATORS,
        subject=subjects.site,
    ),
    Route(
        method="POST",
        path="/sites/{site}/edit",
        page=save,
        allow=ADMINISTRATORS,
        subject=subjects.site,
    ),
)
