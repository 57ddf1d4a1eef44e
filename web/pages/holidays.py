"""Holidays: days on which prisons keep no weekly hours, everywhere or in a province.

Days of the whole country are changed by those who reach all of it. What is booked on
such a day stays booked and is named.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import places
from visitation.errors import Invalid, NotFound
from visitation.people import Scope
from visitation.places import Holiday, holidays
from visitation.words import Role
from web import ahead, forms, gate, picks, present, reach
from web.ahead import Ahead
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.pages.sites import PLANNERS
from web.picks import NearDay, Pick
from web.render import redirect, render
from web.routing import Page, Route

#: How far ahead the list reaches.
_SHOWN = timedelta(days=550)
_Name = Annotated[Line, StringConstraints(min_length=1, max_length=100)]


class HolidayFields(forms.Fields):
    """A day, its name, and where it is one; no province is the whole country."""

    day: NearDay = Field(title=N_("Day"))
    name: _Name = Field(title=N_("Name"))
    province: Pick | None = Field(default=None, title=N_("Where"))
    open: bool = Field(default=False, title=N_("Prisons are open as usual"))


class Naming(forms.Fields):
    """Another name of a holiday."""

    name: _Name = Field(title=N_("Name"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A holiday as a line of the list; no province is the whole country."""

    id: int
    day: date
    name: str
    province: str | None
    observed: bool
    may_change: bool


async def index(request: web.Request) -> web.Response:
    """The holidays to come within reach."""
    today = holidays.today(request.app[CLOCK]())
    principal = gate.staff(request)
    scope = principal.scope
    async with request.app[DATABASE].read() as session:
        names = {one.id: one.name for one in await places.provinces(session)}
        found = await holidays.between(
            session,
            first=today,
            last=today + _SHOWN,
            provinces=None if scope.everywhere else scope.provinces,
        )
    may_write = principal.role in PLANNERS
    return render(
        request,
        "admin/holidays.html",
        may_seed=may_write and scope.everywhere,
        may_write=may_write and (scope.everywhere or bool(scope.provinces)),
        rows=[
            Row(
                id=one.id,
                day=one.day,
                name=one.name,
                province=names[one.province_id] if one.province_id else None,
                observed=one.observed,
                may_change=may_write and _covers(scope, one),
            )
            for one in found
        ],
    )


async def new(request: web.Request) -> web.Response:
    """The form for another holiday."""
    return await _form(request, forms.blank(HolidayFields))


