"""The clerk's day at a service point: who comes when, to which kiosk.

Ticks off arrivals and identities, and says a join code again to whoever lost it;
saying one is written into the record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from aiohttp import web
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import rings
from visitation import audit, lines
from visitation.errors import NotFound
from visitation.lifecycle import MAY, Act
from visitation.timespan import Timespan
from visitation.visits import NoSuchCode, Visit, boards, code_of, find_by_code
from visitation.visits.listed import Listed
from visitation.words import Part, StationKind
from web import cover_rows, forms, gate, point_board, sealed, subjects, ticks
from web.boards import Row, local_day, row
from web.fields import Day, Line
from web.i18n import N_
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.point_board import KioskRow
from web.principals import StaffPrincipal
from web.render import render, url
from web.routing import Route

_CLERKS = MAY[Act.CHECK_IN]
_FAMILY = frozenset({Part.VISITOR, Part.INTERPRETER})
#: How far back and ahead a search by name looks.
_BACK, _AHEAD = timedelta(days=7), timedelta(days=60)


class Looking(forms.Fields):
    """The day to show, or whom to look for."""

    day: Day | None = Field(default=None, title=N_("Day"))
    text: Line | None = Field(default=None, title=N_("Name, code or slip"))


class Asking(forms.Fields):
    """Whose code is to be said again."""

    participant: str = ""
    next: str = "/clerk"


async def day(request: web.Request) -> web.Response:
    """The visits of a day, or those that were looked for."""
    form = forms.from_query(request, Looking)
    looking = form.value if form.ok else Looking()
    shown = await _shown(request, looking)
    return render(
        request, "clerk/day.html", status=200 if form.ok else 422, form=form, **shown
    )


async def board(request: web.Request) -> web.Response:
    """The part of it that is kept fresh."""
    form = forms.from_query(request, Looking)
    shown = await _shown(request, form.value if form.ok else Looking())
    return render(request, "clerk/board.html", **shown)


async def tick(request: web.Request) -> web.Response:
    """Tick off a visitor as arrived or identified."""
    return await ticks.tick(request, parts=_FAMILY)


async def code(request: web.Request) -> web.Response:
    """Show a visitor's join code, once, and note that it was shown."""
    asked = (await forms.read(request, Asking)).value
    visit, now = gate.subject(request, Visit), request.app[CLOCK]()
    me = gate.staff(request)
    async with request.app[DATABASE].write() as session:
        person = await ticks.person(session, visit, asked.participant, _FAMILY)
        listed = await boards.of_visit(session, scope=me.scope, visit_id=visit.id)
        if listed is None:
            raise NotFound("visit")
        audit.note(
            session,
            me.actor,
            "show_code",
            f"participant:{person.id}",
            now=now,
            visit_id=visit.id,
        )
    shown = row(listed, now=now)
    return render(
        request,
        "clerk/code.html",
        code=code_of(person, keyring=request.app[KEYRING]),
        visit=shown,
        guest=next(g for g in shown.guests if g.reference == person.reference),
        back=ticks.at_row(asked.next, visit),
    )


async def _shown(request: web.Request, looking: Looking) -> dict[str, Any]:
    now, zone = request.app[CLOCK](), request.app[SETTINGS].zone
    today = now.astimezone(zone).date()
    chosen, text = looking.day or today, looking.text or ""
    me = gate.staff(request)
    async with request.app[DATABASE].read() as session:
        if text:
            found = await _found(session, request, me, text, now)
        else:
            found = await boards.at_points(
                session, scope=me.scope, day=local_day(chosen, zone, now=now)
            )
        kiosks = [] if text else await _kiosks(session, me, found, now)
        to_ring = await rings.count(session, scope=me.scope)
        attended = await cover_rows.between(
            session, local_day(chosen, zone, now=now), scope=me.scope
        )
    # Today's board stays today's when midnight passes.
    query = {} if chosen == today else {"day": chosen.isoformat()}
    query = sealed.query(request, text) or query
    return {
        "now": now,
        "text": text,
        "chosen": chosen,
        "is_today": chosen == today,
        "yesterday": _day_link(request, chosen - timedelta(days=1)),
        "tomorrow": _day_link(request, chosen + timedelta(days=1)),
        "here": url(request, "clerk.day", query=query),
        "fresh": url(request, "clerk.board", query=query),
        "groups": _grouped(found, now, by_day=bool(text)),
        "kiosks": kiosks if chosen == today else [],
        "next_up": point_board.next_up(found, now=now)
        if chosen == today and not text
        else [],
        "to_tick": _just_found(found, text),
        "to_ring": to_ring,
        "attended": [] if text else [one for one in attended if one.is_village],
        "count": len(found),
    }


