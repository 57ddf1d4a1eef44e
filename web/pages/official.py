"""The visits an official attends, today and in the coming days, with a way in.

An official who sits beside the family opens the companion page, which has no sound.
"""

from datetime import timedelta
from itertools import groupby
from typing import Any

from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import calls
from visitation.lifecycle import MAY, Act
from visitation.people import Account
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit, boards, by_reference
from visitation.visits.listed import Listed
from visitation.words import Attendance, Part, VisitKind
from web import gate
from web.boards import Row, call_path, local_day, row
from web.i18n import N_
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.principals import DevicePrincipal, Principal, StaffPrincipal
from web.render import redirect_to, render
from web.routing import Route
from web.subjects import Parts

_OFFICIALS = MAY[Act.ATTEND]
_AHEAD = timedelta(days=14)


async def day(request: web.Request) -> web.Response:
    """The list."""
    return render(request, "official/day.html", **await _shown(request))


async def board(request: web.Request) -> web.Response:
    """The part of it that is kept fresh."""
    return render(request, "official/board.html", **await _shown(request))


async def attend(request: web.Request) -> web.Response:
    """Stand in at a meeting of today that somebody else was to attend."""
    me, found = gate.staff(request), gate.subject(request, Visit)
    async with request.app[DATABASE].write() as session:
        visit = await by_reference(session, found.reference)
        await calls.attend(
            session,
            visit=visit,
            account=await session.get_one(Account, me.account_id),
            part=Part.OFFICIAL,
            keyring=request.app[KEYRING],
            now=request.app[CLOCK](),
        )
    return redirect_to(request, call_path(found.reference))


async def _shown(request: web.Request) -> dict[str, Any]:
    now, zone = request.app[CLOCK](), request.app[SETTINGS].zone
    today = local_day(now.astimezone(zone).date(), zone, now=now)
    me = gate.staff(request)
    async with request.app[DATABASE].read() as session:
        listed = await boards.to_attend(
            session,
            account_id=me.account_id,
            scope=me.scope,
            within=Timespan(today.start, today.end + _AHEAD),
            today=today,
        )
    rows = [_entry(one, me.account_id, row(one, now=now)) for one in listed]
    days = groupby(rows, key=lambda entry: entry["visit"].day)
    return {
        "now": now,
        "days": [{"day": day, "visits": list(visits)} for day, visits in days],
        "ahead": _AHEAD.days,
    }


def _entry(listed: Listed, account_id: int, shown: Row) -> dict[str, Any]:
    own = listed.official_id == account_id or any(
        one.account_id == account_id for one in listed.of(Part.OFFICIAL, Part.COMPANION)
    )
    return {
        "visit": shown,
        "own": own,
        "beside": listed.attendance is Attendance.VILLAGE,
        "companion": call_path(listed.reference, part=Part.COMPANION),
    }


async def _meeting(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Visit | None:
    """A meeting with an official inside the scope, whoever it was booked with."""
    rows = await session.exec(
        select(Visit, Site)
        .join(Site, col(Site.id) == col(Visit.prison_id))
        .where(
            Visit.reference == parts.get("visit", ""), Visit.kind == VisitKind.OFFICIAL
        )
    )
    found = rows.first()
    if found is None or not isinstance(principal, StaffPrincipal):
        return None
    visit, prison = found
    return visit if principal.scope.reaches(prison) else None


ROUTES = (
    Route(
        method="GET",
        path="/official",
        page=day,
        allow=_OFFICIALS,
        menu=N_("Visits to attend"),
    ),
    Route(method="GET", path="/official/board", page=board, allow=_OFFICIALS),
    Route(
        method="POST",
        path="/official/{visit}/attend",
        page=attend,
        allow=_OFFICIALS,
        subject=_meeting,
    ),
)
