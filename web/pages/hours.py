"""The weekly hours in which an official can be booked.

An official keeps their own; schedulers those of the officials of their places.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from aiohttp import web
from pydantic import Field

from visitation import lifecycle
from visitation.errors import VisitationError
from visitation.lifecycle import Act
from visitation.people import Account
from visitation.people import hours as weekly
from visitation.people.tables import OfficialHours
from visitation.words import Attendance, Role
from web import attendance_reach, forms, gate, picks, present
from web.fields import Wall
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, SETTINGS
from web.labels import label, options
from web.picks import NearDay, Weekday
from web.render import redirect, redirect_to, render, url
from web.routing import Door, Page, Route

_EDITORS: frozenset[Role | Door] = (
    lifecycle.MAY[Act.FIND_OFFICIAL] | lifecycle.MAY[Act.ATTEND]
)


class HoursFields(forms.Fields):
    """Hours on one day of each week."""

    weekday: Weekday = Field(title=N_("Day of the week"))
    starts: Wall = Field(title=N_("From"))
    ends: Wall = Field(title=N_("To"))
    attendance: Attendance = Field(title=N_("Where the official attends from"))
    valid_from: NearDay = Field(title=N_("First day"))
    valid_to: NearDay | None = Field(default=None, title=N_("Last day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Hours as a line of the week."""

    id: int
    day: str
    starts: time
    ends: time
    attendance: str
    valid_from: date
    valid_to: date | None


async def own(request: web.Request) -> web.Response:
    """The way to one's own hours."""
    account = gate.staff(request).account_id
    return redirect_to(request, url(request, "hours.index", account=account))


async def index(request: web.Request) -> web.Response:
    """An official's week, and the form for more hours."""
    return await _page(request)


async def add(request: web.Request) -> web.Response:
    """Give an official hours on one day of each week."""
    form = await forms.read(request, HoursFields)
    if not form.ok:
        return await _page(request, form=form, status=422)
    account, typed = gate.subject(request, Account), form.value
    week = weekly.Week(
        weekday=typed.weekday.number,
        starts=typed.starts,
        ends=typed.ends,
        zone=str(request.app[SETTINGS].zone),
        attendance=typed.attendance,
        valid_from=typed.valid_from,
        valid_to=typed.valid_to,
    )
    try:
        async with request.app[DATABASE].write() as session:
            await weekly.add_hours(
                session,
                await session.get_one(Account, account.id),
                week,
                **_who(request),
            )
    except VisitationError as refused:
        return await _page(request, form=form.refused(refused), status=409)
    return _back(request, account.id, _("The hours are added."))


async def end(request: web.Request) -> web.Response:
    """End hours; what is booked stays booked."""
    subject = gate.subject(request, OfficialHours)
    async with request.app[DATABASE].write() as session:
        hours = await session.get_one(OfficialHours, subject.id)
        await weekly.end_hours(session, hours, **_who(request))
    return _back(request, subject.account_id, _("The hours are ended."))


def _back(request: web.Request, account_id: int, flash: str) -> web.Response:
    return redirect(request, "hours.index", account=account_id, flash=flash)


def _who(request: web.Request) -> dict[str, Any]:
    return {"by": gate.staff(request).actor, "now": request.app[CLOCK]()}


async def _page(
    request: web.Request,
    *,
    form: Form[HoursFields] | None = None,
    status: int = 200,
) -> web.Response:
    account = gate.subject(request, Account)
    today = request.app[CLOCK]().astimezone(request.app[SETTINGS].zone).date()
    async with request.app[DATABASE].read() as session:
        found = await weekly.hours_of(session, account.id, since=today)
    return render(
        request,
        "covers/hours.html",
        status=status,
        account={"id": account.id, "name": account.name},
        rows=[_row(one) for one in found],
        weekdays=picks.weekday_options(),
        attendances=options(Attendance),
        form=form
        or forms.blank(HoursFields, attendance=Attendance.DESK, valid_from=today),
    )


def _row(one: OfficialHours) -> Row:
    return Row(
        id=one.id,
        day=present.weekday_name(one.weekday),
        starts=one.starts,
        ends=one.ends,
        attendance=label(one.attendance),
        valid_from=one.valid_from,
        valid_to=one.valid_to,
    )


def _of_account(method: str, page: Page) -> Route:
    return Route(
        method=method,
        path="/officials/{account}/hours",
        page=page,
        allow=_EDITORS,
        subject=attendance_reach.official,
    )


ROUTES = (
    Route(
        method="GET",
        path="/officials/hours",
        page=own,
        allow=lifecycle.MAY[Act.ATTEND],
    ),
    _of_account("GET", index),
    _of_account("POST", add),
    Route(
        method="POST",
        path="/officials/hours/{hours}/end",
        page=end,
        allow=_EDITORS,
        subject=attendance_reach.hours,
    ),
)
