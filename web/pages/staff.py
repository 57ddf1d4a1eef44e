"""Where a member of staff begins: the places their role works in."""

from aiohttp import web

from web import gate, tiles
from web.keys import CLOCK
from web.render import render
from web.routing import STAFF, Route


async def home(request: web.Request) -> web.Response:
    """The start page of a role, with a link to each of its places."""
    me = gate.staff(request)
    return render(
        request,
        "staff/home.html",
        role=me.role,
        tiles=await tiles.of(request),
        now=request.app[CLOCK](),
    )


ROUTES = (Route(method="GET", path="/staff", page=home, allow=STAFF),)