async def add(request: web.Request) -> web.Response:
    """Make a day a holiday, or one on which a province works."""
    form = await forms.read(request, HolidayFields)
    offered = [number for number, _name in await _provinces(request)]
    form = picks.among(form, "province", offered)
    if form.parsed and form.value.province is None:
        if not gate.staff(request).scope.everywhere:
            form = form.faulted("province", _("Choose one from the list."))
        elif form.value.open:
            form = form.faulted("province", _("Choose the province that works."))
    if not form.ok:
        return await _form(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            kept = await holidays.add(
                session,
                day=form.value.day,
                name=form.value.name,
                province_id=form.value.province,
                observed=not form.value.open,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _form(request, form.refused(refused), status=409)
    return redirect(
        request, "holidays.show", holiday=kept.id, flash=_("The holiday is kept.")
    )


async def seed(request: web.Request) -> web.Response:
    """Take over the official calendar of this year and the next two."""
    if not gate.staff(request).scope.everywhere:
        raise NotFound("holidays")
    now = request.app[CLOCK]()
    year = holidays.today(now).year
    async with request.app[DATABASE].write() as session:
        done = await holidays.seed(
            session,
            years=range(year, year + 3),
            by=gate.staff(request).actor,
            now=now,
        )
    flash = _(
        "Taken over from the calendar: %(added)s new, %(renamed)s renamed, "
        "%(withdrawn)s taken back.",
        added=present.digits(done.added),
        renamed=present.digits(done.renamed),
        withdrawn=present.digits(done.withdrawn),
    )
    return redirect(request, "holidays.index", flash=flash)


async def show(request: web.Request) -> web.Response:
    """A holiday, and what is booked on it all the same."""
    holiday = _own(request)
    return await _one(request, forms.blank(Naming, name=holiday.name))


async def rename(request: web.Request) -> web.Response:
    """Give a holiday another name."""
    holiday = _own(request)
    form = await forms.read(request, Naming)
    if not form.ok:
        return await _one(request, form, status=422)
    async with request.app[DATABASE].write() as session:
        await holidays.rename(
            session,
            await session.get_one(Holiday, holiday.id),
            name=form.value.name,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return redirect(request, "holidays.index", flash=_("The holiday has another name."))


async def strike_out(request: web.Request) -> web.Response:
    """Let prisons be open on the day."""
    return await _observe(request, observed=False)


async def restore(request: web.Request) -> web.Response:
    """Make the day a holiday again."""
    return await _observe(request, observed=True)


async def _observe(request: web.Request, *, observed: bool) -> web.Response:
    holiday = _own(request)
    act = holidays.restore if observed else holidays.strike_out
    async with request.app[DATABASE].write() as session:
        await act(
            session,
            await session.get_one(Holiday, holiday.id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return redirect(request, "holidays.show", holiday=holiday.id)


async def _one(
    request: web.Request, form: Form[Naming], *, status: int = 200
) -> web.Response:
    holiday = _own(request)
    async with request.app[DATABASE].read() as session:
        booked = await _booked(session, request, holiday)
        names = {one.id: one.name for one in await places.provinces(session)}
    return render(
        request,
        "admin/holiday.html",
        status=status,
        form=form,
        day=holiday.day,
        province=names[holiday.province_id] if holiday.province_id else None,
        observed=holiday.observed,
        booked_then=booked if holiday.observed else [],
        id=holiday.id,
    )


async def _booked(
    session: AsyncSession, request: web.Request, holiday: Holiday
) -> list[Ahead]:
    return await ahead.on_day(
        session,
        holiday.day,
        scope=gate.staff(request).scope,
        province_id=holiday.province_id,
        now=request.app[CLOCK](),
    )


async def _provinces(request: web.Request) -> list[tuple[int, str]]:
    scope = gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        every = await places.provinces(session)
    return [
        (one.id, one.name)
        for one in every
        if scope.everywhere or one.id in scope.provinces
    ]


async def _form(
    request: web.Request, form: Form[HolidayFields], *, status: int = 200
) -> web.Response:
    return render(
        request,
        "admin/holiday_new.html",
        status=status,
        form=form,
        provinces=await _provinces(request),
        everywhere=gate.staff(request).scope.everywhere,
        today=holidays.today(request.app[CLOCK]()),
    )


def _own(request: web.Request) -> Holiday:
    holiday = gate.subject(request, Holiday)
    if not _covers(gate.staff(request).scope, holiday):
        raise NotFound("holiday")
    return holiday


def _covers(scope: Scope, holiday: Holiday) -> bool:
    return scope.everywhere or holiday.province_id in scope.provinces


def _of_holiday(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/holidays/{{holiday}}{path}",
        page=page,
        allow=PLANNERS,
        subject=reach.holiday,
    )


ROUTES = (
    Route(
        method="GET",
        path="/holidays",
        page=index,
        allow=PLANNERS | {Role.AUDITOR},
        menu=N_("Holidays"),
    ),
    Route(method="GET", path="/holidays/new", page=new, allow=PLANNERS),
    Route(method="POST", path="/holidays/new", page=add, allow=PLANNERS),
    Route(method="POST", path="/holidays/seed", page=seed, allow=PLANNERS),
    _of_holiday("GET", "", show),
    _of_holiday("POST", "", rename),
    _of_holiday("POST", "/strike-out", strike_out),
    _of_holiday("POST", "/restore", restore),
)
