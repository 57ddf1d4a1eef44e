"""Where a prisoner has to be at another time: court, doctor, something else."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from visitation import people
from visitation.errors import Invalid
from visitation.people import Prisoner
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.words import AppointmentKind
from web import forms, gate, labels, subjects
from web.fields import Wall
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.pages.sites import PLANNERS
from web.picks import NearDay
from web.render import redirect, render
from web.routing import Page, Route

_DAY = timedelta(days=1)


class Absence(forms.Fields):
    """Where a prisoner has to be, and when."""

    kind: AppointmentKind = Field(title=N_("Where"))
    day: NearDay = Field(title=N_("Day"))
    starts: Wall = Field(title=N_("From"))
    ends: Wall = Field(title=N_("To"))

    def span(self, zone: ZoneInfo) -> Timespan:
        """The time it takes.

        Raises:
            Invalid: if it would end before it starts.
        """
        if self.ends != time(0) and self.ends <= self.starts:
            raise Invalid("ends", "ends_before_start")
        last = self.day if self.ends > time(0) else self.day + _DAY
        return Timespan(
            datetime.combine(self.day, self.starts, zone),
            datetime.combine(last, self.ends, zone),
        )


async def new(request: web.Request) -> web.Response:
    """The form for an appointment."""
    return _appointment_page(request, forms.blank(Absence))


async def add(request: web.Request) -> web.Response:
    """Record where a prisoner has to be."""
    prisoner = gate.subject(request, Prisoner)
    form = await forms.read(request, Absence)
    if not form.ok:
        return _appointment_page(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            zone = ZoneInfo((await session.get_one(Site, prisoner.site_id)).zone)
            await people.add_appointment(
                session,
                prisoner_id=prisoner.id,
                kind=form.value.kind,
                span=form.value.span(zone),
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return _appointment_page(request, form.refused(refused), status=409)
    return _done(request, _("The appointment is recorded."))


def _done(request: web.Request, flash: str) -> web.Response:
    prisoner = gate.subject(request, Prisoner)
    return redirect(request, "restrictions.index", prisoner=prisoner.id, flash=flash)


def _appointment_page(
    request: web.Request, form: Form[Absence], *, status: int = 200
) -> web.Response:
    prisoner = gate.subject(request, Prisoner)
    return render(
        request,
        "people/appointment_new.html",
        status=status,
        form=form,
        prisoner={"id": prisoner.id, "name": prisoner.name},
        kinds=labels.options(AppointmentKind),
    )


def _of_prisoner(method: str, page: Page) -> Route:
    return Route(
        method=method,
        path="/prisoners/{prisoner}/appointments/new",
        page=page,
        allow=PLANNERS,
        subject=subjects.prisoner,
    )


ROUTES = (_of_prisoner("GET", new), _of_prisoner("POST", add))
