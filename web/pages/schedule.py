"""A prison's day: what is free, who has what, where to book, and where to move to.

The day is a table by terminal or by where families sit. With a visit picked up, or a
prisoner in mind, its free places lead on with them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import openings
from visitation import lifecycle, places
from visitation.lifecycle import Act, VisitState
from visitation.people import Prisoner
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit
from web import (
    day_grid,
    day_kiosks,
    forms,
    gate,
    named,
    present,
    prison_day,
    prison_reach,
    review_rows,
    subjects,
)
from web.booking_form import Id
from web.day_grid import Head, Row
from web.fields import Count, Day
from web.i18n import N_, ngettext
from web.keys import CLOCK, DATABASE, DEVICE, PRINCIPAL
from web.pages.sites import PLANNERS
from web.prison_day import Links, PrisonDay
from web.render import render, url
from web.routing import Route

_DAY = timedelta(days=1)


class By(StrEnum):
    """What the columns of the table are."""

    TERMINAL = "terminal"
    KIOSK = "kiosk"


class Choice(forms.Fields):
    """Which prison and day, drawn how, and what the free places are for."""

    site: Count | None = Field(default=None, title=N_("Prison"))
    day: Day | None = Field(default=None, title=N_("Day"))
    by: By = By.TERMINAL
    move: str = ""
    prisoner: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """What whoever looks at the day wants to find a place for, if anything.

    Attributes:
        visit: one that is moved.
        prisoner: whose visit that is, or for whom one is booked.
    """

    visit: Visit | None = None
    prisoner: Prisoner | None = None

    @property
    def prison_id(self) -> int | None:
        """The only prison in which that can be."""
        if self.visit is not None:
            return self.visit.prison_id
        return self.prisoner.site_id if self.prisoner is not None else None

    def query(self) -> dict[str, str]:
        """It again, in an address."""
        if self.visit is not None:
            return {"move": self.visit.reference}
        return {"prisoner": str(self.prisoner.id)} if self.prisoner is not None else {}


async def day(request: web.Request) -> web.Response:
    """The day of a prison: places by time, and the week around it."""
    form = forms.from_query(request, Choice)
    asked = form.value if form.ok else Choice()
    now, scope = request.app[CLOCK](), gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        prisons = await prison_reach.within(session, scope)
        if not prisons:
            return render(request, "schedule/nowhere.html")
        hand = await _hand(session, request, asked)
        wanted = hand.prison_id or asked.site or prison_reach.remembered(request)
        chosen = next((one for one in prisons if one.id == wanted), prisons[0])
        known = await prison_day.read(
            session, chosen, asked.day or _own_day(hand, chosen), now=now
        )
        here = col(Visit.prison_id) == chosen.id
        due = await review_rows.count(
            session, here, *review_rows.within(gate.staff(request), now)
        )
        heads, rows = await _table(session, request, known, hand, asked.by)
    if form.ok:
        form = forms.blank(Choice, site=chosen.id, day=known.day)
    response = render(
        request,
        "schedule/day.html",
        status=200 if form.ok else 422,
        form=form,
        prisons=[(prison.id, prison.name) for prison in prisons],
        known=known,
        heads=heads,
        rows=rows,
        by=asked.by,
        hand=hand,
        in_hand=_span(hand.visit) if hand.visit else None,
        to_review=_to_review(due),
        **_beside(request, known, hand, asked.by),
    )
    prison_reach.remember(request, response, chosen.id)
    return response


def _beside(
    request: web.Request, known: PrisonDay, hand: Hand, by: By
) -> dict[str, object]:
    """What stands around the table, and where it leads."""
    links = _links(request, known, hand, by)
    return {
        "ways": {one: _to(request, known, known.day, hand, one) for one in By},
        "put_down": _to(request, known, known.day, Hand(), by),
        "carried": {"by": by} | hand.query(),
        "week": known.strip(links),
        "others": known.beside(links),
        "yesterday": links.day(known.day - _DAY),
        "tomorrow": links.day(known.day + _DAY),
        "today": links.day(known.today),
        "whole_week": _week(request, known),
        "openings": f"/sites/{known.prison.id}/templates",
        "plans": _plans(request, known),
    }


async def _hand(session: AsyncSession, request: web.Request, asked: Choice) -> Hand:
    """What is to be placed, within reach; a visit only while it can be moved."""
    if asked.move:
        visit = await subjects.visit(
            session,
            {"visit": asked.move},
            request.get(PRINCIPAL),
            request.get(DEVICE),
        )
        if visit is None or visit.state is not VisitState.BOOKED:
            return Hand()
        prisoner = await session.get_one(Prisoner, visit.prisoner_id)
        return Hand(visit=visit, prisoner=prisoner)
    if asked.prisoner is not None:
        scope = gate.staff(request).scope
        return Hand(prisoner=await named.prisoner(session, scope, asked.prisoner))
    return Hand()


async def _table(
    session: AsyncSession,
    request: web.Request,
    known: PrisonDay,
    hand: Hand,
    by: By,
) -> tuple[list[Head], list[Row]]:
    shown = day_grid.Day(
        slots=known.slots,
        visits=known.visits,
        zone=known.zone,
        links=_places(request, known, hand, by),
        now=request.app[CLOCK](),
        moving=hand.visit.reference if hand.visit else "",
    )
    if by is By.TERMINAL or not known.slots:
        heads = [Head(name=one.name) for one in known.columns]
        return heads, day_grid.by_terminal(shown, known.columns)
    whole = openings.local_days(known.zone, known.day, known.day)
    scope = gate.staff(request).scope
    kiosks = await day_kiosks.read(session, scope, known.prison, whole)
    policy = await places.policy_of(session, known.prison.id)
    return day_grid.by_kiosk(shown, kiosks, turnover=policy.turnover)


def _places(
    request: web.Request, known: PrisonDay, hand: Hand, by: By
) -> day_grid.Links:
    """Where free places and visits of the table lead."""

    def into(slot: str, place: str) -> str:
        query = {"slot": slot} | ({"place": place} if place else {})
        if hand.visit is not None:
            reference = hand.visit.reference
            return url(request, "moving.check", query=query, visit=reference)
        return url(request, "booking.begin", query=query | hand.query())

    def pick_up(reference: str) -> str:
        query = {
            "site": str(known.prison.id),
            "day": known.day.isoformat(),
            "by": by,
            "move": reference,
        }
        return url(request, "schedule.day", query=query)

    return day_grid.Links(
        into=into,
        visit=lambda reference: url(request, "visits.show", visit=reference),
        pick_up=pick_up,
    )


def _to(request: web.Request, known: PrisonDay, other: date, hand: Hand, by: By) -> str:
    query = {"site": str(known.prison.id), "day": other.isoformat()}
    if by is not By.TERMINAL:
        query["by"] = by
    return url(request, "schedule.day", query=query | hand.query())


def _links(request: web.Request, known: PrisonDay, hand: Hand, by: By) -> Links:
    return Links(
        day=lambda other: _to(request, known, other, hand, by),
        visit=lambda reference: url(request, "visits.show", visit=reference),
    )


def _week(request: web.Request, known: PrisonDay) -> str:
    query = {"site": str(known.prison.id), "day": known.day.isoformat()}
    return url(request, "week.show", query=query)


def _plans(request: web.Request, known: PrisonDay) -> dict[str, str]:
    """Where a day to come is shut and planned anew, for who may do so."""
    if gate.staff(request).role not in PLANNERS or known.day < known.today:
        return {}
    query, site = {"day": known.day.isoformat()}, known.prison.id
    return {
        "close": url(request, "closures.new", query=query, site=site),
        "replan": url(request, "replan.show_at_prison", query=query, site=site),
    }


def _own_day(hand: Hand, prison: Site) -> date | None:
    """The day of the visit in hand, where no other is named."""
    if hand.visit is None:
        return None
    return present.local_day(hand.visit.starts_at, ZoneInfo(prison.zone))


def _span(visit: Visit) -> Timespan:
    return Timespan(visit.starts_at, visit.ends_at)


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
