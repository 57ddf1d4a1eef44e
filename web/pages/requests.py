"""Requests: what families asked for, by the time that is left, and the decision.

Whoever decides sees each wish with what the rules have against it now.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from markupsafe import Markup
from pydantic import Field, StringConstraints
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import deciding, ranked, requests
from scheduler.booking import Refused
from scheduler.deciding import Option
from scheduler.ranked import place_of
from visitation import lifecycle
from visitation.errors import VisitationError
from visitation.lifecycle import Act, VisitAction, VisitState
from visitation.places import Site, Station
from visitation.visits import Visit
from visitation.visits.listed import Listed, listed
from visitation.words import DeclineReason, Part, Role
from web import booking_choices, forms, gate, present, refusals, subjects
from web.asking_choices import RANKS
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.labels import options
from web.render import redirect, render, url
from web.routing import Door, Page, Route

_DECIDERS: frozenset[Role | Door] = lifecycle.MAY[Act.DECIDE]
_READERS: frozenset[Role | Door] = _DECIDERS | {Role.WARDEN, Role.AUDITOR}
_ASKERS: frozenset[Role | Door] = lifecycle.MAY[Act.READ_HISTORY]
_EVERY_STATE = frozenset(VisitState)


class By(StrEnum):
    """Which requests come first: those that wait longest, or have least time left."""

    WAITING = "waiting"
    LEFT = "left"


class Inbox(forms.Fields):
    """The order of the inbox."""

    by: By = By.WAITING


class Approval(forms.Fields):
    """Which wish is granted, and why although a rule speaks against it.

    Without a rank it is the best wish that is still possible.
    """

    rank: Annotated[int, Field(ge=1, le=requests.MOST_WISHES)] | None = None
    override: Annotated[Line, StringConstraints(max_length=150)] = Field(
        default="", title=N_("Reason to approve all the same")
    )


class Decline(forms.Fields):
    """Why a request is declined."""

    told: DeclineReason = Field(
        default=DeclineReason.ASK, title=N_("What the text message says")
    )
    reason: Annotated[Line, StringConstraints(min_length=1)] = Field(title=N_("Reason"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A wish in words."""

    rank: int
    words: str
    when: str
    where: str
    held: bool
    reasons: tuple[str, ...]


async def index(request: web.Request) -> web.Response:
    """The requests that wait: the longest first, or those with the least time left."""
    form = forms.from_query(request, Inbox)
    by = form.value.by if form.ok else By.WAITING
    async with request.app[DATABASE].read() as session:
        rows = await deciding.waiting(session, scope=gate.staff(request).scope)
        if by is By.WAITING:
            rows = sorted(rows, key=lambda row: (row.created_at, row.id))
        until = {row.id: row.hold_until for row in rows}
        asked = {row.id: row.created_at for row in rows}
        found = await listed(
            session, col(Visit.id).in_(until), shown=frozenset({VisitState.REQUESTED})
        )
    order = list(until)
    return render(
        request,
        "requests/index.html",
        waiting=[
            {
                "visit": one,
                "until": until[one.id],
                "asked": asked[one.id],
                "zone": ZoneInfo(one.zone),
            }
            for one in sorted(found, key=lambda one: order.index(one.id))
        ],
        by=by,
        ways={one: url(request, "requests.index", query={"by": one}) for one in By},
        may_ask=gate.staff(request).role in lifecycle.MAY[Act.ASK],
        may_decide=gate.staff(request).role in _DECIDERS,
        now=request.app[CLOCK](),
    )


async def show(request: web.Request) -> web.Response:
    """One request, its wishes, and the decision."""
    return await _page(request)


