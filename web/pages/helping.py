"""Calling for help from a check, a waiting room or a call; staff see it and go.

The call page posts here and stays where it is; without scripts the same form comes back
to the page it was on.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from signaling import awaiting
from visitation import calls
from visitation.calls.helping import Asked
from visitation.calls.words import HelpPlace
from visitation.errors import NotFound
from visitation.people import Scope
from visitation.visits import Visit
from visitation.words import Part, Role
from web import forms, gate, live, present, subjects
from web.errors import wants_json
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, DEVICE, KEYRING, LIVE, PRINCIPAL
from web.labels import label
from web.pages.call import own_part
from web.principals import ParticipantPrincipal
from web.render import redirect_to, render
from web.routing import FAMILY, TERMINAL, Door, Route

_HELPERS: frozenset[Role | Door] = frozenset({Role.WARDEN, Role.CLERK})
#: Whoever called yesterday is not there any more.
_LATELY = timedelta(hours=6)


class Asking(forms.Fields):
    """From where somebody calls, and the page to go back to."""

    place: HelpPlace = HelpPlace.WAITING
    next: str = Field(default="/", max_length=200)


class Answering(forms.Fields):
    """Who is helped, and the page to go back to."""

    participant: str = Field(max_length=64)
    next: str = Field(default="/help-calls", max_length=200)


async def ask(request: web.Request) -> web.Response:
    """Call for help; calling twice is calling once."""
    form, visit = await forms.read(request, Asking), gate.subject(request, Visit)
    if not form.ok:
        raise NotFound("place")
    principal, device = request.get(PRINCIPAL), request.get(DEVICE)
    async with request.app[DATABASE].write() as session:
        person = await own_part(session, visit, principal, device)
        if isinstance(principal, ParticipantPrincipal) or device is None:
            by = gate.participant(request).actor
        else:
            by = device.actor
        await calls.helping.ask(
            session,
            participant_id=person.id,
            place=form.value.place,
            keyring=request.app[KEYRING],
            by=by,
            now=request.app[CLOCK](),
        )
        reference = person.reference
    _tell(request, visit, reference, waiting=True)
    said = _("Staff have been told. Please stay here; somebody comes.")
    if wants_json(request):
        return web.json_response({"done": said})
    return redirect_to(request, form.value.next, flash=said)


async def index(request: web.Request) -> web.Response:
    """Who waits for help."""
    return render(request, "helping/index.html", asked=await _asked(request))


async def strip(request: web.Request) -> web.Response:
    """The same as the line above every page of whoever may help."""
    return render(request, "helping/strip.html", asked=await _asked(request))


async def answer(request: web.Request) -> web.Response:
    """Say that somebody goes; whoever called is told at once."""
    form, visit = await forms.read(request, Answering), gate.subject(request, Visit)
    if not form.ok:
        raise NotFound("participant")
    person = form.value.participant
    async with request.app[DATABASE].write() as session:
        await calls.helping.answer(
            session,
            visit,
            person,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    _tell(request, visit, person, waiting=False)
    said = _("They read that somebody comes.")
    if wants_json(request):
        return web.json_response({"done": said})
    return redirect_to(request, form.value.next, flash=said)


def _tell(request: web.Request, visit: Visit, person: str, *, waiting: bool) -> None:
    room = live.hub(request).live(visit.reference) if request.app[LIVE] else None
    if room is not None:
        awaiting.helped(room, person, waiting=waiting)


async def _asked(request: web.Request) -> list[dict[str, object]]:
    me, now = gate.staff(request), request.app[CLOCK]()
    found = (
        calls.helping.open_at_prisons
        if me.role is Role.WARDEN
        else calls.helping.open_at_points
    )
    scope: Scope = me.scope
    async with request.app[DATABASE].read() as session:
        asked = await found(session, scope=scope, since=now - _LATELY)
    return [_row(one) for one in asked]


def _row(one: Asked) -> dict[str, object]:
    return {
        "participant": one.participant,
        "visit": one.visit,
        "name": one.name,
        "part": label(one.part),
        "is_held": one.part is Part.PRISONER,
        "place": label(one.place),
        "seat": one.seat,
        "since": present.clock(one.asked_at, ZoneInfo(one.zone)),
    }


ROUTES = (
    Route(
        method="POST",
        path="/call/{visit}/help",
        page=ask,
        allow=FAMILY | TERMINAL,
        subject=subjects.visit,
    ),
    Route(
        method="GET",
        path="/help-calls",
        page=index,
        allow=_HELPERS,
        menu=N_("Calls for help"),
    ),
    Route(method="GET", path="/help-calls/strip", page=strip, allow=_HELPERS),
    Route(
        method="POST",
        path="/visits/{visit}/help/answer",
        page=answer,
        allow=_HELPERS,
        subject=subjects.visit,
    ),
)
