"""A family's own visits, seen by whoever answered a code on its phone."""

from zoneinfo import ZoneInfo

from aiohttp import web

from scheduler import wanting
from visitation.calls.entries import entry_of
from visitation.errors import NotFound
from visitation.lifecycle import VisitState
from visitation.people import Visitor
from visitation.visits import mine
from web import gate, own_choices
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.join import led
from web.render import render
from web.routing import PHONE, Route

#: What came to nothing, and is listed apart.
_OFF = frozenset({VisitState.CANCELLED, VisitState.DECLINED, VisitState.EXPIRED})


async def show(request: web.Request) -> web.Response:
    """What is to come, and what else there is to do."""
    me, now = gate.visitor(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = await mine.visits_of(session, me.visitor_ids, now=now)
        links = await own_choices.links(session, me, now=now)
        visitor = await session.get_one(Visitor, me.visitor_id)
        off = await wanting.unwanted(
            session, {visitor.phone or ""}, keyring=request.app[KEYRING]
        )
    return render(
        request,
        "family/mine.html",
        to_come=[one for one in found if one.is_to_come],
        others=any(not one.is_to_come for one in found),
        linked=bool(links),
        messages_off=bool(off),
        several=len(me.visitor_ids) > 1,
        zones={one.zone: ZoneInfo(one.zone) for one in found},
        now=now,
    )


async def past(request: web.Request) -> web.Response:
    """What was, and what was cancelled."""
    me, now = gate.visitor(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = await mine.visits_of(session, me.visitor_ids, now=now)
    over = [one for one in reversed(found) if not one.is_to_come]
    return render(
        request,
        "family/own_past.html",
        past=[one for one in over if one.state not in _OFF],
        cancelled=[one for one in over if one.state in _OFF],
        several=len(me.visitor_ids) > 1,
        zones={one.zone: ZoneInfo(one.zone) for one in found},
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
    Route(method="GET", path="/mine/past", page=past, allow=PHONE),
    Route(method="POST", path="/mine/{part}/enter", page=enter, allow=PHONE),
)
