"""The warden's board: today's visits by terminal, and what is still to be closed.

Ticks the prisoner off as told, brought and identified. Starting, admitting and ending
go to the visit itself; the board only has their buttons.
"""

from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from aiohttp import web
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.summoning import NobodyToTell, NotTheTime, summon
from signaling.views import RoomView
from visitation import calls, devices, lines, visits
from visitation.errors import NotFound, VisitationError
from visitation.lifecycle import MAY, Act, ParticipantState
from visitation.timespan import Timespan
from visitation.visits import Visit, boards, cards
from visitation.visits.listed import AHEAD, Listed
from visitation.wording import Template
from visitation.words import ABSENCES, CLOSINGS, Outcome, Part, Role, StationKind
from web import (
    cover_rows,
    forms,
    gate,
    labels,
    live,
    recording_alarms,
    subjects,
    ticks,
    wall,
)
from web.boards import Rooms, Row, local_day, row
from web.choices import choices
from web.errors import wants_json
from web.fields import Day, Line
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, LIVE, SETTINGS
from web.pages.duty import TakingOver
from web.pages.wall_words import pane_words
from web.render import redirect, render, url
from web.routing import Page, Route

_WARDENS = MAY[Act.TICK_PRISONER]
_CLOSERS = MAY[Act.CLOSE]
_LOOK_BACK = timedelta(days=7)
_NOT_NOW = N_(
    "This visit cannot be closed now. A live one is ended on the board; one that is "
    "still to come is cancelled by the scheduler."
)


class Looking(forms.Fields):
    """The day to show."""

    day: Day | None = None


class Closing(forms.Fields):
    """How a visit ended that nobody closed."""

    outcome: Outcome = Field(title=N_("What happened"))
    reason: Line = Field(default="", title=N_("Remark"))


async def day(request: web.Request) -> web.Response:
    """Today's board, or another day's."""
    taking = forms.blank(TakingOver)
    shown = await _shown(request)
    return render(request, "warden/day.html", taking=taking, **shown)


async def board(request: web.Request) -> web.Response:
    """The part of it that is kept fresh."""
    return render(request, "warden/board.html", **await _shown(request))


async def tick(request: web.Request) -> web.Response:
    """Tick the prisoner off as told, brought or identified.

    Once the prisoner sits there, a family that has not come is told to be there.
    """

    async def ready(session: AsyncSession, visit: Visit, ticked: object) -> None:
        if ticked is ParticipantState.IDENTIFIED:
            with suppress(NotTheTime, NobodyToTell):
                await summon(
                    session,
                    visit,
                    Template.READY,
                    by=gate.staff(request).actor,
                    now=request.app[CLOCK](),
                )

    return await ticks.tick(request, parts={Part.PRISONER}, then=ready)


