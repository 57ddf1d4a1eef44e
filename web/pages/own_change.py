"""A family moves its visit to another time, or cancels it, on its own phone."""

from datetime import date
from enum import StrEnum

from aiohttp import web
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import own_booking, own_times
from scheduler.own_times import Nothing
from scheduler.times import Party, Time
from visitation import visits
from visitation.errors import NotFound, VisitationError
from visitation.visits import Participant, Visit
from web import (
    asking_form,
    forms,
    gate,
    live,
    own_choices,
    own_days,
    own_words,
)
from web.asking_form import TimeName
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.own_choices import OtherDay
from web.pages.own_visit import Shown, own_route, read
from web.render import redirect, render, url


class Why(StrEnum):
    """Why a family cancels."""

    TIME = "time"
    ILL = "ill"
    WAY = "way"
    ELSE = "else"


#: What a family reads, and what is kept of it.
WHY = {
    Why.TIME: N_("The time does not suit us any more"),
    Why.ILL: N_("Somebody is ill"),
    Why.WAY: N_("We cannot get there"),
    Why.ELSE: N_("Another reason"),
}


class Cancellation(forms.Fields):
    """Why it is cancelled."""

    why: Why = Field(title=N_("Why do you cancel?"))


class Chosen(OtherDay):
    """The time that was pressed."""

    wish: TimeName = Field(title=N_("Time"))


async def ask_cancel(request: web.Request) -> web.Response:
    """What cancelling means, and why."""
    return await _cancel_page(request, forms.blank(Cancellation))


async def cancel(request: web.Request) -> web.Response:
    """Cancel it; pressed twice, it is done once."""
    form = await forms.read(request, Cancellation)
    if not form.ok:
        return await _cancel_page(request, form, status=422)
    part = gate.subject(request, Participant)
    try:
        async with request.app[DATABASE].write() as session:
            visit = await session.get_one(Visit, part.visit_id)
            await own_booking.cancel(
                session,
                visit,
                reason=_(WHY[form.value.why]),
                by=gate.visitor(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return await _cancel_page(request, form.refused(refused), status=409)
    await live.changed(request, visit.reference)
    said = _("The visit is cancelled, and its time is free again.")
    return redirect(request, "own_visit.show", part=part.reference, flash=said)


async def days(request: web.Request) -> web.Response:
    """A month of other days."""
    return await _days(request, forms.from_query(request, OtherDay))


async def at(request: web.Request) -> web.Response:
    """The times of another day."""
    form = forms.from_query(request, OtherDay)
    if not form.ok or form.value.day is None:
        return await _days(request, forms.blank(OtherDay))
    return await _times(request, form.value.day)


async def move(request: web.Request) -> web.Response:
    """Move it to the time that was pressed."""
    form = await forms.read(request, Chosen)
    place = asking_form.place_of(form.text("wish")) if form.ok else None
    if place is None:
        return await _days(request, forms.blank(OtherDay))
    part, now = gate.subject(request, Participant), request.app[CLOCK]()
    try:
        async with request.app[DATABASE].write() as session:
            visit, party = await _party(request, session)
            await own_choices.seat(session, party, place)
            await own_booking.move(
                session, visit, place, by=gate.visitor(request).actor, now=now
            )
    except NotFound:
        raise
    except VisitationError as refused:
        shown = await _shown(request)
        day = place.span.start.astimezone(shown.zone).date()
        return await _times(request, day, gone=own_words.because(refused))
    await live.changed(request, visit.reference)
    said = _("The visit is moved. The code stays the same.")
    return redirect(request, "own_visit.show", part=part.reference, flash=said)


async def _days(request: web.Request, form: Form[OtherDay]) -> web.Response:
    shown, now = await _shown(request), request.app[CLOCK]()
    if not shown.may_move:
        return _not_movable(request, shown)
    async with request.app[DATABASE].read() as session:
        visit, party = await _party(request, session)
        asked = form.value.month if form.ok else None
        found = await own_days.days(session, party, asked, now=now, but_visit=visit)
    if isinstance(found, Nothing):
        return _not_movable(request, shown, own_words.told(found.reasons))
    here = url(request, "own_change.days", part=shown.reference)
    counts = {
        day: len(_other(times, visit)) for day, times in found.bookable.days.items()
    }
    return render(
        request,
        "family/own_move_days.html",
        shown=shown,
        **found.shown(
            counts,
            zone=shown.zone,
            lead=lambda day: f"{here}/times?day={day.isoformat()}",
            other=lambda day: f"{here}?month={day.isoformat()}",
        ),
    )


async def _times(
    request: web.Request, day: date, *, gone: list[str] | None = None
) -> web.Response:
    shown = await _shown(request)
    if not shown.may_move:
        return _not_movable(request, shown)
    async with request.app[DATABASE].read() as session:
        visit, party = await _party(request, session)
        found = await own_times.of_day(
            session, party, day, now=request.app[CLOCK](), but_visit=visit
        )
    return render(
        request,
        "family/own_move_times.html",
        status=409 if gone else 200,
        shown=shown,
        day=day,
        times=[
            (asking_form.named(one.place), one.place.span)
            for one in _other(found, visit)
        ],
        gone=gone or (),
    )


def _other(times: tuple[Time, ...], visit: Visit) -> list[Time]:
    return [one for one in times if one.place.span.start != visit.starts_at]


async def _party(request: web.Request, session: AsyncSession) -> tuple[Visit, Party]:
    visit = await session.get_one(Visit, gate.subject(request, Participant).visit_id)
    people = await visits.participants(session, visit.id)
    return visit, Party(
        prison_id=visit.prison_id,
        prisoner_id=visit.prisoner_id,
        visitor_ids=frozenset(one.visitor_id for one in people if one.visitor_id),
        point_id=visit.point_id if visit.kiosk_id else None,
        kind=visit.kind,
    )


async def _shown(request: web.Request) -> Shown:
    part, now = gate.subject(request, Participant), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        return await read(session, part, now=now)


def _not_movable(
    request: web.Request, shown: Shown, reasons: list[str] | None = None
) -> web.Response:
    return render(
        request, "family/own_not_movable.html", shown=shown, reasons=reasons or ()
    )


async def _cancel_page(
    request: web.Request, form: Form[Cancellation], *, status: int = 200
) -> web.Response:
    return render(
        request,
        "family/own_cancel.html",
        status=status,
        shown=await _shown(request),
        form=form,
        whys=[(one.value, _(words)) for one, words in WHY.items()],
    )


ROUTES = (
    own_route("GET", "/cancel", ask_cancel),
    own_route("POST", "/cancel", cancel),
    own_route("GET", "/move", days),
    own_route("GET", "/move/times", at),
    own_route("POST", "/move/times", move),
)
