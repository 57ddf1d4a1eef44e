"""The code of a visit opens a family's requests too, before the visit and after it."""

import asyncio
from datetime import datetime, timedelta

from aiohttp import web

from visitation.attempts import TooMany
from visitation.calls.entries import Entry
from visitation.visits import NoSuchCode
from visitation.words import Part, StationKind
from web import forms, sessions
from web.forms import Form
from web.i18n import _
from web.keys import CLOCK, DEVICE, PRINCIPAL
from web.pages.join import (
    EXTENSIONS,
    REFUSAL_SECONDS,
    REFUSED_WORDS,
    Anywhere,
    AtKiosk,
    asked_here,
    entry_typed,
    until,
    wait_words,
)
from web.principals import ParticipantPrincipal, VisitorPrincipal
from web.render import redirect, render
from web.routing import PUBLIC, Route

#: At a kiosk nobody stays signed in for longer outside the time of their visit.
_AT_KIOSK = timedelta(minutes=30)


async def ask(request: web.Request) -> web.Response:
    """The field for the code; straight on for whoever gave one."""
    if elsewhere := _elsewhere(request):
        return elsewhere
    return _asked(request, forms.blank(asked_here(request)))


async def enter(request: web.Request) -> web.Response:
    """Open the requests of whoever the code belongs to."""
    began = asyncio.get_running_loop().time()
    if elsewhere := _elsewhere(request):
        return elsewhere
    form = await forms.read(request, asked_here(request))
    if not form.ok:
        return _asked(request, form, status=422)
    try:
        entry = await entry_typed(request, form.value)
    except TooMany as error:
        return _asked(request, form.failed(wait_words(error)), status=429)
    if entry is None or entry.part is not Part.VISITOR:
        await until(began + REFUSAL_SECONDS)
        refused = (
            form.failed(_(REFUSED_WORDS))
            if isinstance(form.value, Anywhere)
            else form.refused(NoSuchCode())
        )
        return _asked(request, refused, status=422)
    response = redirect(request, "filing.index")
    await sessions.sign_in_participant(
        request, response, entry.participant_id, until=_until(request, entry)
    )
    return response


def _until(request: web.Request, entry: Entry) -> datetime:
    """As long as the visit's own door would let them; else a while at least."""
    soon = request.app[CLOCK]() + _AT_KIOSK
    early_here = request.get(DEVICE) is not None and entry.denial is not None
    return soon if early_here else max(soon, entry.closes_at + EXTENSIONS)


def _elsewhere(request: web.Request) -> web.Response | None:
    device = request.get(DEVICE)
    if device is not None and device.kind is StationKind.TERMINAL:
        return redirect(request, "terminal.station")
    known = request.get(PRINCIPAL)
    if isinstance(known, ParticipantPrincipal | VisitorPrincipal):
        return redirect(request, "filing.index")
    return None


def _asked(
    request: web.Request, form: Form[AtKiosk], *, status: int = 200
) -> web.Response:
    return render(request, "filing/code.html", form=form, status=status)


ROUTES = (
    Route(method="GET", path="/file/code", page=ask, allow=PUBLIC),
    Route(method="POST", path="/file/code", page=enter, allow=PUBLIC),
)