async def unclosed(request: web.Request) -> web.Response:
    """Visits that nobody closed, and those of late that did not take place."""
    me, now = gate.staff(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        left = await boards.unclosed(session, scope=me.scope)
        lost = await boards.missed(
            session, scope=me.scope, within=Timespan(now - _LOOK_BACK, now)
        )
    return render(
        request,
        "warden/unclosed.html",
        unclosed=[row(one, now=now) for one in left],
        missed=[row(one, now=now) for one in reversed(lost)],
        days=_LOOK_BACK.days,
    )


async def ask(request: web.Request) -> web.Response:
    """The form to close a visit."""
    return _asked(request, await _row(request), forms.blank(Closing))


async def close(request: web.Request) -> web.Response:
    """Close a visit with an outcome; whoever still waits in it is sent away."""
    form, shown = await forms.read(request, Closing), await _row(request)
    if not form.ok:
        return _asked(request, shown, form, status=422)
    if not (shown.may_close or shown.may_miss):
        return _asked(request, shown, form.failed(_(_NOT_NOW)), status=409)
    try:
        async with request.app[DATABASE].write() as session:
            await calls.close(
                session,
                await visits.by_reference(session, shown.reference),
                outcome=form.value.outcome,
                reason=form.value.reason,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as error:
        return _asked(request, shown, form.refused(error), status=409)
    await live.changed(request, shown.reference)
    if wants_json(request):
        return web.json_response({"done": _("The visit is closed.")})
    return redirect(request, "warden.unclosed", flash=_("The visit is closed."))


async def _row(request: web.Request) -> Row:
    me, found = gate.staff(request), gate.subject(request, Visit)
    async with request.app[DATABASE].read() as session:
        listed = await boards.of_visit(session, scope=me.scope, visit_id=found.id)
    if listed is None:
        raise NotFound(found.reference)
    return row(listed, now=request.app[CLOCK]())


def _asked(
    request: web.Request, shown: Row, form: forms.Form[Closing], *, status: int = 200
) -> web.Response:
    outcomes = ABSENCES if shown.may_miss else CLOSINGS
    return render(
        request,
        "warden/close.html",
        form=form,
        visit=shown,
        outcomes=[(one.value, labels.label(one)) for one in outcomes],
        status=status,
    )


async def _shown(request: web.Request) -> dict[str, Any]:
    now, zone = request.app[CLOCK](), request.app[SETTINGS].zone
    looking = forms.from_query(request, Looking)
    today = now.astimezone(zone).date()
    chosen = (looking.value.day if looking.ok else None) or today
    # Today's board stays today's when midnight passes.
    query = {} if chosen == today else {"day": chosen.isoformat()}
    return {
        "now": now,
        "chosen": chosen,
        "is_today": chosen == today,
        "here": url(request, "warden.day", query=query),
        "fresh": url(request, "warden.board", query=query),
        "sheet": url(request, "wall.sheet", query=query),
        "yesterday": _day_link(request, chosen - timedelta(days=1)),
        "tomorrow": _day_link(request, chosen + timedelta(days=1)),
        "choices": choices(),
        "words": pane_words(),
        **await _standing(request, local_day(chosen, zone, now=now), now),
    }


async def _standing(
    request: web.Request, day: Timespan, now: datetime
) -> dict[str, Any]:
    """How a day's visits stand, and its terminals."""
    scope, zone = gate.staff(request).scope, request.app[SETTINGS].zone
    async with request.app[DATABASE].read() as session:
        seats = await boards.seats(session, scope=scope, kind=StationKind.TERMINAL)
        seat_ids = [seat.id for seat in seats]
        listed = await boards.at_prisons(session, scope=scope, day=day)
        attended = await cover_rows.between(session, day, scope=scope)
        left = await boards.unclosed(session, scope=scope)
        stopped = await recording_alarms.rows(session, scope=scope)
        tests = await lines.latest_of_stations(session, station_ids=seat_ids)
        paired = await devices.paired(session, station_ids=seat_ids)
        people = await cards.of(
            session,
            visit_ids=[one.id for one in listed if one.state in AHEAD],
            keyring=request.app[KEYRING],
        )
    shown = wall.shown(listed, partial(_room, request), now=now)
    tiles = wall.tiles(seats, shown, devices=paired, tests=tests, zone=zone, now=now)
    return {
        "unclosed": len(left),
        "stopped_recordings": stopped,
        "tasks": wall.tasks(shown, tiles) if day.start <= now < day.end else (),
        "tiles": tiles,
        "cards": people,
        "several_sites": len({seat.site_id for seat in seats}) > 1,
        "attended": attended,
        "count": len(listed),
    }


def _room(request: web.Request, visit: Listed) -> RoomView | None:
    rooms = request.app[LIVE]
    if visit.state not in AHEAD or not isinstance(rooms, Rooms):
        return None
    return rooms.snapshot(visit.reference)


def _day_link(request: web.Request, day: date) -> str:
    return url(request, "warden.day", query={"day": day.isoformat()})


def _visit_route(method: str, act: str, page: Page, allow: frozenset[Role]) -> Route:
    path = f"/warden/{{visit}}/{act}"
    return Route(
        method=method, path=path, page=page, allow=allow, subject=subjects.visit
    )


ROUTES = (
    Route(
        method="GET",
        path="/warden",
        page=day,
        allow=_WARDENS,
        menu=N_("Visits in the prison"),
    ),
    Route(method="GET", path="/warden/board", page=board, allow=_WARDENS),
    Route(
        method="GET",
        path="/warden/unclosed",
        page=unclosed,
        allow=_CLOSERS,
        menu=N_("Visits to close"),
    ),
    _visit_route("POST", "tick", tick, _WARDENS),
    _visit_route("GET", "close", ask, _CLOSERS),
    _visit_route("POST", "close", close, _CLOSERS),
)
