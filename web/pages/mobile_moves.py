"""Moving a day of a mobile office to another one, with all its stops."""

from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation.errors import Invalid
from visitation.places import MobileDay, Site, postponing
from web import forms, gate, reach
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.sites import PLANNERS
from web.picks import NearDay
from web.render import redirect, render
from web.routing import Page, Route


class Moving(forms.Fields):
    """To which day, and why."""

    day: NearDay = Field(title=N_("New day"))
    reason: Annotated[Line, StringConstraints(min_length=1)] = Field(title=N_("Reason"))


async def begin(request: web.Request) -> web.Response:
    """Ask for the new day."""
    return await _form(request, forms.blank(Moving))


async def move(request: web.Request) -> web.Response:
    """Move the day, and go on to the visits that were booked on it."""
    form = await forms.read(request, Moving)
    if not form.ok:
        return await _form(request, form, status=422)
    day = gate.subject(request, MobileDay)
    try:
        async with request.app[DATABASE].write() as session:
            await postponing.move_day(
                session,
                await session.get_one(MobileDay, day.id),
                day=form.value.day,
                reason=form.value.reason,
                reference=request.app[KEYRING].reference(),
                reach=gate.staff(request).scope.of_sites(),
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _form(request, form.refused(refused), status=409)
    return redirect(
        request,
        "replan.show",
        mobile=day.reference,
        query={"prefer": form.value.day.isoformat()},
        flash=_("The day is moved. Now give its visits their new places."),
    )


async def _form(
    request: web.Request, form: Form[Moving], *, status: int = 200
) -> web.Response:
    day = gate.subject(request, MobileDay)
    async with request.app[DATABASE].read() as session:
        office = await session.get_one(Site, day.site_id)
    return render(
        request,
        "admin/mobile_day_move.html",
        status=status,
        form=form,
        office=office.name,
        day=day.day,
        reference=day.reference,
    )


def _of_day(method: str, page: Page) -> Route:
    return Route(
        method=method,
        path="/mobile-days/{mobile}/move",
        page=page,
        allow=PLANNERS,
        subject=reach.mobile_day,
    )


ROUTES = (_of_day("GET", begin), _of_day("POST", move))
