"""The last day of a prison's weekly times, and what that does to visits to come.

What falls outside is judged by `scheduler.outside`; visits stay booked.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from scheduler import outside
from visitation import places
from visitation.errors import Invalid
from visitation.places import SessionTemplate, Site
from web import ahead, forms, gate, present, reach
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.pages.sites import PLANNERS
from web.picks import NearDay
from web.render import redirect, render
from web.routing import Page, Route

#: So many of the visits are named.
SHOWN = 10


class Ending(forms.Fields):
    """The last day of a template.

    `step` is `save` once it was seen what that does, or `change` to go back.
    """

    step: str = ""
    last_day: NearDay = Field(title=N_("Last day"))


async def ask(request: web.Request) -> web.Response:
    """Ask for the last day."""
    site = await _site(request)
    today = request.app[CLOCK]().astimezone(ZoneInfo(site.zone)).date()
    form = forms.blank(Ending, last_day=today - timedelta(days=1))
    return _form(request, form, site)


async def end(request: web.Request) -> web.Response:
    """Let a template hold up to a last day, once it was seen what that does."""
    site = await _site(request)
    form = await forms.read(request, Ending)
    if not form.ok:
        return _form(request, form, site, status=422)
    if form.value.step == "change":
        return _form(request, form, site)
    try:
        if form.value.step != "save":
            return await _effect(request, form, site)
        await _end(request, form.value.last_day)
    except Invalid as refused:
        return _form(request, form.refused(refused), site, status=409)
    return redirect(
        request,
        "session_templates.index",
        site=site.id,
        flash=_("The opening ends as you said."),
    )


async def _end(request: web.Request, last_day: date) -> None:
    template = gate.subject(request, SessionTemplate)
    async with request.app[DATABASE].write() as session:
        await places.end_template(
            session,
            await session.get_one(SessionTemplate, template.id),
            last_day=last_day,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )


async def _effect(request: web.Request, form: Form[Ending], site: Site) -> web.Response:
    """Which visits to come would lie outside the prison's hours."""
    template, now = gate.subject(request, SessionTemplate), request.app[CLOCK]()
    last_day = form.value.last_day
    places.check_last_day(template, last_day)
    async with request.app[DATABASE].read() as session:
        left = await outside.without(session, template, last_day=last_day, now=now)
        visits = await ahead.of_references(session, left[:SHOWN], now=now)
    return render(
        request,
        "admin/template_effect.html",
        form=form,
        site={"id": site.id, "name": site.name},
        row=_row(template),
        last_day=last_day if last_day >= template.valid_from else None,
        outside=len(left),
        visits=visits,
    )


def _form(
    request: web.Request, form: Form[Ending], site: Site, *, status: int = 200
) -> web.Response:
    return render(
        request,
        "admin/template_end.html",
        status=status,
        form=form,
        site={"id": site.id, "name": site.name},
        row=_row(gate.subject(request, SessionTemplate)),
    )


def _row(template: SessionTemplate) -> dict[str, object]:
    """When it opens, as its pages name it."""
    return {
        "day": present.weekday_name(template.weekday),
        "starts": template.starts,
        "ends": template.ends,
    }


async def _site(request: web.Request) -> Site:
    template = gate.subject(request, SessionTemplate)
    async with request.app[DATABASE].read() as session:
        return await session.get_one(Site, template.site_id)


def _of_template(method: str, page: Page) -> Route:
    return Route(
        method=method,
        path="/templates/{template}/end",
        page=page,
        allow=PLANNERS,
        subject=reach.template,
    )


ROUTES = (_of_template("GET", ask), _of_template("POST", end))
