"""Weekly opening times of a prison: which days, from when to when, in which slots.

What an opening has to fulfil is said where templates are kept; how one ends has its own
page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from visitation import jalali, places
from visitation.errors import Invalid
from visitation.places import Opening, SessionTemplate, Site
from visitation.places.templates import MOST_WEEKS
from visitation.words import SiteKind, VisitKind
from web import forms, gate, labels, picks, present, subjects
from web.fields import Count, Wall
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.labels import label
from web.pages.sites import PLANNERS
from web.picks import NearDay, Pick, Weekday
from web.render import redirect, render
from web.routing import Page, Route

_LONGEST_SLOT_MINUTES = 240
_USUAL_SLOT_MINUTES = 30


class OpeningFields(forms.Fields):
    """When some terminals are open, on one or more days of the week."""

    weekdays: list[Weekday] = Field(min_length=1, title=N_("Days of the week"))
    starts: Wall = Field(title=N_("From"))
    ends: Wall = Field(title=N_("To"))
    slot_minutes: Annotated[Count, Field(ge=5, le=_LONGEST_SLOT_MINUTES)] = Field(
        title=N_("Minutes of a slot")
    )
    valid_from: NearDay = Field(title=N_("First day"))
    valid_to: NearDay | None = Field(default=None, title=N_("Last day"))
    every_weeks: Annotated[Count, Field(ge=1, le=MOST_WEEKS)] = Field(
        default=1, title=N_("Every how many weeks")
    )
    on_holidays: bool = Field(default=False, title=N_("Open on holidays too"))
    stations: list[Pick] = Field(default=[], title=N_("Terminals"))
    kinds: list[VisitKind] = Field(min_length=1, title=N_("Kinds of visit"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A template as a line of the week; no terminals means every one."""

    id: int
    weekday: int
    day: str
    starts: time
    ends: time
    slot_minutes: int
    slots: int
    valid_from: date
    valid_to: date | None
    terminals: tuple[str, ...]
    kinds: tuple[str, ...]
    every_kind: bool
    every_weeks: int
    on_holidays: bool

    def over(self, today: date) -> bool:
        """Whether it has held for the last time."""
        return self.valid_to is not None and self.valid_to < today


async def index(request: web.Request) -> web.Response:
    """A prison's week: what is open now and later, and what was."""
    site = gate.subject(request, Site)
    today = _today(request, site)
    async with request.app[DATABASE].read() as session:
        found = await places.templates_of(session, site.id)
        names = {one.id: one.name for one in await places.stations_of(session, site.id)}
    rows = [_row(one, names) for one in found]
    return render(
        request,
        "admin/templates.html",
        site={"id": site.id, "name": site.name},
        is_prison=site.kind is SiteKind.PRISON,
        week=_week(row for row in rows if not row.over(today)),
        past=_week(row for row in rows if row.over(today)),
        today=today,
    )


async def new(request: web.Request) -> web.Response:
    """The form for another opening."""
    site = gate.subject(request, Site)
    form = forms.blank(
        OpeningFields,
        slot_minutes=_USUAL_SLOT_MINUTES,
        every_weeks=1,
        valid_from=_today(request, site),
        kinds=list(VisitKind),
    )
    return await _form(request, form, site)


async def add(request: web.Request) -> web.Response:
    """Open a prison at these times, on each of the days."""
    site = gate.subject(request, Site)
    form = await forms.read(request, OpeningFields)
    if not form.ok:
        return await _form(request, form, site, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            for weekday in dict.fromkeys(form.value.weekdays):
                await places.add_template(
                    session,
                    site=site,
                    opening=_opening(form.value, weekday),
                    by=gate.staff(request).actor,
                    now=request.app[CLOCK](),
                )
    except Invalid as refused:
        return await _form(request, form.refused(refused), site, status=409)
    return redirect(
        request,
        "session_templates.index",
        site=site.id,
        flash=_("The opening times are added."),
    )


def _opening(typed: OpeningFields, weekday: Weekday) -> Opening:
    return Opening(
        weekday=weekday.number,
        starts=typed.starts,
        ends=typed.ends,
        slot_minutes=typed.slot_minutes,
        valid_from=typed.valid_from,
        valid_to=typed.valid_to,
        stations=frozenset(typed.stations),
        kinds=frozenset(typed.kinds),
        every_weeks=typed.every_weeks,
        on_holidays=typed.on_holidays,
    )


def _row(template: SessionTemplate, names: dict[int, str]) -> Row:
    kinds = frozenset(VisitKind(kind) for kind in template.kinds)
    opening = Opening(
        weekday=template.weekday,
        starts=template.starts,
        ends=template.ends,
        slot_minutes=template.slot_minutes,
        valid_from=template.valid_from,
    )
    return Row(
        id=template.id,
        weekday=template.weekday,
        day=present.weekday_name(template.weekday),
        starts=template.starts,
        ends=template.ends,
        slot_minutes=template.slot_minutes,
        slots=opening.minutes // template.slot_minutes,
        valid_from=template.valid_from,
        valid_to=template.valid_to,
        terminals=tuple(names.get(one, "–") for one in template.stations),
        kinds=tuple(label(kind) for kind in VisitKind if kind in kinds),
        every_kind=kinds == frozenset(VisitKind),
        every_weeks=template.every_weeks,
        on_holidays=template.on_holidays,
    )


def _week(rows: Iterable[Row]) -> list[Row]:
    """The rows in the order of the Iranian week, then of the day."""
    return sorted(rows, key=lambda row: (jalali.WEEK.index(row.weekday), row.starts))


def _today(request: web.Request, site: Site) -> date:
    return request.app[CLOCK]().astimezone(ZoneInfo(site.zone)).date()


async def _form(
    request: web.Request, form: Form[OpeningFields], site: Site, *, status: int = 200
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        stations = await places.stations_of(session, site.id)
        policy = await places.policy_of(session, site.id)
    return render(
        request,
        "admin/template_new.html",
        status=status,
        form=form,
        site={"id": site.id, "name": site.name},
        is_prison=site.kind is SiteKind.PRISON,
        weekdays=picks.weekday_options(),
        stations=[(one.id, one.name) for one in stations],
        kinds=labels.options(VisitKind),
        turnover=policy.turnover,
    )


def _of_site(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/sites/{{site}}/templates{path}",
        page=page,
        allow=PLANNERS,
        subject=subjects.site,
    )


ROUTES = (
    _of_site("GET", "", index),
    _of_site("GET", "/new", new),
    _of_site("POST", "/new", add),
)
