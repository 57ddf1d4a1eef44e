"""Stations of a site: adding, renaming, pairing with a browser, out of order and back.

A pairing code is on the page that answers the button, once, and nowhere else.
"""

from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import devices, places
from visitation.devices.pairing import PAIRING_CODE_LIFE
from visitation.errors import Invalid
from visitation.places import Site, Station
from web import ahead, forms, gate, station_frame, subjects
from web.fields import Line, Name
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.pages import sites
from web.pages.provinces import ADMINISTRATORS
from web.render import redirect, render, url
from web.routing import Page, Route


class StationFields(forms.Fields):
    """A station's name."""

    name: Annotated[Name, StringConstraints(max_length=60)] = Field(title=N_("Name"))


class Trouble(forms.Fields):
    """Why a station cannot be used."""

    reason: Annotated[Line, StringConstraints(min_length=1)] = Field(
        title=N_("What is wrong")
    )


async def add(request: web.Request) -> web.Response:
    """Add a station to a site."""
    site = gate.subject(request, Site)
    form = await forms.read(request, StationFields)
    if not form.ok:
        return await sites.page(request, site, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await places.add_station(
                session,
                site=site,
                name=form.value.name,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await sites.page(request, site, form.refused(refused), status=409)
    return redirect(request, "sites.show", site=site.id, flash=_("The seat is added."))


async def show(request: web.Request) -> web.Response:
    """A station: its browser, its order, what is booked there."""
    return await _page(request)


async def rename(request: web.Request) -> web.Response:
    """Give a station another name."""
    form = await forms.read(request, StationFields)
    if not form.ok:
        return await _page(request, naming=form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await places.rename_station(
                session,
                await _station(request, session),
                name=form.value.name,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _page(request, naming=form.refused(refused), status=409)
    return _done(request, _("Saved."))


async def take_out(request: web.Request) -> web.Response:
    """Take a station out of order."""
    form = await forms.read(request, Trouble)
    if not form.ok:
        return await _page(request, trouble=form, status=422)
    async with request.app[DATABASE].write() as session:
        await places.take_out_of_order(
            session,
            await _station(request, session),
            reason=form.value.reason,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return _done(request, _("It is out of order now; nobody can book it."))


async def put_back(request: web.Request) -> web.Response:
    """Put a station back in order."""
    async with request.app[DATABASE].write() as session:
        await places.put_in_order(
            session,
            await _station(request, session),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return _done(request, _("It is in order and can be booked again."))


async def issue_code(request: web.Request) -> web.Response:
    """Issue a pairing code and show it, this once."""
    station, now = gate.subject(request, Station), request.app[CLOCK]()
    async with request.app[DATABASE].write() as session:
        code = await devices.issue_pairing_code(
            session,
            station_id=station.id,
            keyring=request.app[KEYRING],
            by=gate.staff(request).actor,
            now=now,
        )
    return render(
        request,
        "admin/pairing_code.html",
        station={"id": station.id, "name": station.name},
        code=f"{code[:4]} {code[4:]}",
        until=now + PAIRING_CODE_LIFE,
        address=f"{request.app[SETTINGS].public_url.rstrip('/')}/pair",
    )


async def confirm_unpair(request: web.Request) -> web.Response:
    """Ask before a browser is cut off."""
    station = gate.subject(request, Station)
    return render(
        request,
        "admin/confirm.html",
        title=_("Unpair “%(name)s”?", name=station.name),
        text=_(
            "Its browser is signed out at once. To use the seat again, somebody must "
            "type a new pairing code there."
        ),
        act=_("Unpair"),
        back=url(request, "stations.show", station=station.id),
    )


async def unpair(request: web.Request) -> web.Response:
    """Cut a station's browser off."""
    station = gate.subject(request, Station)
    async with request.app[DATABASE].write() as session:
        await devices.unpair(
            session,
            station_id=station.id,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return _done(request, _("The browser is unpaired."))


async def _station(request: web.Request, session: AsyncSession) -> Station:
    return await session.get_one(Station, gate.subject(request, Station).id)


def _done(request: web.Request, flash: str) -> web.Response:
    station = gate.subject(request, Station)
    return redirect(request, "stations.show", station=station.id, flash=flash)


async def _page(
    request: web.Request,
    *,
    naming: Form[StationFields] | None = None,
    trouble: Form[Trouble] | None = None,
    status: int = 200,
) -> web.Response:
    now = request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        station = await _station(request, session)
        site = await session.get_one(Site, station.site_id)
        paired = await devices.paired(session, station_ids=[station.id])
        booked = await ahead.at_station(session, station.id, now=now)
    device = paired.get(station.id)
    return render(
        request,
        "admin/station.html",
        status=status,
        station={
            "id": station.id,
            "name": station.name,
            "kind": station.kind,
            "out_of_order": station.out_of_order,
        },
        site={"id": site.id, "name": site.name},
        paired_at=device.paired_at if device else None,
        seen_at=device.last_seen_at if device else None,
        operator_number=station_frame.operator_number(request.app[KEYRING], device.id)
        if device
        else "",
        ahead=booked,
        naming=naming or forms.blank(StationFields, name=station.name),
        trouble=trouble or forms.blank(Trouble),
    )


def _on_station(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/stations/{{station}}{path}",
        page=page,
        allow=ADMINISTRATORS,
        subject=subjects.station,
    )


ROUTES = (
    Route(
        method="POST",
        path="/sites/{site}/stations",
        page=add,
        allow=ADMINISTRATORS,
        subject=subjects.site,
    ),
    _on_station("GET", "", show),
    _on_station("POST", "", rename),
    _on_station("POST", "/out-of-order", take_out),
    _on_station("POST", "/in-order", put_back),
    _on_station("POST", "/pairing-code", issue_code),
    _on_station("GET", "/unpair", confirm_unpair),
    _on_station("POST", "/unpair", unpair),
)
