"""Mobile days: which villages a mobile office drives to, and when it stands there.

Whether a plan holds together is the itinerary's to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col, or_

from scheduler import displaced
from visitation import places
from visitation.errors import Invalid
from visitation.places import MobileDay, Site, mobile
from visitation.places.itinerary import Stop
from visitation.places.mobile import Itinerary
from visitation.timespan import Timespan
from visitation.words import MobileDayState, Role, SiteKind
from web import (
    ahead,
    cover_rows,
    forms,
    gate,
    itinerary_form,
    picks,
    present,
    reach,
    subjects,
)
from web.fields import Line
from web.forms import Fields, Form
from web.i18n import N_, _
from web.itinerary_form import DayFields, ItineraryFields
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.sites import PLANNERS
from web.render import redirect, render
from web.routing import Page, Route

_SATURDAY = 5
_WEEKS = 6
M = TypeVar("M", bound=Fields)


class Cancelling(forms.Fields):
    """Why an office stays at home."""

    reason: Annotated[Line, StringConstraints(min_length=1)] = Field(title=N_("Reason"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A mobile day as a line of a week."""

    reference: str
    day: date
    office: str
    stops: tuple[tuple[str, str], ...]
    cancelled: bool
    reason: str


async def index(request: web.Request) -> web.Response:
    """The mobile days of this week and the next few, and the offices that drive."""
    principal = gate.staff(request)
    today = request.app[CLOCK]().date()
    first = today - timedelta(days=(today.weekday() - _SATURDAY) % 7)
    within = principal.scope.of_sites()
    async with request.app[DATABASE].read() as session:
        found = await mobile.itineraries(
            session,
            within,
            col(MobileDay.day) >= first,
            col(MobileDay.day) < first + timedelta(weeks=_WEEKS),
        )
        offices = await places.find_sites(
            session, within=within, kinds=[SiteKind.MOBILE_OFFICE]
        )
    lines = [_row(one) for one in found]
    begins = [first + timedelta(weeks=n) for n in range(_WEEKS)]
    weeks = [
        (begin, [one for one in lines if begin <= one.day < begin + timedelta(days=7)])
        for begin in begins
    ]
    return render(
        request,
        "admin/mobile_days.html",
        weeks=[(begin, rows) for begin, rows in weeks if rows],
        offices=[(site.id, site.name) for site, _p in offices if not site.closed_at],
        may_write=principal.role in PLANNERS,
    )


async def new(request: web.Request) -> web.Response:
    """The form for another day of an office."""
    office = gate.subject(request, Site)
    return await _form(request, forms.blank(DayFields), office)


