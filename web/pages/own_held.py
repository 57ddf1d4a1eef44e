"""What a family holds on its own phone: checked, then booked or asked for.

Everything that was chosen is in the hold itself, so that a page that is loaded again,
or another window, shows what is true now.
"""

from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, choosing, own_booking, requests
from scheduler.booking import Refused
from visitation import visits
from visitation.errors import VisitationError
from visitation.lifecycle import VisitState
from visitation.people import Contact
from visitation.places import Site
from visitation.visits import Visit
from visitation.visits.listed import Listed, listed
from visitation.words import Part, VisitKind
from web import gate, own_reach, own_words, professional_ways
from web.booking_choices import OWN_PHONE
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect, render, url
from web.routing import PHONE, Page, Route

_EVERY_STATE = frozenset(VisitState)
#: What a hold has become when it is done.
_DONE = frozenset({VisitState.BOOKED, VisitState.REQUESTED, VisitState.LIVE})


async def show(request: web.Request) -> web.Response:
    """Everything that was chosen, to be checked while it is held."""
    visit = gate.subject(request, Visit)
    if visit.state in _DONE:
        return redirect(request, "own_held.done", hold=visit.reference)
    return await _check(request)


async def take(request: web.Request) -> web.Response:
    """Book it, or ask for it; pressed twice, it is done once."""
    reference = gate.subject(request, Visit).reference
    try:
        async with request.app[DATABASE].write() as session:
            await own_booking.take(
                session,
                reference,
                keyring=request.app[KEYRING],
                by=gate.visitor(request).actor,
                now=request.app[CLOCK](),
            )
    except (choosing.HoldOver, visits.Overtaken):
        return await _check(request, status=409)
    except (Refused, requests.TooLateToAsk) as refused:
        return await _check(request, refused=refused, status=409)
    return redirect(request, "own_held.done", hold=reference)


async def done(request: web.Request) -> web.Response:
    """That it is booked; or that it is not yet, and what comes next."""
    visit = gate.subject(request, Visit)
    if visit.state not in _DONE:
        return redirect(request, "own_held.show", hold=visit.reference)
    async with request.app[DATABASE].read() as session:
        summary = await _summary(session, visit)
        part = await _part(session, request, visit)
        point = await session.get(Site, visit.point_id) if visit.point_id else None
    asked = visit.state is VisitState.REQUESTED
    return render(
        request,
        "family/own_requested.html" if asked else "family/own_booked.html",
        visit=summary,
        zone=ZoneInfo(summary.zone),
        until=visit.hold_until,
        part=part,
        point=point,
    )


async def _check(
    request: web.Request,
    *,
    refused: VisitationError | None = None,
    status: int = 200,
) -> web.Response:
    reference, now = gate.subject(request, Visit).reference, request.app[CLOCK]()
    me = gate.visitor(request)
    async with request.app[DATABASE].read() as session:
        visit = await own_booking.own(session, reference, by=me.actor)
        assert visit is not None
        held = await choosing.kept(session, by=me.actor, now=now)
        is_held = held is not None and held.id == visit.id
        summary = await _summary(session, visit)
        ways = await _ways_back(session, request, visit)
        point = await session.get(Site, visit.point_id) if visit.point_id else None
        looked_at = await requests.is_looked_at(session, visit.prison_id, by=me.actor)
    return render(
        request,
        "family/own_check.html" if is_held else "family/own_over.html",
        status=status if is_held or status != 200 else 410,  # noqa: PLR2004
        visit=summary,
        zone=ZoneInfo(summary.zone),
        until=visit.hold_until,
        minutes=booking.HOLD,
        now=now,
        ways=ways,
        point=point,
        other=held.reference if held and not is_held else "",
        looked_at=looked_at,
        reasons=own_words.because(refused) if refused else (),
    )


async def _ways_back(
    session: AsyncSession, request: web.Request, visit: Visit
) -> dict[str, str]:
    """Where each part of what was chosen can be chosen anew."""
    if visit.kind is VisitKind.LEGAL:
        return await professional_ways.back(session, request, visit)
    me = gate.visitor(request)
    rows = await session.exec(
        select(Contact.id).where(
            Contact.prisoner_id == visit.prisoner_id,
            col(Contact.visitor_id).in_(me.visitor_ids),
        )
    )
    contact = rows.first()
    people = await visits.participants(session, visit.id)
    chosen = [
        ("visitors", str(one.visitor_id)) for one in people if one.part is Part.VISITOR
    ]
    place = OWN_PHONE if visit.kiosk_id is None else str(visit.point_id)
    day = visit.starts_at.date().isoformat()
    party = [*chosen, ("place", place)]
    if contact is None:
        return dict.fromkeys(
            ("whom", "party", "day", "time"), url(request, "mine.show")
        )
    path = url(request, "own_book.party", contact=contact)
    return {
        "whom": url(request, "own_book.whom"),
        "party": f"{path}?{urlencode(party)}",
        "day": f"{path}/days?{urlencode([*party, ('month', day)])}",
        "time": f"{path}/times?{urlencode([*party, ('day', day)])}",
    }


async def _summary(session: AsyncSession, visit: Visit) -> Listed:
    (found,) = await listed(session, col(Visit.id) == visit.id, shown=_EVERY_STATE)
    return found


async def _part(session: AsyncSession, request: web.Request, visit: Visit) -> str:
    """The reference of a part that one of the phone's visitors has; or none."""
    mine = gate.visitor(request).visitor_ids
    people = await visits.participants(session, visit.id)
    return next((one.reference for one in people if one.visitor_id in mine), "")


def _route(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/mine/held/{{hold}}{path}",
        page=page,
        allow=PHONE,
        subject=own_reach.hold,
    )


ROUTES = (
    _route("GET", "", show),
    _route("POST", "", take),
    _route("GET", "/done", done),
)
