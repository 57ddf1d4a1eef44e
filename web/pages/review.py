"""The review queue: booked visits that could not be booked so any more, and what then.

What may be done about a visit is `scheduler.remedies`'; here it is shown and done.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import cancelling, fitting, remedies
from scheduler.fitting import Fit
from visitation import lifecycle
from visitation.errors import NotFound, VisitationError
from visitation.lifecycle import Act, VisitState
from visitation.people import Prisoner
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.visits.listed import listed
from visitation.words import CANCELLATIONS, Outcome, Role
from web import (
    forms,
    gate,
    live,
    named,
    prison_reach,
    replan_days,
    review_rows,
    review_words,
    slot_names,
    subjects,
)
from web.booking_choices import OWN_PHONE
from web.booking_form import Seat, SlotText
from web.fields import Count, Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.labels import label
from web.picks import Pick
from web.render import redirect, render, url
from web.routing import Page, Route

WRITERS = lifecycle.MAY[Act.MOVE]
READERS = WRITERS | {Role.AUDITOR, Role.WARDEN}
Because = Annotated[Line, StringConstraints(min_length=1, max_length=200)]
_LONGEST_MINUTES = 240
_EVERY = frozenset(VisitState)


class Filter(forms.Fields):
    """Which prison's visits, and after which of them."""

    site: Pick | None = Field(default=None, title=N_("Prison"))
    after: str = ""


class Keeping(forms.Fields):
    """Why a visit stays as it is."""

    because: Because = Field(title=N_("Reason to keep it"))


class Moving(forms.Fields):
    """The place that was shown."""

    slot: SlotText = Field(title=N_("New time"))
    minutes: Annotated[Count, Field(ge=5, le=_LONGEST_MINUTES)]
    place: Seat = Field(title=N_("Where the family sits"))

    @property
    def fit(self) -> Fit:
        """What was shown.

        Raises:
            NotFound: if no slot is called that.
        """
        found = slot_names.read(self.slot)
        if found is None:
            raise NotFound("slot")
        return Fit(
            span=Timespan(found.start, found.start + timedelta(minutes=self.minutes)),
            terminal_id=found.terminal_id,
            kiosk_id=None if self.place == OWN_PHONE else int(self.place),
        )


class Cancelling(forms.Fields):
    """Who cancels, and why."""

    outcome: Outcome = Field(title=N_("Who cancels"))
    reason: Because = Field(title=N_("Reason"))


async def index(request: web.Request) -> web.Response:
    """The visits to be reviewed, the next ones first."""
    me, form = gate.staff(request), forms.from_query(request, Filter)
    chosen = form.value if form.ok else Filter()
    conditions = review_rows.within(me, request.app[CLOCK]())
    if chosen.site is not None:
        conditions = (*conditions, col(Visit.prison_id) == chosen.site)
    async with request.app[DATABASE].read() as session:
        prisons = await prison_reach.within(session, me.scope)
        count = await review_rows.count(session, *conditions)
        queue = await review_rows.queue(session, *conditions, after=chosen.after)
        to_replan = await replan_days.links(request, session, *conditions)
    return render(
        request,
        "review/index.html",
        form=form,
        prisons=[(one.id, one.name) for one in prisons],
        count=count,
        days=queue.days,
        pages=_pages(request, chosen, queue.after),
        to_replan=to_replan,
        may_change=me.role in WRITERS,
    )


def _pages(
    request: web.Request, chosen: Filter, following: str
) -> dict[str, str | None]:
    """Where the queue begins, and where it goes on."""
    site = {} if chosen.site is None else {"site": str(chosen.site)}

    def page(**after: str) -> str:
        return url(request, "review.index", query=site | after)

    return {
        "first": page() if chosen.after else None,
        "next": page(after=following) if following else None,
    }


async def show(request: web.Request) -> web.Response:
    """What speaks against a visit, and what can be done about it."""
    return await _page(request)


