"""Moving, cancelling and closing a visit.

Who may do it, and when, is in the lifecycle's tables; the rules say where to.
"""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, cancelling
from scheduler.booking import Refused
from visitation import calls, lifecycle
from visitation.errors import VisitationError
from visitation.lifecycle import Act, VisitState
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import CANCELLATIONS, CLOSINGS, Outcome
from web import (
    booking_choices,
    forms,
    gate,
    live,
    move_choices,
    named,
    present,
    slot_places,
    subjects,
)
from web.booking_choices import OWN_PHONE
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.labels import label
from web.move_choices import Move, OtherDay
from web.render import redirect, render
from web.routing import Page, Route

Because = Annotated[Line, StringConstraints(min_length=1)]


class Cancellation(forms.Fields):
    """Who cancels, and why."""

    outcome: Outcome = Field(title=N_("Who cancels"))
    reason: Because = Field(title=N_("Reason"))
    back_in_line: bool = False


class Closing(forms.Fields):
    """How a visit that nobody closed ended."""

    outcome: Outcome = Field(title=N_("How it ended"))
    reason: Line = Field(default="", title=N_("Remark"))


async def ask_move(request: web.Request) -> web.Response:
    """Choosing another slot for a visit."""
    visit = gate.subject(request, Visit)
    place = OWN_PHONE if visit.kiosk_id is None else str(visit.kiosk_id)
    return await _move_page(request, forms.blank(Move, place=place))


