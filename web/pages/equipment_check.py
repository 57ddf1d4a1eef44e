"""Trying a station's camera, microphone, loudspeaker and line while no family is there.

The trying happens in the browser, which tells what it found; the line's test is kept by
its own socket.
"""

from typing import Literal

from aiohttp import web

from visitation.places import Site, Station
from visitation.points import equipment
from visitation.points.equipment import Parts
from web import forms, gate
from web.keys import CLOCK, DATABASE, SETTINGS
from web.pages import line
from web.render import render, url
from web.routing import TERMINAL, Route

Result = Literal["good", "bad", "skipped"]
_WORKS = {"good": True, "bad": False, "skipped": None}


class Found(forms.Fields):
    """What came of each part."""

    camera: Result = "skipped"
    microphone: Result = "skipped"
    loudspeaker: Result = "skipped"


async def show(request: web.Request) -> web.Response:
    """One step per screen, then back to what the station shows."""
    device = gate.device(request)
    async with request.app[DATABASE].write() as session:
        await equipment.begun(session, station_id=device.station_id)
        site = await session.get_one(Site, device.site_id)
        shown = {"site": site.name, "phone": site.phone}
    return render(
        request,
        "terminal/check.html",
        station=device.name,
        site=shown["site"],
        phone=shown["phone"] or request.app[SETTINGS].help_phone,
        socket=line.SOCKET_PATH,
        back=url(request, "terminal.station"),
    )


async def record(request: web.Request) -> web.Response:
    """Keep what was found; also of a family's own test at a station."""
    form, device = await forms.read(request, Found), gate.device(request)
    found = form.value if form.ok else Found()
    parts = Parts(
        camera=_WORKS[found.camera],
        microphone=_WORKS[found.microphone],
        loudspeaker=_WORKS[found.loudspeaker],
    )
    if parts != Parts():
        async with request.app[DATABASE].write() as session:
            await equipment.record(
                session,
                await session.get_one(Station, device.station_id),
                parts,
                by=device.actor,
                now=request.app[CLOCK](),
            )
    return web.Response(status=204)


ROUTES = (
    Route(method="GET", path="/station/check", page=show, allow=TERMINAL),
    Route(method="POST", path="/station/check", page=record, allow=TERMINAL),
)
