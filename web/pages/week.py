"""A prison's week: what each terminal has on each day, slot by slot.

Reads; never writes, and says nothing of who is booked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web
from pydantic import Field

from scheduler.calendar import DaySlot, SlotState
from visitation import lifecycle
from visitation.lifecycle import Act
from visitation.places import Station
from visitation.words import Role
from web import forms, gate, present, prison_day, prison_reach
from web.fields import Count, Day
from web.i18n import N_, _, ngettext
from web.keys import CLOCK, DATABASE
from web.prison_day import PrisonDay
from web.render import render, url
from web.routing import Route

_WEEK = timedelta(days=7)
_READERS = lifecycle.MAY[Act.BOOK] | {Role.AUDITOR}


class Choice(forms.Fields):
    """Which prison, and which day's week."""

    site: Count | None = Field(default=None, title=N_("Prison"))
    day: Day | None = Field(default=None, title=N_("Day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A terminal's day: its slots in order, and how many are what, in words."""

    terminal: str
    marks: tuple[str, ...]
    words: str
    has_free: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A day of the week."""

    href: str
    weekday: str
    date: str
    is_today: bool
    cells: tuple[Cell, ...]


async def show(request: web.Request) -> web.Response:
    """The week of a prison: a row for each day, a column for each terminal."""
    form = forms.from_query(request, Choice)
    asked, now = form.value if form.ok else Choice(), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        prisons = await prison_reach.within(session, gate.staff(request).scope)
        if not prisons:
            return render(request, "schedule/nowhere.html")
        wanted = asked.site or prison_reach.remembered(request)
        chosen = next((one for one in prisons if one.id == wanted), prisons[0])
        known = await prison_day.read(session, chosen, asked.day, now=now)
    if form.ok:
        form = forms.blank(Choice, site=chosen.id, day=known.day)
    first, last = min(known.week), max(known.week)
    this = first <= known.today <= last
    response = render(
        request,
        "schedule/week.html",
        status=200 if form.ok else 422,
        form=form,
        prisons=[(one.id, one.name) for one in prisons],
        known=known,
        terminals=[one.name for one in _used(known)],
        rows=_rows(request, known),
        span=_span(known, first, last),
        before=_to(request, known, known.day - _WEEK),
        now="" if this else _to(request, known, known.today),
        after=_to(request, known, known.day + _WEEK),
        month=url(
            request,
            "overview.month",
            query={"prison": str(chosen.id), "day": known.day.isoformat()},
        ),
    )
    prison_reach.remember(request, response, chosen.id)
    return response


def _used(known: PrisonDay) -> list[Station]:
    used = {slot.terminal_id for day in known.week.values() for slot in day}
    return [one for one in known.terminals if one.id in used]


def _rows(request: web.Request, known: PrisonDay) -> list[Row]:
    may_book = gate.staff(request).role in lifecycle.MAY[Act.BOOK]

    def href(day: date) -> str:
        query = {"day": day.isoformat()}
        if may_book:
            query["site"] = str(known.prison.id)
            return url(request, "schedule.day", query=query)
        query["prison"] = str(known.prison.id)
        return url(request, "overview.day", query=query)

    terminals = _used(known)
    return [
        Row(
            href=href(day),
            weekday=present.weekday(day, known.zone),
            date=present.day(day, known.zone, weekday=False),
            is_today=day == known.today,
            cells=tuple(
                _cell(one.name, [s for s in slots if s.terminal_id == one.id])
                for one in terminals
            ),
        )
        for day, slots in known.week.items()
    ]


def _cell(terminal: str, slots: Sequence[DaySlot]) -> Cell:
    free = sum(one.state is SlotState.FREE for one in slots)
    taken = sum(one.state is SlotState.TAKEN for one in slots)
    closed = sum(one.state is SlotState.CLOSED for one in slots)
    counted = (
        (ngettext("%(num)s free", "%(num)s free", free), free),
        (ngettext("%(num)s booked", "%(num)s booked", taken), taken),
        (ngettext("%(num)s closed", "%(num)s closed", closed), closed),
    )
    words = [present.digits(sentence) for sentence, number in counted if number]
    empty = _("Past") if slots else _("Not open")
    return Cell(
        terminal=terminal,
        marks=tuple(one.state for one in slots),
        words=" · ".join(words) or empty,
        has_free=bool(free),
    )


def _span(known: PrisonDay, first: date, last: date) -> str:
    return _(
        "%(start)s to %(end)s",
        start=present.day(first, known.zone, weekday=False),
        end=present.day(last, known.zone, weekday=False),
    )


def _to(request: web.Request, known: PrisonDay, day: date) -> str:
    query = {"site": str(known.prison.id), "day": day.isoformat()}
    return url(request, "week.show", query=query)


ROUTES = (Route(method="GET", path="/schedule/week", page=show, allow=_READERS),)
