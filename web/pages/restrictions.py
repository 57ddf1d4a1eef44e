"""What keeps a prisoner from visits: judges' orders, whom they must not meet, court.

Planners lift what is over; auditors only read. What is booked already is named by
nobody here: it stays booked.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from visitation import people
from visitation.errors import NotFound
from visitation.people import Appointment, Bar, KeptApart, Prisoner
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.words import Role
from web import forms, gate, present, subjects
from web.i18n import _
from web.keys import CLOCK, DATABASE
from web.labels import label
from web.pages.sites import PLANNERS
from web.picks import Pick
from web.render import redirect, render
from web.routing import Route

#: Who may read what keeps a prisoner from visits.
READERS = PLANNERS | {Role.AUDITOR}


class Lifted(forms.Fields):
    """Which one of the lists is over."""

    bar: Pick | None = None
    kept: Pick | None = None
    appointment: Pick | None = None


async def index(request: web.Request) -> web.Response:
    """Every order, everybody kept apart, and every appointment to come."""
    prisoner, now = gate.subject(request, Prisoner), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        zone = ZoneInfo((await session.get_one(Site, prisoner.site_id)).zone)
        bars = await people.bars_of(session, prisoner.id)
        apart = await people.apart_from(session, prisoner.id)
        ahead = await people.appointments_of(session, prisoner.id, after=now)
    return render(
        request,
        "people/restrictions.html",
        prisoner={"id": prisoner.id, "name": prisoner.name},
        may_write=gate.staff(request).role in PLANNERS,
        bars=[
            {
                "id": bar.id,
                "who": visitor.name if visitor else "",
                "number": bar.order_number,
                "judge": bar.judge,
                "first": bar.starts_at.astimezone(zone).date(),
                "last": _last_day(bar, zone),
                "reason": bar.reason,
                "over": bar.lifted_at is not None
                or (bar.ends_at is not None and bar.ends_at <= now),
            }
            for bar, visitor in bars
        ],
        apart=[
            {"id": kept.id, "name": other.name, "number": other.number}
            | {"why": kept.reason}
            for kept, other in apart
        ],
        appointments=[
            {
                "id": one.id,
                "kind": label(one.kind),
                "when": present.span(Timespan(one.starts_at, one.ends_at), zone),
            }
            for one in ahead
        ],
    )


async def lift(request: web.Request) -> web.Response:
    """Lift an order, let two meet again, or cancel an appointment."""
    prisoner = gate.subject(request, Prisoner)
    form = await forms.read(request, Lifted)
    wanted = form.value if form.ok else Lifted()
    by, now = gate.staff(request).actor, request.app[CLOCK]()
    async with request.app[DATABASE].write() as session:
        bar = await session.get(Bar, wanted.bar or 0)
        kept = await session.get(KeptApart, wanted.kept or 0)
        appointment = await session.get(Appointment, wanted.appointment or 0)
        if bar is not None and bar.prisoner_id == prisoner.id:
            await people.lift_bar(session, bar, by=by, now=now)
        elif kept is not None and prisoner.id in {kept.one_id, kept.other_id}:
            await people.let_meet(session, kept, by=by, now=now)
        elif appointment is not None and appointment.prisoner_id == prisoner.id:
            await people.cancel_appointment(session, appointment, by=by, now=now)
        else:
            raise NotFound("restriction")
    flash = _("It no longer keeps the prisoner from visits.")
    return redirect(request, "restrictions.index", prisoner=prisoner.id, flash=flash)


def _last_day(bar: Bar, zone: ZoneInfo) -> date | None:
    until = bar.ends_at
    return until and (until - timedelta(seconds=1)).astimezone(zone).date()


_PATH = "/prisoners/{prisoner}/restrictions"
ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        page=index,
        allow=READERS,
        subject=subjects.prisoner,
    ),
    Route(
        method="POST",
        path=_PATH,
        page=lift,
        allow=PLANNERS,
        subject=subjects.prisoner,
    ),
)
