"""A family's own visits, seen by whoever answered a code on its phone."""

from zoneinfo import ZoneInfo

from aiohttp import web

from visitation.calls.entries import entry_of
from visitation.errors import NotFound
from visitation.visits import mine
from web import gate
from web.keys import CLOCK, DATABASE
from web.pages.join import led
from web.render import render
from web.routing import PHONE, Route


async def show(request: web.Request) -> web.Response:
    """What is to come, and what was."""
    me, now = gate.visitor(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = await mine.visits_of(session, me.visitor_ids, now=now)
    return render(
        request,
        "family/mine.html",
        to_come=[one for one in found if one.is_to_come],
        past=[one for one in reversed(found) if not one.is_to_come],
        several=len(me.visitor_ids) > 1,
        zones={one.zone: ZoneInfo(one.zone) for one in found},
        now=now,
    )


async def enter(request: web.Request) -> web.Response:
    """Go on to a visit, as its code would."""
    me, now = gate.visitor(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        participant_id = await mine.part_of(
            session, request.match_info["part"], me.visitor_ids
        )
        if participant_id is None:
            raise NotFound("participant")
        entry = await entry_of(session, participant_id=participant_id, now=now)
    return await led(request, entry)


ROUTES = (
    Route(method="GET", path="/mine", page=show, allow=PHONE),
    Route(method="POST", path="/mine/{part}/enter", page=enter, allow=PHONE),
)