async def keep(request: web.Request) -> web.Response:
    """Leave a visit as it is, with a reason."""
    form = await forms.read(request, Keeping)
    if not form.ok:
        return await _page(request, keeping=form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            visit = await _again(session, request)
            because = form.value.because
            await remedies.keep(session, visit, because=because, **_who(request))
    except VisitationError as refused:
        return await _page(request, keeping=form.refused(refused), status=409)
    return await _done(request, _("The visit stays as it is."))


async def move(request: web.Request) -> web.Response:
    """Move a visit to the place that was shown."""
    form = await forms.read(request, Moving)
    if not form.ok:
        return await _page(request, moving=form, status=422)
    scope = gate.staff(request).scope
    try:
        async with request.app[DATABASE].write() as session:
            visit, fit = await _again(session, request), form.value.fit
            if fit.kiosk_id not in {None, visit.kiosk_id}:
                await named.station(session, scope, fit.kiosk_id or 0)
            await remedies.move(session, visit, fit, **_who(request))
    except NotFound:
        raise
    except VisitationError as refused:
        return await _page(request, moving=form.refused(refused), status=409)
    return await _done(
        request, _("The visit is moved, and everybody with a phone is told.")
    )


async def cancel(request: web.Request) -> web.Response:
    """Cancel a visit; everybody concerned is told."""
    form = await forms.read(request, Cancelling)
    if not form.ok:
        return await _page(request, cancelling=form, status=422)
    typed, entry = form.value, None
    try:
        async with request.app[DATABASE].write() as session:
            visit = await _again(session, request)
            # A double click says the same twice.
            if (visit.outcome, visit.outcome_reason) != (typed.outcome, typed.reason):
                entry = await cancelling.cancel(
                    session,
                    visit=visit,
                    outcome=typed.outcome,
                    reason=typed.reason,
                    # What happened is not the family's doing: it waits as before.
                    back_in_line=True,
                    **_who(request),
                )
    except VisitationError as refused:
        return await _page(request, cancelling=form.refused(refused), status=409)
    done = _("The visit is cancelled, and its slot is free again.")
    if entry is not None:
        done = _("The visit is cancelled, and the family is back in line.")
    return await _done(request, done)


async def _page(
    request: web.Request,
    *,
    keeping: Form[Keeping] | None = None,
    moving: Form[Moving] | None = None,
    cancelling: Form[Cancelling] | None = None,
    status: int = 200,
) -> web.Response:
    me = gate.staff(request)
    async with request.app[DATABASE].read() as session:
        visit = await _again(session, request)
        due = await remedies.undecided(session, visit.id)
        reasons = [flag.reason for flag in due]
        ways = remedies.remedies(reasons)
        shown = await _shown(session, request, visit, reasons)
    because = review_words.words(reasons[0]) if reasons else ""
    return render(
        request,
        "review/show.html",
        status=status,
        ways=ways if reasons and me.role in WRITERS else None,
        keeping=keeping or forms.blank(Keeping),
        moving=moving or forms.blank(Moving),
        cancelling=cancelling
        or forms.blank(Cancelling, outcome=ways.outcome, reason=because),
        outcomes=[(one.value, label(one)) for one in CANCELLATIONS],
        **shown,
    )


async def _shown(
    session: AsyncSession, request: web.Request, visit: Visit, reasons: Sequence[str]
) -> dict[str, Any]:
    """The visit as the page shows it, and where it could go."""
    me, ways = gate.staff(request), remedies.remedies(reasons)
    (summary,) = await listed(session, col(Visit.id) == visit.id, shown=_EVERY)
    zone, now = ZoneInfo(summary.zone), request.app[CLOCK]()
    fit = None
    if ways.move and me.role in WRITERS and visit.state is VisitState.BOOKED:
        fit = await fitting.nearest(session, visit, reasons=reasons, now=now)
    prisoner = await session.get_one(Prisoner, visit.prisoner_id)
    home = await session.get_one(Site, prisoner.site_id)
    return {
        "visit": visit,
        "span": Timespan(visit.starts_at, visit.ends_at),
        "zone": zone,
        "summary": summary,
        "home": {"id": home.id, "name": home.name} if ways.anew else None,
        "reaches_home": me.scope.reaches(home),
        "marks": await review_rows.of_visit(session, visit),
        "offer": await review_rows.offer(session, fit, zone) if fit else None,
    }


async def _again(session: AsyncSession, request: web.Request) -> Visit:
    return await session.get_one(Visit, gate.subject(request, Visit).id)


def _who(request: web.Request) -> dict[str, Any]:
    return {"by": gate.staff(request).actor, "now": request.app[CLOCK]()}


async def _done(request: web.Request, flash: str) -> web.Response:
    await live.changed(request, gate.subject(request, Visit).reference)
    return redirect(request, "review.index", flash=flash)


def _of_visit(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/visits/{{visit}}/review{path}",
        page=page,
        allow=READERS if method == "GET" else WRITERS,
        subject=subjects.visit,
    )


ROUTES = (
    Route(
        method="GET",
        path="/review",
        page=index,
        allow=READERS,
        menu=N_("To review"),
    ),
    _of_visit("GET", "", show),
    _of_visit("POST", "/keep", keep),
    _of_visit("POST", "/move", move),
    _of_visit("POST", "/cancel", cancel),
)
