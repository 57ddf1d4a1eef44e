"""Re-planning a day whose visits cannot take place: shown first, then done at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import displaced, replan, replanned
from scheduler.displaced import Day
from scheduler.replan import Choices, Replan, Rest, Then
from scheduler.replanned import Changed
from visitation.errors import Invalid, NotFound, VisitationError
from visitation.places import MobileDay, Site
from visitation.words import Role
from web import costs, forms, gate, present, reach, replan_rows, subjects
from web.fields import Count, Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.pages.sites import PLANNERS
from web.picks import NearDay
from web.render import redirect_to, render, url
from web.routing import Page, Route

_READERS = PLANNERS | {Role.AUDITOR}
_SEARCHED = timedelta(days=28)
_WAYS = (0, 10, 25, 50, 100)
_RESTS = {
    Rest.WAIT: N_("cancel the visit and put the family on the waiting list"),
    Rest.STAY: N_("leave the visit as it is, for somebody to look at"),
    Rest.CANCEL: N_("cancel the visit"),
}


_COUNTED = {
    Then.MOVES: N_("Get a new place"),
    Then.WAITS: N_("Wait in line again"),
    Then.CANCELLED: N_("Are cancelled"),
    Then.STAYS: N_("Stay for somebody to look at"),
}


class OneDay(forms.Fields):
    """Which day of a prison."""

    day: NearDay


class Bounds(forms.Fields):
    """How far a new place may be, and what becomes of those who get none."""

    last: NearDay | None = Field(default=None, title=N_("Last day"))
    kilometres: Count = Field(default=25, title=N_("Another place at most"))
    own_phone: bool = False
    prefer: NearDay | None = Field(default=None, title=N_("The office comes instead"))
    rest: Rest = Field(default=Rest.WAIT, title=N_("Where nothing is found"))


class Agreed(Bounds):
    """The same, with what was shown and is agreed to."""

    shown: Annotated[str, StringConstraints(max_length=100_000)] = ""
    reason: Line = Field(default="", title=N_("Reason"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The day that a page is about, and where its links lead."""

    of: Day
    site: Site
    page: str
    query: Mapping[str, str]
    back: str
    reason: str = ""
    prefer: tuple[date, ...] = ()

    def link(self, path: str = "") -> str:
        """An address of this day's pages."""
        asked = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"{self.page}{path}" + (f"?{asked}" if asked else "")


async def show(request: web.Request) -> web.Response:
    """Who would go where, who gets nothing and why, and what it costs to say so."""
    form = forms.from_query(request, Bounds)
    return await _show(request, form, status=200 if form.ok else 422)


