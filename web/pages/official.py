"""The visits an official attends, the next one first, and those that want one.

An official who sits beside the family opens the companion page, which has no sound.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from aiohttp import web
from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import attendance
from visitation import calls
from visitation.errors import VisitationError
from visitation.lifecycle import ARRANGED, MAY, Act, VisitState
from visitation.people import Account
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit, by_reference
from visitation.visits.listed import Listed, listed
from visitation.words import Attendance, Part, VisitKind
from web import attendance_reach, attended, clashes, cover_rows, forms, gate
from web.boards import call_path, row
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.labels import options
from web.principals import DevicePrincipal, Principal, StaffPrincipal
from web.render import redirect, redirect_to, render
from web.routing import Route
from web.subjects import Parts

_OFFICIALS = MAY[Act.ATTEND]


class Joining(forms.Fields):
    """From where an official attends a visit."""

    attendance: Attendance = Field(
        default=Attendance.DESK, title=N_("Where you attend from")
    )


async def day(request: web.Request) -> web.Response:
    """The list."""
    return await _page(request, forms.blank(Joining, attendance=Attendance.DESK))


async def join(request: web.Request) -> web.Response:
    """Attend a visit that wants an official."""
    form = await forms.read(request, Joining)
    if not form.ok:
        return await _page(request, form, status=422)
    me, subject = gate.staff(request), gate.subject(request, Visit)
    try:
        async with request.app[DATABASE].write() as session:
            visit = await session.get_one(Visit, subject.id)
            # A double click: the official attends it already.
            if visit.official_id != me.account_id:
                await attendance.attend(
                    session,
                    visit,
                    official_id=me.account_id,
                    attendance=form.value.attendance,
                    keyring=request.app[KEYRING],
                    by=me.actor,
                    now=request.app[CLOCK](),
                )
    except VisitationError as refused:
        form = await clashes.refused(request, form, refused)
        return await _page(request, form, status=409)
    flash = _("You attend the visit. It is on your list.")
    return redirect(request, "official.day", flash=flash)


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


async def _page(
    request: web.Request, form: Form[Joining], *, status: int = 200
) -> web.Response:
    me, now = gate.staff(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        wanted = await attendance.wanting(session, scope=me.scope, now=now)
        found = await listed(
            session, col(Visit.id).in_([one.id for one in wanted]), shown=ARRANGED
        )
        covers = await cover_rows.between(
            session, Timespan(now, now + attended.LOOK_AHEAD), official_id=me.account_id
        )
    return render(
        request,
        "official/day.html",
        status=status,
        form=form,
        wanted=[row(one, now=now) for one in found],
        covers=covers,
        places=options(Attendance),
        elsewhere=options(Attendance, but={Attendance.VILLAGE}),
        **await _shown(request),
    )


async def _shown(request: web.Request) -> dict[str, Any]:
    me, now, day = gate.staff(request), request.app[CLOCK](), attended.today(request)
    async with request.app[DATABASE].read() as session:
        found = await attended.read(request, session)
    first = attended.following(found, account_id=me.account_id, day=day, now=now)
    today = [one for one in found if one.span.start < day.end and one is not first]
    to_come = [one for one in found if one.span.start >= day.end]
    entries = partial(_entries, account_id=me.account_id, now=now)
    days = groupby(entries(to_come), key=lambda entry: entry["visit"].day)
    return {
        "first": entries([first])[0] if first else None,
        "later": entries(one for one in today if not attended.is_over(one, now)),
        "over": entries(one for one in today if attended.is_over(one, now)),
        "days": [{"day": day, "visits": list(visits)} for day, visits in days],
        "ahead": attended.LOOK_AHEAD.days,
        "now": now,
    }


def _entries(
    found: Iterable[Listed], *, account_id: int, now: datetime
) -> list[dict[str, Any]]:
    return [
        {
            "visit": row(one, now=now),
            "own": attended.is_own(one, account_id),
            "beside": one.attendance is Attendance.VILLAGE,
            "may_change": one.official_id == account_id
            and one.state is VisitState.BOOKED,
            "family": [person.name for person in one.of(Part.VISITOR)],
            "companion": call_path(one.reference, part=Part.COMPANION),
        }
        for one in found
    ]


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
    Route(
        method="POST",
        path="/official/{visit}/join",
        page=join,
        allow=_OFFICIALS,
        subject=attendance_reach.wanted_visit,
    ),
    Route(
        method="POST",
        path="/official/{visit}/attend",
        page=attend,
        allow=_OFFICIALS,
        subject=_meeting,
    ),
)
