"""How full prisons are: a province's month, one day of it, and its villages.

Everything within reach, and nothing of who is booked. Reads; never writes.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import tallies, villages
from scheduler.tallies import Totals
from visitation import lifecycle
from visitation.lifecycle import Act
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.words import Role, SiteKind
from web import forms, gate, i18n, month_grid, overview_choice, present
from web.i18n import N_, _
from web.keys import DATABASE
from web.month_grid import Month
from web.overview_choice import Choice, Chosen
from web.render import render, url
from web.routing import Door, Page, Route

_READERS: frozenset[Role | Door] = frozenset(
    {Role.SCHEDULER, Role.ADMINISTRATOR, Role.AUDITOR}
)
_DAY = timedelta(days=1)
#: How far ahead mobile offices are looked for.
_AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrisonRow:
    """A prison's day as a line of the table; `href` leads to its slots."""

    name: str
    href: str
    free: str
    taken: str
    closed: str
    soonest: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRow:
    """A mobile office in a village as a line of the table."""

    when: str
    village: str
    office: str
    places: str
    href: str
    tone: str


async def month(request: web.Request) -> web.Response:
    """A month of a province or of one prison: what is free on which day."""
    async with request.app[DATABASE].read() as session:
        known = await overview_choice.chosen(request, session)
        if known is None:
            return render(request, "schedule/nowhere.html")
        shown = Month.of(known.day)
        totals = await _totals(session, known, shown)

    def to(day: date) -> str:
        return url(request, "overview.month", query=known.query(day))

    return render(
        request,
        "schedule/month.html",
        status=200 if known.form.ok else 422,
        known=known,
        may_plan=_may_plan(request),
        title=shown.name(),
        span=_span(shown),
        weekdays=month_grid.weekdays(known.zone),
        weeks=month_grid.weeks(
            shown,
            totals,
            today=known.today,
            zone=known.zone,
            href=lambda day: url(request, "overview.day", query=known.query(day)),
        ),
        is_open=bool(totals),
        before=to(shown.before),
        after=to(shown.after),
        now="" if shown.first <= known.today <= shown.last else to(known.today),
        in_villages=_villages_url(request, known),
    )


async def day(request: web.Request) -> web.Response:
    """A day of a province: what each prison has free, and from when."""
    async with request.app[DATABASE].read() as session:
        known = await overview_choice.chosen(request, session)
        if known is None:
            return render(request, "schedule/nowhere.html")
        found = await tallies.province_day(
            session, province_id=known.province.id, day=known.day, now=known.now
        )
    shown = {one.id for one in known.shown}

    def to(other: date) -> str:
        return url(request, "overview.day", query=known.query(other))

    return render(
        request,
        "schedule/province_day.html",
        status=200 if known.form.ok else 422,
        known=known,
        rows=[
            _prison_row(request, one, known) for one in found if one.site_id in shown
        ],
        before=to(known.day - _DAY),
        after=to(known.day + _DAY),
        now="" if known.day == known.today else to(known.today),
        month=url(request, "overview.month", query=known.query(known.day)),
        in_villages=_villages_url(request, known),
    )


async def in_villages(request: web.Request) -> web.Response:
    """Where mobile offices stand in the coming weeks, and what is free there."""
    async with request.app[DATABASE].read() as session:
        known = await overview_choice.chosen(request, session)
        if known is None:
            return render(request, "schedule/nowhere.html")
        prison = known.prison or known.here[0]
        offices = await session.exec(
            select(Site.id).where(
                Site.kind == SiteKind.MOBILE_OFFICE,
                gate.staff(request).scope.of_sites(),
            )
        )
        found = await villages.places(
            session,
            prison_id=prison.id,
            span=Timespan(known.now, known.now + _AHEAD),
            offices=offices.all(),
        )
    return render(
        request,
        "schedule/villages.html",
        status=200 if known.form.ok else 422,
        known=known,
        may_plan=_may_plan(request),
        form=forms.blank(Choice, province=known.province.id, prison=prison.id)
        if known.form.ok
        else known.form,
        prison=prison.name,
        rows=[_stop_row(request, one, prison) for one in found],
        month=url(request, "overview.month", query=known.query(known.day)),
    )


async def _totals(
    session: AsyncSession, known: Chosen, shown: Month
) -> dict[date, Totals]:
    """What all that is shown has on each day that has anything."""
    span = {"first": shown.first, "last": shown.last}
    if known.prison:
        found = await tallies.month(
            session, site_id=known.prison.id, now=known.now, **span
        )
        return {when: Totals.of(rows) for when, rows in found.items() if rows}
    whole = await tallies.province_month(
        session, province_id=known.province.id, now=known.now, **span
    )
    here = {one.id for one in known.here}
    days: dict[date, Totals] = {}
    for site_id, of_prison in whole.items():
        for when, total in of_prison.items() if site_id in here else ():
            days[when] = days.get(when, Totals()) + total
    return days


def _prison_row(
    request: web.Request, one: tallies.PrisonTallies, known: Chosen
) -> PrisonRow:
    total, zone = Totals.of(one.tallies), known.zone_of(one.site_id)
    free = next((tally for tally in one.tallies if tally.free), None)
    query = {"site": str(one.site_id), "day": known.day.isoformat()}
    may_book = gate.staff(request).role in lifecycle.MAY[Act.BOOK]
    return PrisonRow(
        name=one.name,
        href=url(request, "schedule.day", query=query) if may_book else "",
        free=present.digits(total.free),
        taken=present.digits(total.taken),
        closed=present.digits(total.closed),
        soonest=present.clock(free.span.start, zone) if free else "",
        tone="good" if total.free else "plain",
    )


def _stop_row(request: web.Request, one: villages.StopPlaces, prison: Site) -> StopRow:
    zone = ZoneInfo(prison.zone)
    on = present.local_day(one.span.start, zone)
    query = {"site": str(prison.id), "day": on.isoformat()}
    may_book = gate.staff(request).role in lifecycle.MAY[Act.BOOK]
    return StopRow(
        when=present.span(one.span, zone),
        village=one.village,
        office=one.office,
        places=present.digits(one.places),
        href=url(request, "schedule.day", query=query) if may_book else "",
        tone="good" if one.places else "plain",
    )


def _may_plan(request: web.Request) -> bool:
    return gate.staff(request).role is not Role.AUDITOR


def _villages_url(request: web.Request, known: Chosen) -> str:
    return url(request, "overview.in_villages", query=known.query(known.day))


def _span(shown: Month) -> str:
    """The month in the other calendar; Persian pages show one only."""
    if i18n.language() == "fa":
        return ""
    return _(
        "%(start)s to %(end)s",
        start=f"{shown.first:%-d\u00a0%B\u00a0%Y}",
        end=f"{shown.last:%-d\u00a0%B\u00a0%Y}",
    )


def _route(path: str, page: Page, menu: str = "") -> Route:
    return Route(method="GET", path=path, page=page, allow=_READERS, menu=menu)


ROUTES = (
    _route("/overview", month, N_("Overview")),
    _route("/overview/day", day),
    _route("/overview/villages", in_villages),
)