async def carry_out(request: web.Request) -> web.Response:
    """Do what was shown; sent twice by a double click, it is done once."""
    form = await forms.read(request, Agreed)
    if not form.ok:
        return await _show(request, form, status=422)
    shown = _marks(form.value.shown)
    try:
        async with request.app[DATABASE].read() as session:
            where = await _where(request, session)
            plan = await _draft(request, session, where, form.value)
        async with request.app[DATABASE].write() as session:
            await replanned.carry_out(
                session,
                plan,
                shown=shown,
                reason=form.value.reason or where.reason,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _show(request, form.refused(refused), status=409)
    except Changed as changed:
        because = changed.because
        return await _show(request, form, status=409, shown=shown, because=because)
    flash = _("The day is re-planned. Read this list to those who have no phone.")
    return redirect_to(request, where.link("/list"), flash=flash)


async def read_out(request: web.Request) -> web.Response:
    """What was done to a day, to print for the village or the clerk."""
    async with request.app[DATABASE].read() as session:
        where = await _where(request, session)
        done = await replanned.done(session, where.of)
        lists = [(one.at, await replan_rows.told(session, one)) for one in done]
    return render(
        request, "replan/list.html", where=where, lists=lists, zone=_zone(where)
    )


async def _show(
    request: web.Request,
    form: Form[Bounds] | Form[Agreed],
    *,
    status: int = 200,
    shown: Mapping[str, str] | None = None,
    because: VisitationError | None = None,
) -> web.Response:
    link = request.app[SETTINGS].message_link
    async with request.app[DATABASE].read() as session:
        where = await _where(request, session)
        asked = form.parsed or Bounds()
        try:
            plan = await _draft(request, session, where, asked)
        except Invalid as refused:
            form = form.refused(refused) if form.ok else form
            plan, status = Replan(of=where.of), max(status, 422)
        if because is not None and plan.marks == shown:
            # Nothing is new, so looking again would not help: say what refuses.
            form, shown = form.refused(because), None
        rows = await replan_rows.rows(session, plan.lines, shown=shown, link=link)
        done = await replanned.done(session, where.of)
    return render(
        request,
        "replan/day.html",
        status=status,
        where=where,
        form=_typed(form, asked, where),
        counts=_counts(plan),
        rows=list(zip(rows, (line.then.value for line in plan.lines), strict=True)),
        **_costs(request, plan),
        shown=" ".join(f"{name}:{mark}" for name, mark in plan.marks.items()),
        gone=len(shown.keys() - plan.marks.keys()) if shown else 0,
        is_changed=shown is not None,
        ways=[(way, _way(way)) for way in _WAYS],
        rests=[(rest.value, _(words)) for rest, words in _RESTS.items()],
        may_change=gate.staff(request).role in PLANNERS,
        was_done=bool(done),
        zone=_zone(where),
    )


async def _draft(
    request: web.Request, session: AsyncSession, where: Where, asked: Bounds
) -> Replan:
    choices = Choices(
        last=asked.last or where.of.day + _SEARCHED,
        kilometres=asked.kilometres,
        own_phone=asked.own_phone,
        prefer=asked.prefer if asked.prefer in where.prefer else None,
        rest=asked.rest,
    )
    return await replan.draft(session, where.of, choices, now=request.app[CLOCK]())


def _typed(
    form: Form[Bounds] | Form[Agreed], asked: Bounds, where: Where
) -> Form[Agreed]:
    """The form as it is shown: what was typed, else what was searched with."""
    known = forms.blank(
        Agreed,
        last=asked.last or where.of.day + _SEARCHED,
        kilometres=asked.kilometres,
        own_phone=asked.own_phone,
        prefer=asked.prefer.isoformat() if asked.prefer else "",
        rest=asked.rest,
        reason=where.reason,
    )
    typed = known.typed if form.ok else {**known.typed, **form.typed}
    if "0" not in typed.get("kilometres", ()) and asked.kilometres == 0:
        typed = {**typed, "kilometres": ("0",)}
    return Form(model=Agreed, typed=typed, errors=form.errors, reasons=form.reasons)


def _costs(request: web.Request, plan: Replan) -> dict[str, object]:
    """How many texts tell everybody, in how many segments, and who has no phone."""
    link = request.app[SETTINGS].message_link
    stamps = [line.postage(link) for line in plan.lines]
    segments = sum(one.segments for one in stamps)
    return {
        "texts": sum(len(one.texts) for one in stamps),
        "segments": segments,
        "cost": costs.cost(request, segments),
        "silent": sum(one.silent for one in stamps),
    }


def _counts(plan: Replan) -> list[tuple[str, str]]:
    return [
        (_(words), present.digits(len(plan.those(then))))
        for then, words in _COUNTED.items()
    ]


def _marks(shown: str) -> dict[str, str]:
    pairs = (pair.partition(":") for pair in shown.split())
    return {name: mark for name, _colon, mark in pairs}


def _way(kilometres: int) -> str:
    if not kilometres:
        return _("the same place only")
    return _("%(count)s km away", count=present.digits(kilometres))


def _zone(where: Where) -> ZoneInfo:
    return ZoneInfo(where.site.zone)


async def _where(request: web.Request, session: AsyncSession) -> Where:
    if "mobile" in request.match_info:
        return await _of_office(request, session)
    return _of_prison(request)


async def _of_office(request: web.Request, session: AsyncSession) -> Where:
    planned = gate.subject(request, MobileDay)
    office = await session.get_one(Site, planned.site_id)
    back = url(request, "mobile_days.show", mobile=planned.reference)
    return Where(
        of=displaced.of_office(office, planned),
        site=office,
        page=f"{back}/replan",
        query={},
        back=back,
        reason=planned.reason,
        prefer=await replan.other_days(session, planned, now=request.app[CLOCK]()),
    )


def _of_prison(request: web.Request) -> Where:
    prison, asked = gate.subject(request, Site), forms.from_query(request, OneDay)
    if not asked.ok:
        raise NotFound("day")
    day = asked.value.day
    query = {"day": day.isoformat()}
    back = url(request, "schedule.day", query={"site": str(prison.id)} | query)
    return Where(
        of=displaced.of_prison(prison, day),
        site=prison,
        page=f"/sites/{prison.id}/replan",
        query=query,
        back=back,
    )


def _both(method: str, path: str, page: Page) -> tuple[Route, Route]:
    """The same page for a day of a mobile office and for one of a prison."""
    allow = _READERS if method == "GET" else PLANNERS
    return (
        Route(
            method=method,
            path=f"/mobile-days/{{mobile}}/replan{path}",
            page=page,
            allow=allow,
            subject=reach.mobile_day,
            name=f"replan.{page.__name__}",
        ),
        Route(
            method=method,
            path=f"/sites/{{site}}/replan{path}",
            page=page,
            allow=allow,
            subject=subjects.prison,
            name=f"replan.{page.__name__}_at_prison",
        ),
    )


ROUTES = (
    *_both("GET", "", show),
    *_both("POST", "", carry_out),
    *_both("GET", "/list", read_out),
)
