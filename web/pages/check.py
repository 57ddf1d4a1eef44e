"""Trying camera, microphone and loudspeaker before a visit; everything may be skipped.

The trying itself happens in the browser; nothing of it reaches the server.
"""

from zoneinfo import ZoneInfo

from aiohttp import web

from visitation.calls.entries import entry_of
from web import gate
from web.boards import call_path
from web.keys import CLOCK, DATABASE
from web.render import redirect, render
from web.routing import FAMILY, Route


async def show(request: web.Request) -> web.Response:
    """One step per screen, then on to the waiting room."""
    me, now = gate.participant(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        entry = await entry_of(session, participant_id=me.participant_id, now=now)
    if entry.denial is not None:
        return redirect(request, "join.wait")
    return render(
        request,
        "family/check.html",
        call=call_path(entry.reference),
        span=entry.span,
        zone=ZoneInfo(entry.zone),
    )


ROUTES = (Route(method="GET", path="/check", page=show, allow=FAMILY),)
