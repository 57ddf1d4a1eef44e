"""Closures: a place, or one of its seats, shut for a while, with a reason.

What is booked in that time is named; it is moved or cancelled first, or the place is
closed all the same and the visits are reviewed.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col, or_, select

from scheduler import closures
from scheduler.closures import AlreadyClosed, Occupied
from visitation import places
from visitation.errors import Invalid, VisitationError
from visitation.places import Closure, Site
from visitation.timespan import Timespan
from visitation.visits import Overtaken, Visit
from web import ahead, forms, gate, picks, present, reach, replan_days, subjects
from web.ahead import Ahead
from web.fields import Line, Wall
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.pages.sites import PLANNERS
from web.picks import NearDay, Pick
from web.render import redirect, render, url
from web.routing import Page, Route

_DAY = timedelta(days=1)
#: How many past closures a page remembers.
_SHOWN = 200


class ClosureFields(forms.Fields):
    """What is shut, for how long, and why. Without times, whole days."""

    station: Pick | None = Field(default=None, title=N_("What is closed"))
    first_day: NearDay = Field(title=N_("First day"))
    starts: Wall | None = Field(default=None, title=N_("From"))
    last_day: NearDay | None = Field(default=None, title=N_("Last day"))
    ends: Wall | None = Field(default=None, title=N_("To"))
    reason: Annotated[Line, StringConstraints(min_length=1)] = Field(title=N_("Reason"))
    over_visits: bool = Field(default=False, title=N_("Close all the same"))

    def span(self, zone: ZoneInfo) -> Timespan:
        """The time it is shut.

        Raises:
            Invalid: if it would end before it starts.
        """
        last = self.last_day or self.first_day
        start = datetime.combine(self.first_day, self.starts or time(0), zone)
        end = datetime.combine(last, self.ends or time(0), zone)
        if self.ends is None:
            end += _DAY
        if end <= start:
            raise Invalid("last_day", "ends_before_start")
        return Timespan(start, end)


class Begun(forms.Fields):
    """What the page that led here has in mind already."""

    day: NearDay | None = None
    station: Pick | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A closure as a line of a list."""

    id: int
    what: str
    when: str
    reason: str
    lifted: bool
    over: bool


async def index(request: web.Request) -> web.Response:
    """The closures of a site: those in force and to come, then the rest."""
    site = gate.subject(request, Site)
    rows = await _rows(request, site)
    here = or_(col(Visit.prison_id) == site.id, col(Visit.point_id) == site.id)
    async with request.app[DATABASE].read() as session:
        to_replan = await replan_days.links(
            request, session, here, col(Visit.ends_at) > request.app[CLOCK]()
        )
    return render(
        request,
        "admin/closures.html",
        to_replan=to_replan,
        site={"id": site.id, "name": site.name},
        standing=[row for row in rows if not (row.lifted or row.over)],
        past=[row for row in rows if row.lifted or row.over],
    )


async def new(request: web.Request) -> web.Response:
    """The form for another closure."""
    site = gate.subject(request, Site)
    asked = forms.from_query(request, Begun)
    begun = asked.value if asked.ok else Begun()
    form = forms.blank(ClosureFields, first_day=begun.day, station=begun.station)
    return await _form(request, form, site)