async def _kiosks(
    session: AsyncSession, me: StaffPrincipal, found: Sequence[Listed], now: datetime
) -> list[KioskRow]:
    """Every kiosk within reach: what goes on there, and what its last test found."""
    seats = await boards.seats(session, scope=me.scope, kind=StationKind.KIOSK)
    tests = await lines.latest_of_stations(
        session, station_ids=[seat.id for seat in seats]
    )
    return point_board.kiosk_rows(seats, found, dict(tests), now=now)


async def _found(
    session: AsyncSession,
    request: web.Request,
    me: StaffPrincipal,
    text: str,
    now: datetime,
) -> tuple[Listed, ...]:
    if code := point_board.code_in(text):
        try:
            person = await find_by_code(session, code, keyring=request.app[KEYRING])
        except NoSuchCode:
            return ()
        one = await boards.of_visit(session, scope=me.scope, visit_id=person.visit_id)
        return (one,) if one else ()
    within = Timespan(now - _BACK, now + _AHEAD)
    return await boards.named(session, scope=me.scope, text=text, within=within)


def _just_found(found: Sequence[Listed], text: str) -> str:
    """Whose arrival is ticked next, where a code or a slip named one visit."""
    if len(found) != 1 or not point_board.code_in(text):
        return ""
    coming = [one for one in found[0].of(*_FAMILY) if one.identified_at is None]
    return coming[0].reference if coming else ""


def _grouped(
    found: Iterable[Listed], now: datetime, *, by_day: bool
) -> list[dict[str, Any]]:
    """Rows by point and kiosk; by day first, where several are shown."""
    rows = [(one, row(one, now=now)) for one in found]
    if not by_day:
        rows = [(one, replace(shown, day="")) for one, shown in rows]
        rows.sort(key=lambda pair: (pair[1].point, pair[1].kiosk))
    groups = groupby(rows, key=lambda pair: (pair[1].day, pair[0].kiosk_id or 0))
    return [_group(key, [*pairs]) for key, pairs in groups]


def _group(key: tuple[str, int], pairs: list[tuple[Listed, Row]]) -> dict[str, Any]:
    first, shown = pairs[0]
    return {
        "id": f"{first.span.start:%Y%m%d}-{key[1]}" if key[0] else str(key[1]),
        "day": key[0],
        "point": shown.point,
        "kiosk": shown.kiosk,
        "visits": [one for _listed, one in pairs],
    }


def _day_link(request: web.Request, day: date) -> str:
    return url(request, "clerk.day", query={"day": day.isoformat()})


ROUTES = (
    Route(
        method="GET",
        path="/clerk",
        page=day,
        allow=_CLERKS,
        menu=N_("Visits at the service point"),
    ),
    Route(method="GET", path="/clerk/board", page=board, allow=_CLERKS),
    Route(
        method="POST",
        path="/clerk/{visit}/tick",
        page=tick,
        allow=_CLERKS,
        subject=subjects.visit,
    ),
    Route(
        method="POST",
        path="/clerk/{visit}/code",
        page=code,
        allow=_CLERKS,
        subject=subjects.visit,
    ),
)
