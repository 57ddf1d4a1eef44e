"""Numbers for whoever comes without an appointment: given out, called, served or gone.

A number belongs to nobody, so that the screen everybody sees can show it.
"""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation.errors import NotFound, VisitationError
from visitation.lifecycle import MAY, Act
from visitation.places import Site
from visitation.points import days, queue
from visitation.points.queue import LIFE, TicketAct
from visitation.points.tables import Ticket
from visitation.words import Errand, TicketState
from web import forms, gate, point_reach, present, refusals
from web.errors import wants_json
from web.i18n import N_
from web.keys import CLOCK, DATABASE, KEYRING
from web.labels import label, options
from web.point_labels import TICKET_TONES
from web.render import redirect, render
from web.routing import TERMINAL, Route

_CLERKS = MAY[Act.CHECK_IN]
#: How many called numbers a screen has room for.
_ON_SCREEN = 4
_WAITS = frozenset({TicketState.WAITING, TicketState.CALLED})


class Taking(forms.Fields):
    """Why somebody has come, and a word that makes asking twice ask once."""

    errand: Errand = Field(default=Errand.BOOKING, title=N_("What for"))
    key: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{8,32}$")]


class Moving(forms.Fields):
    """What is done with a number."""

    act: TicketAct


async def index(request: web.Request) -> web.Response:
    """Everybody who waits, the number to call next, and what became of the others."""
    return await _page(request)


async def issue(request: web.Request) -> web.Response:
    """Give out the next number."""
    form, point = await forms.read(request, Taking), gate.subject(request, Site)
    if not form.ok:
        raise NotFound("ticket")
    try:
        async with request.app[DATABASE].write() as session:
            ticket = await queue.issue(
                session,
                point=point,
                errand=form.value.errand,
                reference=form.value.key,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        flash = " ".join(refusals.sentences(refused))
        return _back(request, point.id, flash=flash)
    return _back(request, point.id, given=ticket.reference)


async def move(request: web.Request) -> web.Response:
    """Call a number, end it, or take that back."""
    form, subject = await forms.read(request, Moving), gate.subject(request, Ticket)
    if not form.ok:
        raise NotFound("ticket")
    flash = ""
    try:
        async with request.app[DATABASE].write() as session:
            ticket = await session.get_one(Ticket, subject.id)
            await queue.move(
                session,
                ticket,
                form.value.act,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        if wants_json(request):
            raise
        flash = " ".join(refusals.sentences(refused))
    return _back(request, subject.point_id, flash=flash)


async def slip(request: web.Request) -> web.Response:
    """A number to print."""
    ticket = gate.subject(request, Ticket)
    async with request.app[DATABASE].read() as session:
        point = await session.get_one(Site, ticket.point_id)
        every = await queue.of_day(session, point_id=point.id, day=ticket.day)
    zone = ZoneInfo(point.zone)
    ahead = [one for one in every if one.state in _WAITS and one.number < ticket.number]
    return render(
        request,
        "clerk/number.html",
        number=ticket.number,
        errand=label(ticket.errand),
        point={"id": point.id, "name": point.name},
        when=present.moment(ticket.taken_at, zone),
        ahead=len(ahead),
    )


async def screen(request: web.Request) -> web.Response:
    """The numbers that are called, large, for everybody in the room."""
    point, now = gate.subject(request, Site), request.app[CLOCK]()
    day = queue.day_of(point, now)
    async with request.app[DATABASE].read() as session:
        every = await queue.of_day(session, point_id=point.id, day=day)
    called = [one for one in every if one.state is TicketState.CALLED]
    called.sort(key=lambda one: one.called_at or now, reverse=True)
    waiting = [one.number for one in every if one.state is TicketState.WAITING]
    return render(
        request,
        "clerk/screen.html",
        point=point.name,
        called=[one.number for one in called[:_ON_SCREEN]],
        waiting=waiting,
        clock=present.clock(now, ZoneInfo(point.zone)),
    )


async def _page(request: web.Request) -> web.Response:
    now = request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = await point_reach.at_hand(request, session)
        if found is None:
            return render(request, "clerk/nowhere.html")
        point, known = found
        day = queue.day_of(point, now)
        every = await queue.of_day(session, point_id=point.id, day=day)
        is_closed = await days.closed(session, point_id=point.id, day=day)
    zone = ZoneInfo(point.zone)
    rows = [_row(one, now, zone) for one in every]
    given = request.query.get("given", "")
    return render(
        request,
        "clerk/queue.html",
        point={"id": point.id, "name": point.name},
        points=[(one.id, one.name) for one in known],
        day=day,
        following=next((row for row in rows if row["may_be_next"]), None),
        called=[row for row in rows if row["state"] is TicketState.CALLED],
        waiting=[row for row in rows if row["state"] is TicketState.WAITING],
        ended=list(reversed([row for row in rows if not row["waits"]])),
        given=next((row for row in rows if row["reference"] == given), None),
        errands=options(Errand),
        key=request.app[KEYRING].reference(),
        is_closed=is_closed is not None,
    )


def _row(one: Ticket, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "number": one.number,
        "errand": label(one.errand),
        "state": one.state,
        "words": label(one.state),
        "tone": TICKET_TONES[one.state],
        "taken": present.clock(one.taken_at, zone),
        "waited": present.minutes((one.called_at or now) - one.taken_at),
        "waits": one.state in _WAITS,
        "may_be_next": one.state is TicketState.WAITING,
        "acts": [act.value for act in TicketAct if (one.state, act) in LIFE],
    }


def _back(
    request: web.Request, point_id: int, *, flash: str = "", given: str = ""
) -> web.Response:
    query = {point_reach.PARAMETER: str(point_id)} | ({"given": given} if given else {})
    return redirect(request, "queue.index", query=query, flash=flash)


ROUTES = (
    Route(
        method="GET",
        path="/clerk/queue",
        page=index,
        allow=_CLERKS,
        menu=N_("Queue"),
    ),
    Route(
        method="POST",
        path="/points/{site}/tickets",
        page=issue,
        allow=_CLERKS,
        subject=point_reach.point,
    ),
    Route(
        method="GET",
        path="/points/{site}/screen",
        page=screen,
        allow=_CLERKS | TERMINAL,
        subject=point_reach.screened,
    ),
    Route(
        method="POST",
        path="/tickets/{ticket}",
        page=move,
        allow=_CLERKS,
        subject=point_reach.ticket,
    ),
    Route(
        method="GET",
        path="/tickets/{ticket}/slip",
        page=slip,
        allow=_CLERKS,
        subject=point_reach.ticket,
    ),
)