async def add(request: web.Request) -> web.Response:
    """Send an office to some villages."""
    office = gate.subject(request, Site)
    form = await _read(request, DayFields, office)
    if not form.ok:
        return await _form(request, form, office, status=422)
    try:
        day = form.value.day
        stops = _stops(form, day, office)
        async with request.app[DATABASE].write() as session:
            await mobile.plan_day(
                session,
                office=office,
                day=day,
                stops=stops,
                reference=request.app[KEYRING].reference(),
                reach=gate.staff(request).scope.of_sites(),
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        form = itinerary_form.refused(form, refused)
        return await _form(request, form, office, status=409)
    return redirect(request, "mobile_days.index", flash=_("The day is planned."))


async def show(request: web.Request) -> web.Response:
    """A mobile day: its stops to change, and what is booked on it."""
    return await _show(request, await _itinerary(request))


async def change(request: web.Request) -> web.Response:
    """Give a day another itinerary."""
    found = await _itinerary(request)
    form = await _read(request, ItineraryFields, found.office)
    if not form.ok:
        return await _show(request, found, form=form, status=422)
    try:
        stops = _stops(form, found.day.day, found.office)
        async with request.app[DATABASE].write() as session:
            await mobile.change_stops(
                session,
                await session.get_one(MobileDay, found.day.id),
                stops=stops,
                reach=gate.staff(request).scope.of_sites(),
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        form = itinerary_form.refused(form, refused)
        return await _show(request, found, form=form, status=409)
    return await _on(request, found, flash=_("The itinerary is changed."))


async def cancel(request: web.Request) -> web.Response:
    """Keep the office at home, with a reason."""
    found = await _itinerary(request)
    form = await forms.read(request, Cancelling)
    if not form.ok:
        return await _show(request, found, cancelling=form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await mobile.cancel_day(
                session,
                await session.get_one(MobileDay, found.day.id),
                reason=form.value.reason,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        form = form.refused(refused)
        return await _show(request, found, cancelling=form, status=409)
    return await _on(request, found, flash=_("The day is cancelled."))


async def reinstate(request: web.Request) -> web.Response:
    """Let a cancelled day take place as it was planned."""
    found = await _itinerary(request)
    async with request.app[DATABASE].write() as session:
        await mobile.reinstate(
            session,
            await session.get_one(MobileDay, found.day.id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return redirect(request, "mobile_days.show", mobile=found.day.reference)


async def _on(request: web.Request, found: Itinerary, *, flash: str) -> web.Response:
    """Lead to the visits that must move now, or back to the day if none must."""
    now = request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        (changed,) = await mobile.itineraries(
            session, col(MobileDay.id) == found.day.id
        )
        of = displaced.of_office(changed.office, changed.day)
        moving = await displaced.count(session, of, now=now)
    page = "replan.show" if moving else "mobile_days.show"
    return redirect(request, page, mobile=found.day.reference, flash=flash)


def _row(found: Itinerary) -> Row:
    zone = ZoneInfo(found.office.zone)
    return Row(
        reference=found.day.reference,
        day=found.day.day,
        office=found.office.name,
        stops=tuple(
            (
                village.name,
                present.hours(Timespan(stop.starts_at, stop.ends_at), zone),
            )
            for stop, village in found.stops
        ),
        cancelled=found.day.state is MobileDayState.CANCELLED,
        reason=found.day.reason,
    )


async def _itinerary(request: web.Request) -> Itinerary:
    day = gate.subject(request, MobileDay)
    async with request.app[DATABASE].read() as session:
        (found,) = await mobile.itineraries(session, col(MobileDay.id) == day.id)
    return found


async def _read(request: web.Request, model: type[M], office: Site) -> Form[M]:
    form = await forms.read(request, model)
    villages, kiosks = await _offered(request, office)
    return itinerary_form.checked(
        form, [one for one, _n in villages], [one for one, _n in kiosks]
    )


def _stops(form: Form[M], day: date, office: Site) -> Sequence[Stop]:
    zone = ZoneInfo(office.zone)
    return [row.stop(day, zone) for row in itinerary_form.rows(form)]


async def _offered(
    request: web.Request, office: Site
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    near = or_(
        gate.staff(request).scope.of_sites(),
        col(Site.province_id) == office.province_id,
    )
    async with request.app[DATABASE].read() as session:
        villages = await places.find_sites(
            session, within=near, kinds=[SiteKind.VILLAGE]
        )
        kiosks = await places.stations_of(session, office.id)
    return picks.site_options(villages), [(one.id, one.name) for one in kiosks]


async def _form(
    request: web.Request, form: Form[DayFields], office: Site, *, status: int = 200
) -> web.Response:
    villages, kiosks = await _offered(request, office)
    return render(
        request,
        "admin/mobile_day_new.html",
        status=status,
        form=form,
        office={"name": office.name},
        is_mobile=office.kind is SiteKind.MOBILE_OFFICE,
        numbers=itinerary_form.ROWS,
        villages=villages,
        kiosks=kiosks,
        today=request.app[CLOCK]().astimezone(ZoneInfo(office.zone)).date(),
    )


async def _show(
    request: web.Request,
    found: Itinerary,
    *,
    form: Form[Any] | None = None,
    cancelling: Form[Cancelling] | None = None,
    status: int = 200,
) -> web.Response:
    villages, kiosks = await _offered(request, found.office)
    now = request.app[CLOCK]()
    whole = mobile.whole_day(found.office, found.day.day)
    async with request.app[DATABASE].read() as session:
        booked = await ahead.on_mobile_day(session, found.office.id, whole, now=now)
        attended = await cover_rows.between(session, whole, mobile_day_id=found.day.id)
    values = itinerary_form.typed(found.stops, ZoneInfo(found.office.zone))
    return render(
        request,
        "admin/mobile_day.html",
        status=status,
        form=form or forms.blank(ItineraryFields, **values),
        cancelling=cancelling or forms.blank(Cancelling),
        row=_row(found),
        over=whole.end <= now,
        numbers=itinerary_form.ROWS,
        villages=villages,
        kiosks=kiosks,
        booked_then=booked,
        attended=attended,
    )


def _of_day(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/mobile-days/{{mobile}}{path}",
        page=page,
        allow=PLANNERS,
        subject=reach.mobile_day,
    )


def _of_office(method: str, page: Page) -> Route:
    return Route(
        method=method,
        path="/sites/{site}/mobile-days/new",
        page=page,
        allow=PLANNERS,
        subject=subjects.site,
    )


ROUTES = (
    Route(
        method="GET",
        path="/mobile-days",
        page=index,
        allow=PLANNERS | {Role.AUDITOR},
        menu=N_("Mobile offices"),
    ),
    _of_office("GET", new),
    _of_office("POST", add),
    _of_day("GET", "", show),
    _of_day("POST", "", change),
    _of_day("POST", "/cancel", cancel),
    _of_day("POST", "/reinstate", reinstate),
)