async def approve(request: web.Request) -> web.Response:
    """Grant the wish of a rank, or the best that is still possible."""
    form = await forms.read(request, Approval)
    if not form.ok:
        return await _page(request, approval=form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            visit, now = await _again(session, request), request.app[CLOCK]()
            if visit.state is not VisitState.BOOKED:
                best = await deciding.best(session, visit, now=now)
                await deciding.approve(
                    session,
                    visit,
                    rank=form.value.rank or best,
                    override_reason=form.value.override,
                    keyring=request.app[KEYRING],
                    by=gate.staff(request).actor,
                    now=now,
                )
    except VisitationError as refused:
        return await _page(
            request, approval=form.refused(refused), refused=refused, status=409
        )
    return redirect(request, "visits.booked", visit=visit.reference)


async def decline(request: web.Request) -> web.Response:
    """Decline a request; the family is told."""
    form = await forms.read(request, Decline)
    if not form.ok:
        return await _page(request, refusal=form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            visit = await _again(session, request)
            if visit.state is not VisitState.DECLINED:
                await deciding.decline(
                    session,
                    visit,
                    reason=form.value.reason,
                    told=form.value.told,
                    by=gate.staff(request).actor,
                    now=request.app[CLOCK](),
                )
    except VisitationError as refused:
        return await _page(request, refusal=form.refused(refused), status=409)
    flash = _("The request is declined, and the family is told.")
    return redirect(request, "requests.index", flash=flash)


async def requested(request: web.Request) -> web.Response:
    """What to tell the people of a visit that was just asked for."""
    visit, me = gate.subject(request, Visit), gate.staff(request)
    async with request.app[DATABASE].read() as session:
        shown = await _listed(session, visit)
        zone = ZoneInfo(shown.zone)
        wishes = [
            (_(RANKS[one.rank - 1]), present.span(place_of(one).span, zone))
            for one in await ranked.wishes(session, visit)
        ]
        point = await session.get(Site, visit.point_id) if visit.point_id else None
    return render(
        request,
        "requests/requested.html",
        visit=shown,
        zone=zone,
        until=visit.hold_until,
        wishes=wishes,
        office_phone=point.phone if point else "",
        may_decide=me.role in _DECIDERS,
        may_ask=me.role in lifecycle.MAY[Act.ASK],
    )


async def _page(
    request: web.Request,
    *,
    approval: Form[Approval] | None = None,
    refusal: Form[Decline] | None = None,
    refused: VisitationError | None = None,
    status: int = 200,
) -> web.Response:
    subject, now = gate.subject(request, Visit), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        visit = await session.get_one(Visit, subject.id)
        shown = await _listed(session, visit)
        zone = ZoneInfo(shown.zone)
        wishes = [
            await _wanted(session, one, zone)
            for one in await deciding.options(session, visit, now=now)
        ]
    return render(
        request,
        "requests/request.html",
        status=status,
        visit=shown,
        zone=zone,
        visitors=Markup("<br>").join(
            present.bdi(one.name) for one in shown.of(Part.VISITOR)
        ),
        until=visit.hold_until,
        wishes=wishes,
        any_possible=any(not one.reasons for one in wishes),
        approval=approval or forms.blank(Approval),
        refusal=refusal or forms.blank(Decline, told=DeclineReason.ASK),
        told=options(DeclineReason),
        may_decide=gate.staff(request).role in _DECIDERS
        and lifecycle.allows(visit.state, VisitAction.APPROVE),
        may_override=isinstance(refused, Refused)
        and booking_choices.may_override(refused),
    )


async def _wanted(session: AsyncSession, one: Option, zone: ZoneInfo) -> Wanted:
    seats = await session.exec(
        select(Station.name).where(
            col(Station.id).in_([one.place.terminal_id, one.place.kiosk_id])
        )
    )
    return Wanted(
        rank=one.rank,
        words=_(RANKS[one.rank - 1]),
        when=present.span(one.place.span, zone),
        where=present.parted(*seats),
        held=one.held,
        reasons=tuple(refusals.sentence(reason) for reason in one.reasons),
    )


async def _listed(session: AsyncSession, visit: Visit) -> Listed:
    found = await listed(session, col(Visit.id) == visit.id, shown=_EVERY_STATE)
    return found[0]


async def _again(session: AsyncSession, request: web.Request) -> Visit:
    return await session.get_one(Visit, gate.subject(request, Visit).id)


def _of(method: str, path: str, page: Page, allow: frozenset[Role | Door]) -> Route:
    return Route(
        method=method,
        path=f"/visits/{{visit}}{path}",
        page=page,
        allow=allow,
        subject=subjects.visit,
    )


ROUTES = (
    Route(
        method="GET",
        path="/requests",
        page=index,
        allow=_READERS,
        menu=N_("Requests"),
    ),
    _of("GET", "/request", show, _READERS),
    _of("POST", "/approve", approve, _DECIDERS),
    _of("POST", "/decline", decline, _DECIDERS),
    _of("GET", "/requested", requested, _ASKERS),
)
