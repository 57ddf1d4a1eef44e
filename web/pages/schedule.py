"""A prison's day: what is free, who has what, and where to book."""

from datetime import date, timedelta

from aiohttp import web
from pydantic import Field
from sqlmodel import col

from visitation import lifecycle
from visitation.lifecycle import Act
from visitation.visits import Visit
from web import forms, gate, present, prison_day, prison_reach, review_rows
from web.fields import Count, Day
from web.i18n import N_, ngettext
from web.keys import CLOCK, DATABASE
from web.pages.sites import PLANNERS
from web.prison_day import Links, PrisonDay
from web.render import render, url
from web.routing import Route

_DAY = timedelta(days=1)


class Choice(forms.Fields):
    """Which prison, and which day."""

    site: Count | None = Field(default=None, title=N_("Prison"))
    day: Day | None = Field(default=None, title=N_("Day"))


async def day(request: web.Request) -> web.Response:
    """The day of a prison: terminals by slots, and the week around it."""
    form = forms.from_query(request, Choice)
    asked = form.value if form.ok else Choice()
    now, scope = request.app[CLOCK](), gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        prisons = await prison_reach.within(session, scope)
        if not prisons:
            return render(request, "schedule/nowhere.html")
        chosen = next((one for one in prisons if one.id == asked.site), prisons[0])
        known = await prison_day.read(session, chosen, asked.day, now=now)
        here = col(Visit.prison_id) == chosen.id
        due = await review_rows.count(
            session, here, *review_rows.within(gate.staff(request), now)
        )
    if form.ok:
        form = forms.blank(Choice, site=chosen.id, day=known.day)
    links = links_of(request, known)
    return render(
        request,
        "schedule/day.html",
        status=200 if form.ok else 422,
        form=form,
        prisons=[(prison.id, prison.name) for prison in prisons],
        known=known,
        rows=known.rows(links),
        week=known.strip(links),
        others=known.beside(links),
        yesterday=links.day(known.day - _DAY),
        tomorrow=links.day(known.day + _DAY),
        today=links.day(known.today),
        to_review=_to_review(due),
        openings=f"/sites/{chosen.id}/templates",
        replan=_replan(request, known),
    )


def _replan(request: web.Request, known: PrisonDay) -> str:
    """Where the visits of a day to come are given new places, for who may do so."""
    if gate.staff(request).role not in PLANNERS or known.day < known.today:
        return ""
    query = {"day": known.day.isoformat()}
    return url(request, "replan.show_at_prison", query=query, site=known.prison.id)


def links_of(request: web.Request, known: PrisonDay) -> Links:
    """Where the things on a prison's day lead."""

    def to_day(other: date) -> str:
        query = {"site": str(known.prison.id), "day": other.isoformat()}
        return url(request, "schedule.day", query=query)

    return Links(
        day=to_day,
        slot=lambda name: url(request, "booking.begin", query={"slot": name}),
        visit=lambda reference: url(request, "visits.show", visit=reference),
    )


def _to_review(due: int) -> str:
    if not due:
        return ""
    found = ngettext(
        "%(num)s visit of this prison is to be reviewed",
        "%(num)s visits of this prison are to be reviewed",
        due,
    )
    return present.digits(found)


ROUTES = (
    Route(
        method="GET",
        path="/schedule",
        page=day,
        allow=lifecycle.MAY[Act.BOOK],
        menu=N_("Booking"),
    ),
)
