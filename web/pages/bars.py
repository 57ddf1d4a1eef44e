"""Recording a judge's order by which somebody may not visit a prisoner.

What is booked already stays booked; the review queue shows it.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import people
from visitation.errors import Invalid
from visitation.people import Prisoner
from visitation.places import Site
from web import forms, gate, picks, subjects
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.pages.sites import PLANNERS
from web.picks import NearDay, Pick
from web.render import redirect, render
from web.routing import Page, Route

_DAY = timedelta(days=1)
Needed = Annotated[Line, StringConstraints(min_length=1)]


class Order(forms.Fields):
    """A judge's order: against whom, from when, until when."""

    visitor: Pick | None = Field(default=None, title=N_("Who may not come"))
    order_number: Annotated[Needed, StringConstraints(max_length=60)] = Field(
        title=N_("Number of the order")
    )
    judge: Annotated[Needed, StringConstraints(max_length=120)] = Field(
        title=N_("Judge")
    )
    first_day: NearDay = Field(title=N_("First day"))
    last_day: NearDay | None = Field(default=None, title=N_("Last day"))
    reason: Annotated[Line, StringConstraints(max_length=300)] = Field(
        default="", title=N_("Reason")
    )


async def new(request: web.Request) -> web.Response:
    """The form for a judge's order."""
    return await _bar_page(request, forms.blank(Order))


async def add(request: web.Request) -> web.Response:
    """Record a judge's order."""
    prisoner = gate.subject(request, Prisoner)
    form = await forms.read(request, Order)
    offered = [number for number, _name in await _visitors(request)]
    form = picks.among(form, "visitor", offered)
    if not form.ok:
        return await _bar_page(request, form, status=422)
    wanted = form.value
    try:
        async with request.app[DATABASE].write() as session:
            zone = ZoneInfo((await session.get_one(Site, prisoner.site_id)).zone)
            last = wanted.last_day
            await people.order_bar(
                session,
                prisoner_id=prisoner.id,
                visitor_id=wanted.visitor,
                starts_at=_midnight(wanted.first_day, zone),
                ends_at=_midnight(last + _DAY, zone) if last else None,
                order_number=wanted.order_number,
                judge=wanted.judge,
                reason=wanted.reason,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _bar_page(request, form.refused(refused), status=409)
    return _done(request, _("The order is recorded."))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone)


async def _visitors(request: web.Request) -> list[tuple[int, str]]:
    prisoner = gate.subject(request, Prisoner)
    async with request.app[DATABASE].read() as session:
        contacts = await people.contacts_of(session, prisoner.id)
    return [(visitor.id, visitor.name) for _contact, visitor in contacts]


def _done(request: web.Request, flash: str) -> web.Response:
    prisoner = gate.subject(request, Prisoner)
    return redirect(request, "restrictions.index", prisoner=prisoner.id, flash=flash)


async def _bar_page(
    request: web.Request, form: Form[Order], *, status: int = 200
) -> web.Response:
    prisoner = gate.subject(request, Prisoner)
    return render(
        request,
        "people/bar_new.html",
        status=status,
        form=form,
        prisoner={"id": prisoner.id, "name": prisoner.name},
        visitors=await _visitors(request),
    )


def _of_prisoner(method: str, page: Page) -> Route:
    return Route(
        method=method,
        path="/prisoners/{prisoner}/bars/new",
        page=page,
        allow=PLANNERS,
        subject=subjects.prisoner,
    )


ROUTES = (_of_prisoner("GET", new), _of_prisoner("POST", add))
