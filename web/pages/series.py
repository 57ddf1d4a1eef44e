"""A standing visit: the same again every so many weeks, and the end of it.

Which visits can be repeated, and how often, is the scheduler's to say.
"""

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints

from scheduler import series
from scheduler.series import Occurrence
from visitation import lifecycle
from visitation.errors import VisitationError
from visitation.lifecycle import Act
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Series, Visit
from visitation.words import CANCELLATIONS, Outcome
from web import forms, gate, present, refusals, standing, subjects
from web.fields import Count, Day, Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.labels import label
from web.render import redirect, render
from web.routing import Page, Route

_REPEATERS = lifecycle.MAY[Act.REPEAT]


class Repetition(forms.Fields):
    """How often, and until when."""

    every_weeks: Count = Field(default=1, title=N_("Every how many weeks"))
    times: Count | None = Field(default=None, title=N_("How many times more"))
    until: Day | None = Field(default=None, title=N_("Or until this day"))
    override: Annotated[Line, StringConstraints(max_length=150)] = Field(
        default="", title=N_("Reason to book all the same")
    )


class Ending(forms.Fields):
    """From when a series is cancelled, by whom and why."""

    outcome: Outcome = Field(title=N_("Who cancels"))
    reason: Annotated[Line, StringConstraints(min_length=1)] = Field(title=N_("Reason"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """What became of one date, in words."""

    day: str
    visit: str | None
    before: bool
    reasons: tuple[str, ...]
    next_free: str


async def ask(request: web.Request) -> web.Response:
    """The form, and the dates that the series has."""
    return await _page(request)


async def repeat(request: web.Request) -> web.Response:
    """Book the same again, and say what became of each date."""
    form = await forms.read(request, Repetition)
    if not form.ok:
        return await _page(request, form=form, status=422)
    typed = form.value
    try:
        async with request.app[DATABASE].write() as session:
            visit = await session.get_one(Visit, gate.subject(request, Visit).id)
            zone = ZoneInfo((await session.get_one(Site, visit.prison_id)).zone)
            found = await series.repeat(
                session,
                visit,
                every_weeks=typed.every_weeks,
                times=typed.times,
                until=typed.until,
                override_reason=typed.override,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return await _page(request, form=form.refused(refused), status=409)
    return await _page(request, form=form, dates=[_date(one, zone) for one in found])


async def end(request: web.Request) -> web.Response:
    """Cancel this visit of the series and every later one."""
    form = await forms.read(request, Ending)
    if not form.ok:
        return await _page(request, ending=form, status=422)
    subject = gate.subject(request, Visit)
    try:
        async with request.app[DATABASE].write() as session:
            visit = await session.get_one(Visit, subject.id)
            if visit.series_id is not None:
                await series.end_series(
                    session,
                    await session.get_one(Series, visit.series_id),
                    after=visit.starts_at,
                    outcome=form.value.outcome,
                    reason=form.value.reason,
                    by=gate.staff(request).actor,
                    now=request.app[CLOCK](),
                )
    except VisitationError as refused:
        return await _page(request, ending=form.refused(refused), status=409)
    flash = _("This visit and the later ones of the series are cancelled.")
    return redirect(request, "visits.show", visit=subject.reference, flash=flash)


async def _page(
    request: web.Request,
    *,
    form: Form[Repetition] | None = None,
    ending: Form[Ending] | None = None,
    dates: list[Date] | None = None,
    status: int = 200,
) -> web.Response:
    subject = gate.subject(request, Visit)
    async with request.app[DATABASE].read() as session:
        visit = await session.get_one(Visit, subject.id)
        site = await session.get_one(Site, visit.prison_id)
        known = await standing.of_visit(session, visit, now=request.app[CLOCK]())
    zone = ZoneInfo(site.zone)
    pace = known.every_weeks if known else 1
    return render(
        request,
        "series/series.html",
        status=status,
        visit=visit,
        span=Timespan(visit.starts_at, visit.ends_at),
        zone=zone,
        standing=known,
        may_repeat=visit.state in series.REPEATABLE,
        form=form or forms.blank(Repetition, every_weeks=pace),
        ending=ending or forms.blank(Ending),
        dates=dates,
        outcomes=[(one.value, label(one)) for one in CANCELLATIONS],
    )


def _date(one: Occurrence, zone: ZoneInfo) -> Date:
    free = one.next_free
    return Date(
        day=present.day(one.day, zone),
        visit=one.visit,
        before=one.booked_before,
        reasons=tuple(refusals.sentence(reason) for reason in one.reasons),
        next_free=present.span(free.span, zone) if free else "",
    )


def _route(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/visits/{{visit}}/series{path}",
        page=page,
        allow=_REPEATERS,
        subject=subjects.visit,
    )


ROUTES = (
    _route("GET", "", ask),
    _route("POST", "", repeat),
    _route("POST", "/end", end),
)
