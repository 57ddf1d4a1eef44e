"""Trying a line before a call: who may, with which ticket, and a station's own page.

What is tried belongs to the station that the browser is, and to the participant who
gave a code there. The test itself is the socket's business.
"""

from aiohttp import web

from signaling import line_ticket
from signaling.line_desk import LineDesk, Means
from visitation.lines import Whose
from visitation.places import Site
from web import gate, live
from web.keys import CLOCK, DATABASE, DEVICE, KEYRING, PRINCIPAL, SETTINGS
from web.principals import ParticipantPrincipal
from web.render import render
from web.routing import FAMILY, PUBLIC, TERMINAL, Route
from web.throttle import THROTTLE, per_hour

SOCKET_PATH = "/line/socket"
#: The tests of this process; whoever builds the application puts them here.
DESK = web.AppKey("DESK", LineDesk)
PER_LINE = per_hour(30)


def whose(request: web.Request) -> Whose:
    """The line that the browser is on."""
    device, principal = request.get(DEVICE), request.get(PRINCIPAL)
    participant_id = None
    if isinstance(principal, ParticipantPrincipal):
        participant_id = principal.participant_id
    return Whose(
        station_id=device.station_id if device else None,
        participant_id=participant_id,
    )


async def show(request: web.Request) -> web.Response:
    """Try the line of a station that nobody is in a call at."""
    device = gate.device(request)
    async with request.app[DATABASE].read() as session:
        site = await session.get_one(Site, device.site_id)
    return render(
        request,
        "terminal/line.html",
        station=device.name,
        site=site.name,
        phone=site.phone or request.app[SETTINGS].help_phone,
    )


async def ticket(request: web.Request) -> web.Response:
    """A ticket, made when the test is about to begin."""
    of = whose(request)
    await request.app[THROTTLE].hit(PER_LINE, "line", str(of))
    made = line_ticket.issue(request.app[KEYRING], of, now=request.app[CLOCK]())
    return web.json_response({"ticket": made})


async def socket(request: web.Request) -> web.StreamResponse:
    """The socket of every test; its first message says whose line it is."""
    hub = live.hub(request)
    means = Means(
        engine=hub.engine,
        database=request.app[DATABASE],
        keyring=request.app[KEYRING],
        clock=request.app[CLOCK],
        settings=hub.settings,
    )
    return await request.app[DESK].serve(request, means)


ROUTES = (
    Route(method="GET", path=SOCKET_PATH, page=socket, allow=PUBLIC),
    Route(method="POST", path="/line/ticket", page=ticket, allow=FAMILY | TERMINAL),
    Route(method="GET", path="/station/line", page=show, allow=TERMINAL),
)