async def add(request: web.Request) -> web.Response:
    """Shut a site or one of its stations."""
    site = gate.subject(request, Site)
    form = await forms.read(request, ClosureFields)
    offered = [number for number, _name in await _stations(request, site)]
    form = picks.among(form, "station", offered)
    if not form.ok:
        return await _form(request, form, site, status=422)
    try:
        span = form.value.span(ZoneInfo(site.zone))
        async with request.app[DATABASE].write() as session:
            await closures.close(
                session,
                site_id=site.id,
                station_id=form.value.station,
                span=span,
                reason=form.value.reason,
                over_visits=form.value.over_visits,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except (Invalid, Occupied, AlreadyClosed, Overtaken) as refused:
        return await _refused(request, form, site, refused)
    if form.value.over_visits:
        flash = _("It is closed. Decide what becomes of the visits in that time.")
        return redirect(request, "review.index", flash=flash)
    return redirect(request, "closures.index", site=site.id, flash=_("It is closed."))


async def confirm_lift(request: web.Request) -> web.Response:
    """Ask before a place is opened again."""
    closure = gate.subject(request, Closure)
    async with request.app[DATABASE].read() as session:
        site = await session.get_one(Site, closure.site_id)
    span = Timespan(closure.starts_at, closure.ends_at)
    return render(
        request,
        "admin/confirm.html",
        title=_("Open again?"),
        text=_(
            "%(span)s can be booked again: %(reason)s",
            span=present.span(span, ZoneInfo(site.zone)),
            reason=closure.reason,
        ),
        act=_("Open again"),
        back=url(request, "closures.index", site=closure.site_id),
    )


async def lift(request: web.Request) -> web.Response:
    """Open again what was shut."""
    closure = gate.subject(request, Closure)
    async with request.app[DATABASE].write() as session:
        await closures.lift(
            session,
            await session.get_one(Closure, closure.id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    flash = _("It is open again.")
    return redirect(request, "closures.index", site=closure.site_id, flash=flash)


async def _rows(request: web.Request, site: Site) -> list[Row]:
    now, zone = request.app[CLOCK](), ZoneInfo(site.zone)
    async with request.app[DATABASE].read() as session:
        stations = await places.stations_of(session, site.id)
        found = await session.exec(
            select(Closure)
            .where(Closure.site_id == site.id)
            .order_by(col(Closure.starts_at).desc(), col(Closure.id).desc())
            .limit(_SHOWN)
        )
    names = {one.id: one.name for one in stations}
    return [
        Row(
            id=one.id,
            what=names.get(one.station_id or 0, _("The whole place")),
            when=present.span(Timespan(one.starts_at, one.ends_at), zone),
            reason=one.reason,
            lifted=one.lifted_at is not None,
            over=one.ends_at <= now,
        )
        for one in found
    ]


async def _refused(
    request: web.Request,
    form: Form[ClosureFields],
    site: Site,
    refused: VisitationError,
) -> web.Response:
    occupying: list[Ahead] = []
    if isinstance(refused, Occupied):
        async with request.app[DATABASE].read() as session:
            occupying = await ahead.of_references(
                session, refused.references, now=request.app[CLOCK]()
            )
    return await _form(
        request, form.refused(refused), site, occupying=occupying, status=409
    )


async def _stations(request: web.Request, site: Site) -> list[tuple[int, str]]:
    async with request.app[DATABASE].read() as session:
        found = await places.stations_of(session, site.id)
    return [(one.id, one.name) for one in found]


async def _form(
    request: web.Request,
    form: Form[ClosureFields],
    site: Site,
    *,
    occupying: list[Ahead] | None = None,
    status: int = 200,
) -> web.Response:
    return render(
        request,
        "admin/closure_new.html",
        status=status,
        form=form,
        site={"id": site.id, "name": site.name},
        stations=await _stations(request, site),
        occupying=occupying or [],
        today=request.app[CLOCK]().astimezone(ZoneInfo(site.zone)).date(),
    )


def _of_site(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/sites/{{site}}/closures{path}",
        page=page,
        allow=PLANNERS,
        subject=subjects.site,
    )


def _of_closure(method: str, page: Page) -> Route:
    return Route(
        method=method,
        path="/closures/{closure}/lift",
        page=page,
        allow=PLANNERS,
        subject=reach.closure,
    )


ROUTES = (
    _of_site("GET", "", index),
    _of_site("GET", "/new", new),
    _of_site("POST", "/new", add),
    _of_closure("GET", confirm_lift),
    _of_closure("POST", lift),
)
