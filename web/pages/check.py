"""Trying camera, microphone, loudspeaker and line before a visit; all may be skipped.

The trying itself happens in the browser; of the line alone something is kept. A line
that was good within the hour is not tried again, nor is one with `?skip`.
"""

from zoneinfo import ZoneInfo

from aiohttp import web

from visitation import lines
from visitation.calls.entries import entry_of
from web import gate
from web.assets import ASSETS, Assets
from web.boards import call_path
from web.keys import CLOCK, DATABASE, SETTINGS
from web.pages import line
from web.render import redirect, render
from web.routing import FAMILY, Route


async def show(request: web.Request) -> web.Response:
    """One step per screen, then on to the waiting room."""
    me, now = gate.participant(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        entry = await entry_of(session, participant_id=me.participant_id, now=now)
        passed = await lines.passed_lately(session, of=line.whose(request), now=now)
    if entry.denial is not None:
        return redirect(request, "join.wait")
    return render(
        request,
        "family/check.html",
        visit=entry.reference,
        call=call_path(entry.reference),
        now=now,
        span=entry.span,
        zone=ZoneInfo(entry.zone),
        phone=entry.phone or request.app[SETTINGS].help_phone,
        passed=passed,
        tries_line=not passed and "skip" not in request.query,
        socket=line.SOCKET_PATH,
        ahead=_ahead(request.app[ASSETS]),
    )


def _ahead(assets: Assets) -> list[str]:
    """What the call asks for besides what this page has already."""
    wanted = ("js/call/", "css/call")
    return [assets.url(path) for path in assets.files if path.startswith(wanted)]


ROUTES = (Route(method="GET", path="/check", page=show, allow=FAMILY),)
