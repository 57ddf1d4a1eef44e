"""What keeps a prisoner from visits: judges' orders, whom they must not meet, court.

Each is recorded on a page of its own and lifted from the list. What is booked already
is named by nobody here: it stays booked.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people, persian
from visitation.errors import Invalid, NotFound
from visitation.people import Appointment, Bar, KeptApart, Prisoner
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.words import AppointmentKind
from web import forms, gate, picks, present, subjects
from web.fields import Line, Wall
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.pages.prisoners import Number
from web.pages.sites import PLANNERS
from web.picks import NearDay, Pick
from web.render import redirect, render
from web.routing import Page, Route

_DAY = timedelta(days=1)
_KINDS = {
    AppointmentKind.COURT: N_("Court"),
    AppointmentKind.MEDICAL: N_("Doctor"),
    AppointmentKind.OTHER: N_("Something else"),
}
_NOBODY = N_("No prisoner of this prison has this number. Check it.")
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


class Pair(forms.Fields):
    """Whom a prisoner must not meet, by number, and why."""

    other: Number = Field(title=N_("Number of the other prisoner"))
    reason: Annotated[Needed, StringConstraints(max_length=300)] = Field(
        title=N_("Reason")
    )


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


class Lifted(forms.Fields):
    """Which one of the lists is over."""

    bar: Pick | None = None
    kept: Pick | None = None
    appointment: Pick | None = None


async def index(request: web.Request) -> web.Response:
    """Every order, everybody kept apart, and every appointment to come."""
    prisoner, now = gate.subject(request, Prisoner), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        zone = await _zone(session, prisoner)
        bars = await people.bars_of(session, prisoner.id)
        apart = await people.apart_from(session, prisoner.id)
        ahead = await people.appointments_of(session, prisoner.id, after=now)
    return render(
        request,
        "people/restrictions.html",
        prisoner={"id": prisoner.id, "name": prisoner.name},
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
                "kind": _(_KINDS[one.kind]),
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
    return _done(request, _("It no longer keeps the prisoner from visits."))


async def new_bar(request: web.Request) -> web.Response:
    """The form for a judge's order."""
    return await _bar_page(request, forms.blank(Order))


async def add_bar(request: web.Request) -> web.Response:
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
            zone = await _zone(session, prisoner)
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


async def new_pair(request: web.Request) -> web.Response:
    """The form for two who must not meet."""
    return _pair_page(request, forms.blank(Pair))


async def add_pair(request: web.Request) -> web.Response:
    """Keep two prisoners of one prison apart."""
    prisoner = gate.subject(request, Prisoner)
    form = await forms.read(request, Pair)
    if not form.ok:
        return _pair_page(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            other = await _numbered(session, prisoner, form.value.other)
            if other is None:
                return _pair_page(request, form.faulted("other", _(_NOBODY)), 409)
            await people.keep_apart(
                session,
                prisoner.id,
                other,
                reason=form.value.reason,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return _pair_page(request, form.refused(refused), 409)
    return _done(request, _("The two are kept apart."))


async def new_appointment(request: web.Request) -> web.Response:
    """The form for an appointment."""
    return _appointment_page(request, forms.blank(Absence))


async def add_appointment(request: web.Request) -> web.Response:
    """Record where a prisoner has to be."""
    prisoner = gate.subject(request, Prisoner)
    form = await forms.read(request, Absence)
    if not form.ok:
        return _appointment_page(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await people.add_appointment(
                session,
                prisoner_id=prisoner.id,
                kind=form.value.kind,
                span=form.value.span(await _zone(session, prisoner)),
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return _appointment_page(request, form.refused(refused), status=409)
    return _done(request, _("The appointment is recorded."))


async def _zone(session: AsyncSession, prisoner: Prisoner) -> ZoneInfo:
    return ZoneInfo((await session.get_one(Site, prisoner.site_id)).zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone)


def _last_day(bar: Bar, zone: ZoneInfo) -> date | None:
    until = bar.ends_at
    return until and (until - timedelta(seconds=1)).astimezone(zone).date()


async def _numbered(
    session: AsyncSession, prisoner: Prisoner, number: str
) -> int | None:
    rows = await session.exec(
        select(Prisoner.id).where(
            Prisoner.site_id == prisoner.site_id,
            Prisoner.number == persian.to_ascii_digits(number).strip(),
        )
    )
    return rows.first()


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


def _pair_page(
    request: web.Request, form: Form[Pair], status: int = 200
) -> web.Response:
    prisoner = gate.subject(request, Prisoner)
    return render(
        request,
        "people/apart_new.html",
        status=status,
        form=form,
        prisoner={"id": prisoner.id, "name": prisoner.name},
    )


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
        kinds=[(kind.value, _(words)) for kind, words in _KINDS.items()],
    )


def _of_prisoner(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/prisoners/{{prisoner}}{path}",
        page=page,
        allow=PLANNERS,
        subject=subjects.prisoner,
    )


ROUTES = (
    _of_prisoner("GET", "/restrictions", index),
    _of_prisoner("POST", "/restrictions", lift),
    _of_prisoner("GET", "/bars/new", new_bar),
    _of_prisoner("POST", "/bars/new", add_bar),
    _of_prisoner("GET", "/apart/new", new_pair),
    _of_prisoner("POST", "/apart/new", add_pair),
    _of_prisoner("GET", "/appointments/new", new_appointment),
    _of_prisoner("POST", "/appointments/new", add_appointment),
)
