"""Plans: who of the waiting list gets which free slot, shown before it is published.

Knows neither how slots are shared out nor how they are booked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import planning, postage
from scheduler.planning import NotDraft
from scheduler.postage import Postage
from visitation.errors import Invalid
from visitation.people import Prisoner, Visitor
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.waiting import Placement, Plan, WaitingEntry, WaitingVisitor
from visitation.words import PlanState, Role
from web import costs, forms, gate, line_words, present, queue_reach, subjects
from web.forms import Form
from web.i18n import N_, _, ngettext
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.picks import NearDay
from web.render import redirect, render
from web.routing import Page, Route

_PLANNERS = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
_READERS = _PLANNERS | {Role.AUDITOR}
_WEEK = timedelta(days=6)
_SHOWN = 20


class Period(forms.Fields):
    """The days that are shared out."""

    first_day: NearDay = Field(title=N_("First day"))
    last_day: NearDay = Field(title=N_("Last day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a plan gives one family, in words."""

    prisoner: str
    visitors: list[str]
    why: str
    when: str
    where: str
    texts: tuple[str, ...]
    reason: str


async def new(request: web.Request) -> web.Response:
    """The days to share out, and the plans made before."""
    site = gate.subject(request, Site)
    today = request.app[CLOCK]().astimezone(ZoneInfo(site.zone)).date()
    first = today + timedelta(days=1)
    form = forms.blank(Period, first_day=first, last_day=first + _WEEK)
    return await _new(request, form, site)


async def drafts(request: web.Request) -> web.Response:
    """The plans that nobody has published or thrown away, the oldest first."""
    async with request.app[DATABASE].read() as session:
        found = await session.exec(
            select(Plan, Site.name)
            .join(Site, col(Site.id) == col(Plan.prison_id))
            .where(Plan.state == PlanState.DRAFT, gate.staff(request).scope.of_sites())
            .order_by(col(Plan.made_at), col(Plan.id))
        )
        plans = [
            {
                "reference": plan.reference,
                "prison": name,
                "days": _days(plan),
                "made_at": plan.made_at,
            }
            for plan, name in found.all()
        ]
    return render(request, "waiting/plans.html", plans=plans)


