"""Telling a family to be there, or to come back, from the boards of the day."""

from typing import Literal

from aiohttp import web

from scheduler.summoning import summon as tell
from visitation import visits
from visitation.errors import NotFound
from visitation.lifecycle import MAY, Act
from visitation.visits import Visit
from visitation.wording import Template
from web import forms, gate, subjects, ticks
from web.errors import wants_json
from web.i18n import _, ngettext
from web.keys import CLOCK, DATABASE
from web.render import redirect_to
from web.routing import Route


class Summons(forms.Fields):
    """What the family is told, and the board to go back to."""

    what: Literal[Template.READY, Template.RECALL]
    next: str = "/staff"


async def summon(request: web.Request) -> web.Response:
    """Tell the family by message; back to the row on the board."""
    form, visit = await forms.read(request, Summons), gate.subject(request, Visit)
    if not form.ok:
        raise NotFound("visit")
    async with request.app[DATABASE].write() as session:
        told = await tell(
            session,
            await visits.by_reference(session, visit.reference),
            form.value.what,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    flash = (
        ngettext(
            "%(num)s message is on its way.", "%(num)s messages are on their way.", told
        )
        if told
        else _("They were told this already.")
    )
    if wants_json(request):
        return web.json_response({"done": flash})
    return redirect_to(request, ticks.at_row(form.value.next, visit), flash=flash)


ROUTES = (
    Route(
        method="POST",
        path="/visits/{visit}/summon",
        page=summon,
        allow=MAY[Act.CHECK_IN] | MAY[Act.TICK_PRISONER],
        subject=subjects.visit,
    ),
)