async def move(request: web.Request) -> web.Response:
    """Move a visit to another slot, or to another place."""
    form = await forms.read(request, Move)
    if not form.ok:
        return await _move_page(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await _move(session, request, form.value)
    except Refused as refused:
        return await _move_page(request, form.refused(refused), refused=refused)
    flash = _("The visit is moved, and everybody with a phone is told.")
    if form.value.back:
        return await _to_day(request, flash)
    return await _back(request, flash)


async def ask_cancel(request: web.Request) -> web.Response:
    """The form to cancel a visit: who cancels, and why."""
    return await _cancel_page(request, forms.blank(Cancellation, back_in_line=True))


async def cancel(request: web.Request) -> web.Response:
    """Cancel a visit; everybody concerned is told."""
    form = await forms.read(request, Cancellation)
    if not form.ok:
        return await _cancel_page(request, form, status=422)
    entry = None
    try:
        async with request.app[DATABASE].write() as session:
            visit = await _again(session, request)
            if not _is_told_already(visit, form.value):
                entry = await cancelling.cancel(
                    session,
                    visit=visit,
                    outcome=form.value.outcome,
                    reason=form.value.reason,
                    back_in_line=form.value.back_in_line,
                    **_who(request),
                )
    except VisitationError as error:
        return await _cancel_page(request, form.refused(error), status=409)
    done = _("The visit is cancelled, and its slot is free again.")
    if entry is not None:
        done = _("The visit is cancelled, and the family is back in line.")
    return await _back(request, done)


async def ask_close(request: web.Request) -> web.Response:
    """The form to say how a visit ended that nobody closed."""
    return await _close_page(request, forms.blank(Closing))


async def close(request: web.Request) -> web.Response:
    """Close a visit that nobody closed."""
    form = await forms.read(request, Closing)
    if not form.ok:
        return await _close_page(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            visit = await _again(session, request)
            if not _is_told_already(visit, form.value):
                await calls.close(
                    session,
                    visit,
                    outcome=form.value.outcome,
                    reason=form.value.reason,
                    **_who(request),
                )
    except VisitationError as error:
        return await _close_page(request, form.refused(error), status=409)
    return await _back(request, _("The visit is closed."))


async def _move(session: AsyncSession, request: web.Request, typed: Move) -> None:
    scope, now = gate.staff(request).scope, request.app[CLOCK]()
    place = await slot_places.place_of(session, scope, typed.slot, now=now)
    visit = await _again(session, request)
    if (visit.terminal_id, visit.starts_at, visit.kiosk_id) == (
        place.terminal_id,
        place.span.start,
        typed.kiosk,
    ):
        # A double click: it is there already, and nobody is to be told twice.
        return
    if typed.kiosk is not None and typed.kiosk != visit.kiosk_id:
        await named.station(session, scope, typed.kiosk)
    await booking.move(
        session,
        visit=visit,
        terminal_id=place.terminal_id,
        span=place.span,
        kiosk_id=typed.kiosk,
        override_reason=typed.override,
        **_who(request),
    )


def _is_told_already(visit: Visit, typed: Cancellation | Closing) -> bool:
    """Whether the same was said a moment ago, by a double click."""
    return (visit.outcome, visit.outcome_reason) == (typed.outcome, typed.reason)


async def _again(session: AsyncSession, request: web.Request) -> Visit:
    """The visit of the URL, read inside the transaction that changes it."""
    return await session.get_one(Visit, gate.subject(request, Visit).id)


def _who(request: web.Request) -> dict[str, Any]:
    return {"by": gate.staff(request).actor, "now": request.app[CLOCK]()}


async def _move_page(
    request: web.Request,
    form: Form[Move],
    *,
    status: int = 200,
    refused: Refused | None = None,
) -> web.Response:
    visit, scope = gate.subject(request, Visit), gate.staff(request).scope
    day = forms.from_query(request, OtherDay)
    async with request.app[DATABASE].read() as session:
        choices = await move_choices.read(
            session,
            scope,
            visit,
            day=day.value.day if day.ok else None,
            now=request.app[CLOCK](),
            refused=refused,
        )
    shown = forms.blank(OtherDay, day=choices.day) if day.ok else day
    return render(
        request,
        "visits/move.html",
        status=409 if refused else status,
        form=form,
        day=shown,
        visit=visit,
        span=Timespan(visit.starts_at, visit.ends_at),
        choices=choices,
        may_override=bool(refused and booking_choices.may_override(refused)),
        is_movable=visit.state is VisitState.BOOKED,
    )


async def _cancel_page(
    request: web.Request, form: Form[Cancellation], *, status: int = 200
) -> web.Response:
    outcomes = [(one.value, label(one)) for one in CANCELLATIONS]
    visit, now = gate.subject(request, Visit), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        entry = await cancelling.line_of(session, visit, now=now)
    return await _ask(
        request,
        "visits/cancel.html",
        form,
        outcomes,
        status,
        line_until=entry.last_day if entry else None,
    )


async def _close_page(
    request: web.Request, form: Form[Closing], *, status: int = 200
) -> web.Response:
    outcomes = [(one.value, label(one)) for one in CLOSINGS]
    return await _ask(request, "visits/close.html", form, outcomes, status)


async def _ask(
    request: web.Request,
    template: str,
    form: Form[Any],
    outcomes: list[tuple[str, str]],
    status: int,
    **shown: object,
) -> web.Response:
    visit = gate.subject(request, Visit)
    async with request.app[DATABASE].read() as session:
        zone = ZoneInfo((await session.get_one(Site, visit.prison_id)).zone)
    return render(
        request,
        template,
        status=status,
        form=form,
        outcomes=outcomes,
        visit=visit,
        zone=zone,
        span=Timespan(visit.starts_at, visit.ends_at),
        **shown,
    )


async def _back(request: web.Request, flash: str) -> web.Response:
    reference = gate.subject(request, Visit).reference
    await live.changed(request, reference)
    return redirect(request, "visits.show", visit=reference, flash=flash)


async def _to_day(request: web.Request, flash: str) -> web.Response:
    """The day that the visit is on now."""
    async with request.app[DATABASE].read() as session:
        visit = await _again(session, request)
        prison = await session.get_one(Site, visit.prison_id)
    await live.changed(request, visit.reference)
    day = present.local_day(visit.starts_at, ZoneInfo(prison.zone))
    query = {"site": str(prison.id), "day": day.isoformat()}
    return redirect(request, "schedule.day", query=query, flash=flash)


def _route(method: str, path: str, page: Page, act: Act) -> Route:
    return Route(
        method=method,
        path=f"/visits/{{visit}}{path}",
        page=page,
        allow=lifecycle.MAY[act],
        subject=subjects.visit,
    )


ROUTES = (
    _route("GET", "/move", ask_move, Act.MOVE),
    _route("POST", "/move", move, Act.MOVE),
    _route("GET", "/cancel", ask_cancel, Act.CANCEL),
    _route("POST", "/cancel", cancel, Act.CANCEL),
    _route("GET", "/close", ask_close, Act.CLOSE),
    _route("POST", "/close", close, Act.CLOSE),
)