async def propose(request: web.Request) -> web.Response:
    """Draw up a plan and show it."""
    site = gate.subject(request, Site)
    form = await forms.read(request, Period)
    if not form.ok:
        return await _new(request, form, site, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            plan = await planning.propose(
                session,
                prison=site,
                first_day=form.value.first_day,
                last_day=form.value.last_day,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _new(request, form.refused(refused), site, status=409)
    return redirect(request, "plans.show", plan=plan.reference)


async def show(request: web.Request) -> web.Response:
    """Who gets what and why, who does not and why, and what it costs to say so."""
    plan = gate.subject(request, Plan)
    link = request.app[SETTINGS].message_link
    async with request.app[DATABASE].read() as session:
        prison = await session.get_one(Site, plan.prison_id)
        found = await planning.placements(session, plan.id)
        stamps = await postage.postage(session, plan, found, link=link)
        rows = await _rows(session, found, stamps, ZoneInfo(prison.zone))
    segments = sum(one.segments for one in stamps.values())
    return render(
        request,
        "waiting/plan.html",
        reference=plan.reference,
        state=plan.state,
        is_draft=plan.state is PlanState.DRAFT,
        may_change=gate.staff(request).role in _PLANNERS,
        prison={"id": prison.id, "name": prison.name},
        days=_days(plan),
        placed=[row for row in rows if not row.reason],
        left=[row for row in rows if row.reason],
        texts=sum(len(one.texts) for one in stamps.values()),
        segments=segments,
        cost=costs.cost(request, segments),
        silent=sum(one.silent for one in stamps.values()),
    )


async def publish(request: web.Request) -> web.Response:
    """Book all of a plan; sent twice by a double click, it is booked once."""
    plan = gate.subject(request, Plan)
    try:
        async with request.app[DATABASE].write() as session:
            booked = await planning.publish(
                session,
                await session.get_one(Plan, plan.id),
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except NotDraft as refused:
        if refused.state is PlanState.PUBLISHED:
            return redirect(request, "plans.show", plan=plan.reference)
        raise
    flash = ngettext(
        "%(count)s visit is booked.",
        "%(count)s visits are booked.",
        booked,
        count=present.digits(booked),
    )
    return redirect(request, "plans.show", plan=plan.reference, flash=flash)


async def discard(request: web.Request) -> web.Response:
    """Throw a plan away."""
    plan = gate.subject(request, Plan)
    async with request.app[DATABASE].write() as session:
        await planning.discard(
            session,
            await session.get_one(Plan, plan.id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    flash = _("The plan is thrown away; everybody stays in line.")
    return redirect(request, "plans.new", site=plan.prison_id, flash=flash)


def _days(plan: Plan) -> str:
    return _(
        "%(start)s to %(end)s",
        start=present.day(plan.first_day, ZoneInfo("UTC")),
        end=present.day(plan.last_day, ZoneInfo("UTC")),
    )


async def _new(
    request: web.Request, form: Form[Period], site: Site, *, status: int = 200
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        found = await session.exec(
            select(Plan)
            .where(Plan.prison_id == site.id)
            .order_by(col(Plan.id).desc())
            .limit(_SHOWN)
        )
        plans = [
            {"reference": one.reference, "state": one.state, "days": _days(one)}
            for one in found.all()
        ]
    return render(
        request,
        "waiting/plan_new.html",
        status=status,
        form=form,
        prison={"id": site.id, "name": site.name},
        plans=plans,
    )


async def _rows(
    session: AsyncSession,
    found: Sequence[Placement],
    stamps: dict[int, Postage],
    zone: ZoneInfo,
) -> list[Row]:
    entries = {row.entry_id for row in found}
    whom = await session.exec(
        select(WaitingEntry.id, Prisoner.name)
        .join(Prisoner, col(Prisoner.id) == col(WaitingEntry.prisoner_id))
        .where(col(WaitingEntry.id).in_(entries))
    )
    who = await session.exec(
        select(WaitingVisitor.entry_id, Visitor.name)
        .join(Visitor, col(Visitor.id) == col(WaitingVisitor.visitor_id))
        .where(col(WaitingVisitor.entry_id).in_(entries))
        .order_by(col(Visitor.id))
    )
    prisoners, places = dict(whom.all()), await postage.points(session, found)
    visitors: dict[int, list[str]] = {}
    for entry_id, name in who.all():
        visitors.setdefault(entry_id, []).append(name)
    return [
        Row(
            prisoner=prisoners[row.entry_id],
            visitors=visitors.get(row.entry_id, []),
            why=line_words.standing(row.place, row.waited_days, met=row.has_met),
            when=_when(row, zone),
            where=places.get(row.entry_id, _("Own phone")),
            texts=stamps[row.entry_id].texts if row.entry_id in stamps else (),
            reason=line_words.unplaced(row.reason),
        )
        for row in found
    ]


def _when(row: Placement, zone: ZoneInfo) -> str:
    if row.starts_at is None or row.ends_at is None:
        return ""
    return present.span(Timespan(row.starts_at, row.ends_at), zone)


def _of_plan(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/plans/{{plan}}{path}",
        page=page,
        allow=_READERS if method == "GET" else _PLANNERS,
        subject=queue_reach.plan,
    )


def _of_prison(method: str, page: Page) -> Route:
    return Route(
        method=method,
        path="/sites/{site}/plans",
        page=page,
        allow=_READERS if method == "GET" else _PLANNERS,
        subject=subjects.prison,
    )


ROUTES = (
    Route(method="GET", path="/plans", page=drafts, allow=_READERS),
    _of_prison("GET", new),
    _of_prison("POST", propose),
    _of_plan("GET", "", show),
    _of_plan("POST", "/publish", publish),
    _of_plan("POST", "/discard", discard),
)
