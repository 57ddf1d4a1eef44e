"""Law graduates say with which request they helped, by the code the family has."""

from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints

from scheduler import assisting
from visitation.attempts import TooMany
from visitation.errors import VisitationError
from web import forms, gate
from web.fields import Code
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect, render
from web.routing import PHONE, Route

_NOTHING = N_(
    "No request of the last day has this code. Compare each digit with the family's "
    "receipt or message."
)
_ENOUGH = N_("You gave many codes today. Try again tomorrow.")


class Helped(forms.Fields):
    """The code of the request."""

    code: Annotated[Code, StringConstraints(min_length=1)] = Field(
        title=N_("Code of the request")
    )


async def show(request: web.Request) -> web.Response:
    """The form for the code."""
    return await _page(request, forms.blank(Helped))


async def note(request: web.Request) -> web.Response:
    """Put the graduate's name to the request; sent twice, it is noted once."""
    form = await forms.read(request, Helped)
    if not form.ok:
        return await _page(request, form, status=422)
    me, now = gate.visitor(request), request.app[CLOCK]()
    try:
        async with request.app[DATABASE].write() as session:
            found = await assisting.assisted(
                session,
                form.value.code,
                visitor_ids=me.visitor_ids,
                words=_signed,
                keyring=request.app[KEYRING],
                by=me.actor,
                now=now,
            )
    except TooMany:
        return await _page(request, form.failed(_(_ENOUGH)), status=429)
    except VisitationError as refused:
        return await _page(request, form.refused(refused), status=409)
    if found is None:
        return await _page(request, form.failed(_(_NOTHING)), status=422)
    said = _("Your name stands on the request as who helped.")
    return redirect(request, "professionals_help.show", flash=said)


def _signed(name: str) -> str:
    return _("Made with the help of %(name)s, law graduate.", name=name)


async def _page(
    request: web.Request, form: Form[Helped], *, status: int = 200
) -> web.Response:
    me, now = gate.visitor(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        licence = await assisting.may_assist(session, me.visitor_ids, now=now)
    return render(
        request,
        "professionals/help.html",
        status=status,
        form=form,
        until=licence.valid_until if licence is not None else None,
    )


ROUTES = (
    Route(method="GET", path="/mine/helping", page=show, allow=PHONE),
    Route(method="POST", path="/mine/helping", page=note, allow=PHONE),
)
