"""The end of a point's day: what it came to, what is still open, and closing it.

Figures are counted anew until the day is closed; from then on they stand.
"""

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.errors import VisitationError
from visitation.lifecycle import MAY, Act, VisitState
from visitation.people import Account
from visitation.places import Site
from visitation.points import days, queue
from visitation.points.days import Figures, Line
from visitation.points.tables import PointDay
from visitation.services import counting
from visitation.visits.listed import AHEAD
from visitation.words import Part, ServiceKind
from web import forms, gate, point_reach, present
from web.fields import Day, Note
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.labels import label, tone
from web.render import redirect, render
from web.routing import Route

_CLERKS = MAY[Act.CHECK_IN]
#: In the order of the report; what belongs together stands together.
_FIGURES = (
    (
        ("visits", N_("Visits of the day")),
        ("missed", N_("Missed")),
        ("cancelled", N_("Cancelled")),
        ("unclosed", N_("Not closed by the prison")),
    ),
    (
        ("arrived", N_("Families who came")),
        ("came_late", N_("of them late")),
        ("help_calls", N_("Calls for help")),
    ),
    (
        ("held", N_("Visits that took place")),
        ("began_late", N_("of them begun late")),
        ("minutes_lost", N_("Minutes lost to the line")),
    ),
    (
        ("walk_ins", N_("Numbers given out")),
        ("served", N_("of them served")),
        ("left", N_("of them gone")),
    ),
    (
        ("services", N_("Services done")),
        ("people", N_("for so many people")),
    ),
)


class Shown(forms.Fields):
    """The day of the report."""

    day: Day | None = Field(default=None, title=N_("Day"))


class Closing(forms.Fields):
    """What should stand in the report beside the figures."""

    day: Day = Field(title=N_("Day"))
    note: Annotated[Note, StringConstraints(max_length=days.LONGEST_NOTE)] = Field(
        default="", title=N_("Remarks on the day")
    )


async def show(request: web.Request) -> web.Response:
    """The report of a day, by default today's."""
    chosen = forms.from_query(request, Shown)
    async with request.app[DATABASE].read() as session:
        found = await point_reach.at_hand(request, session)
    if found is None:
        return render(request, "clerk/nowhere.html")
    point, known = found
    day = chosen.value.day if chosen.ok else None
    return await _page(request, point, known, day=day)


async def close(request: web.Request) -> web.Response:
    """Close the day; pressed twice, it is closed once."""
    form, point = await forms.read(request, Closing), gate.subject(request, Site)
    if not form.ok:
        return await _page(request, point, (point,), form=form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await days.close(
                session,
                point=point,
                day=form.value.day,
                note=form.value.note,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return await _page(
            request,
            point,
            (point,),
            day=form.value.day,
            form=form.refused(refused),
            status=409,
        )
    return redirect(
        request,
        "point_day.show",
        query={point_reach.PARAMETER: str(point.id), "day": form.value.day.isoformat()},
        flash=_("The day is closed. Its report stands."),
    )


async def _page(
    request: web.Request,
    point: Site,
    known: tuple[Site, ...],
    *,
    day: date | None = None,
    form: Form[Closing] | None = None,
    status: int = 200,
) -> web.Response:
    now, zone = request.app[CLOCK](), ZoneInfo(point.zone)
    today = queue.day_of(point, now)
    chosen = day or today
    async with request.app[DATABASE].read() as session:
        lines = await days.lines_of(session, point=point, day=chosen)
        closed = await days.closed(session, point_id=point.id, day=chosen)
        shown = await _counted(session, point, chosen, closed)
    return render(
        request,
        "clerk/report.html",
        status=status,
        point={"id": point.id, "name": point.name},
        points=[(one.id, one.name) for one in known],
        day=chosen,
        is_today=chosen == today,
        # What somebody wrote stays, even where the day cannot be closed.
        may_close=closed is None and (chosen <= today or form is not None),
        lines=[_line(one, zone) for one in lines],
        goes_on=_goes_on(lines, now),
        form=form or forms.blank(Closing, day=chosen),
        printed=present.moment(now, zone),
        **shown,
    )


async def _counted(
    session: AsyncSession, point: Site, day: date, closed: PointDay | None
) -> dict[str, Any]:
    """The figures of a day, as they stand or as they were closed, and by whom."""
    counted = (
        Figures(**closed.figures)
        if closed
        else await days.figures(session, point=point, day=day)
    )
    zone = ZoneInfo(point.zone)
    closer = closed.closed_by_id if closed else None
    account = await session.get(Account, closer) if closer else None
    return {
        "kinds": [
            (label(kind), counted.kinds[kind.value])
            for kind in ServiceKind
            if kind.value in counted.kinds
        ],
        "corrections": await _corrections(session, point, closed) if closed else [],
        "figures": [
            [(name, _(words), getattr(counted, name)) for name, words in group]
            for group in _FIGURES
        ],
        "waiting": counted.walk_ins - counted.served - counted.left,
        "closed": {"at": present.moment(closed.closed_at, zone), "note": closed.note}
        if closed
        else None,
        "closer": account.name if account else "",
    }


async def _corrections(
    session: AsyncSession, point: Site, closed: PointDay
) -> list[dict[str, Any]]:
    """The services that were entered or taken back after a day was closed."""
    late = await counting.corrections(
        session, point_id=point.id, day=closed.day, closed_at=closed.closed_at
    )
    zone = ZoneInfo(point.zone)
    return [
        {
            "entered": present.moment(one.withdrawn_at or one.entered_at, zone),
            "kind": label(one.kind),
            "people": one.people,
            "withdrawn": one.withdrawn_at is not None,
        }
        for one in late
    ]


def _goes_on(lines: tuple[Line, ...], now: datetime) -> bool:
    return any(
        one.visit.state is VisitState.LIVE
        or (one.visit.state in AHEAD and one.visit.span.end > now)
        for one in lines
    )


def _line(one: Line, zone: ZoneInfo) -> dict[str, Any]:
    visit, own = one.visit, ZoneInfo(one.visit.zone)
    return {
        "hours": present.hours(visit.span, own),
        "family": [who.name for who in visit.of(Part.VISITOR, Part.INTERPRETER)],
        "prisoner": visit.prisoner,
        "kiosk": visit.kiosk,
        "came": present.clock(one.came_at, zone) if one.came_at else "",
        "began": present.clock(one.began_at, zone) if one.began_at else "",
        "lost": present.minutes(one.lost) if one.lost else "",
        "state": label(visit.state),
        "tone": tone(visit.state),
        "outcome": label(visit.outcome) if visit.outcome else "",
    }


ROUTES = (
    Route(
        method="GET",
        path="/clerk/report",
        page=show,
        allow=_CLERKS,
        menu=N_("Report of the day"),
    ),
    Route(
        method="POST",
        path="/points/{site}/close",
        page=close,
        allow=_CLERKS,
        subject=point_reach.point,
    ),
)
