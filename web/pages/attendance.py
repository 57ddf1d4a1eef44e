"""Who attends one visit and from where: asking for an official, changing it, leaving.

Staff ask and take back; officials change and leave what they attend themselves. Taking
a visit that wants an official is on the lists of `covers` and `official`.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import attendance
from visitation import lifecycle
from visitation.errors import VisitationError
from visitation.lifecycle import TO_COME, Act, VisitState
from visitation.visits import Visit
from visitation.visits.listed import Listed, listed
from visitation.words import Attendance, Role, VisitKind
from web import attendance_reach, clashes, forms, gate
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.labels import options
from web.render import redirect, render
from web.routing import Door, Page, Route

_ASKERS: frozenset[Role | Door] = lifecycle.MAY[Act.WANT_OFFICIAL]
_CHANGERS: frozenset[Role | Door] = (
    lifecycle.MAY[Act.FIND_OFFICIAL] | lifecycle.MAY[Act.ATTEND]
)
Change = Callable[[AsyncSession, Visit], Awaitable[None]]


class Want(forms.Fields):
    """Whether an official is to be found."""

    wanted: bool = Field(default=False, title=N_("Official"))


class Place(forms.Fields):
    """From where the official attends."""

    attendance: Attendance = Field(title=N_("Where the official attends from"))


class Leaving(forms.Fields):
    """Why the official does not attend."""

    reason: Annotated[Line, StringConstraints(min_length=1, max_length=200)] = Field(
        title=N_("Reason")
    )


async def show(request: web.Request) -> web.Response:
    """Who attends the visit, and what can be changed about it."""
    return await _page(request)


async def want(request: web.Request) -> web.Response:
    """Ask for an official, or say that none is needed."""
    form = await forms.read(request, Want)
    if not form.ok:
        return await _page(request, asking=form, status=422)
    wanted = form.value.wanted

    async def change(session: AsyncSession, visit: Visit) -> None:
        await attendance.want(session, visit, wanted=wanted, **_who(request))

    said = N_("Officials see now that this visit wants one.")
    done = said if wanted else N_("No official is wanted any more.")
    return await _changed(request, change, form, "asking", _(done))


async def place(request: web.Request) -> web.Response:
    """Attend from a desk, a phone, or beside the family."""
    form = await forms.read(request, Place)
    if not form.ok:
        return await _page(request, placing=form, status=422)

    async def change(session: AsyncSession, visit: Visit) -> None:
        await attendance.change(
            session,
            visit,
            attendance=form.value.attendance,
            keyring=request.app[KEYRING],
            **_who(request),
        )

    return await _changed(request, change, form, "placing", _("It is changed."))


async def leave(request: web.Request) -> web.Response:
    """Take the official away, with a reason; the visit wants one again."""
    form = await forms.read(request, Leaving)
    if not form.ok:
        return await _page(request, leaving=form, status=422)

    async def change(session: AsyncSession, visit: Visit) -> None:
        # A double click: the official has left already.
        if visit.official_id is not None:
            await attendance.leave(
                session, visit, reason=form.value.reason, **_who(request)
            )

    done = _("The visit wants an official again, and schedulers see it.")
    return await _changed(request, change, form, "leaving", done)


async def _changed(
    request: web.Request, change: Change, form: Form[Any], name: str, flash: str
) -> web.Response:
    subject, me = gate.subject(request, Visit), gate.staff(request)
    try:
        async with request.app[DATABASE].write() as session:
            await change(session, await session.get_one(Visit, subject.id))
    except VisitationError as refused:
        form = await clashes.refused(request, form, refused)
        return await _page(request, **{name: form}, status=409)
    if me.role is Role.OFFICIAL:
        return redirect(request, "official.day", flash=flash)
    return redirect(request, "visits.show", visit=subject.reference, flash=flash)


async def _page(
    request: web.Request,
    *,
    asking: Form[Want] | None = None,
    placing: Form[Place] | None = None,
    leaving: Form[Leaving] | None = None,
    status: int = 200,
) -> web.Response:
    subject, me = gate.subject(request, Visit), gate.staff(request)
    async with request.app[DATABASE].read() as session:
        (visit,) = await listed(
            session, col(Visit.id) == subject.id, shown=frozenset(VisitState)
        )
        covered = (await session.get_one(Visit, subject.id)).cover_id is not None
    now_at = visit.attendance or Attendance.DESK
    return render(
        request,
        "official/visit.html",
        status=status,
        visit=visit,
        zone=ZoneInfo(visit.zone),
        covered=covered,
        may_ask=me.role in _ASKERS and _can_want(visit),
        may_change=me.role in _CHANGERS and _can_change(visit),
        may_find=me.role in lifecycle.MAY[Act.FIND_OFFICIAL] and visit.official_wanted,
        reads_history=me.role in lifecycle.MAY[Act.READ_HISTORY],
        places=options(Attendance, but=() if visit.point else {Attendance.VILLAGE}),
        asking=asking or forms.blank(Want),
        placing=placing or forms.blank(Place, attendance=now_at),
        leaving=leaving or forms.blank(Leaving),
    )


def _can_want(visit: Listed) -> bool:
    return (
        visit.state in TO_COME
        and visit.official_id is None
        and visit.kind is not VisitKind.LEGAL
    )


def _can_change(visit: Listed) -> bool:
    return visit.state in TO_COME and visit.official_id is not None


def _who(request: web.Request) -> dict[str, Any]:
    return {"by": gate.staff(request).actor, "now": request.app[CLOCK]()}


def _route(method: str, path: str, page: Page, allow: frozenset[Role | Door]) -> Route:
    return Route(
        method=method,
        path=f"/visits/{{visit}}/attendance{path}",
        page=page,
        allow=allow,
        subject=attendance_reach.attended_visit,
    )


ROUTES = (
    _route("GET", "", show, _CHANGERS | _ASKERS),
    _route("POST", "/want", want, _ASKERS),
    _route("POST", "/place", place, _CHANGERS),
    _route("POST", "/leave", leave, _CHANGERS),
)
