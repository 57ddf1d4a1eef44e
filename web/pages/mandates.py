"""Mandates of professionals, for the staff of a prison: approved, refused, ended."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import professionals
from visitation.errors import VisitationError
from visitation.people import Prisoner, Visitor
from visitation.places import Site
from visitation.professionals import Licence, Mandate, clients, mandates
from visitation.words import MandateState, Role
from web import forms, gate, professional_reach
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.picks import NearDay
from web.professional_words import TONES
from web.render import redirect, render
from web.routing import Door, Page, Route

DECIDERS: frozenset[Role | Door] = frozenset(
    {Role.WARDEN, Role.SCHEDULER, Role.ADMINISTRATOR}
)


class Approval(forms.Fields):
    """Until when somebody acts for a prisoner."""

    valid_until: NearDay | None = Field(default=None, title=N_("Valid until"))


class Because(forms.Fields):
    """Why a mandate is refused or ended."""

    reason: Annotated[Line, StringConstraints(min_length=1)] = Field(title=N_("Reason"))


async def index(request: web.Request) -> web.Response:
    """What waits for a decision, and what is approved."""
    scope = gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        waiting = await clients.listed(session, scope=scope)
        approved = await clients.listed(
            session, scope=scope, state=MandateState.APPROVED
        )
        rows = [
            [await _row(session, *one) for one in found]
            for found in (waiting, approved)
        ]
    return render(
        request, "professionals/mandates.html", waiting=rows[0], approved=rows[1]
    )


async def show(request: web.Request) -> web.Response:
    """One mandate, and the decision."""
    return await _page(request)


async def approve(request: web.Request) -> web.Response:
    """Let somebody act for the prisoner."""
    form = await forms.read(request, Approval)
    if not form.ok:
        return await _page(request, approval=form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await mandates.approve(
                session,
                await _again(session, request),
                valid_until=form.value.valid_until,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return await _page(request, approval=form.refused(refused), status=409)
    said = _("The mandate is approved, and the professional is told.")
    return redirect(request, "mandates.index", flash=said)


async def refuse(request: web.Request) -> web.Response:
    """Refuse it; whoever asked reads why."""
    form = await forms.read(request, Because)
    if not form.ok:
        return await _page(request, because=form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await mandates.refuse(
                session,
                await _again(session, request),
                reason=form.value.reason,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return await _page(request, because=form.refused(refused), status=409)
    said = _("The mandate is refused, and the professional is told.")
    return redirect(request, "mandates.index", flash=said)


async def end(request: web.Request) -> web.Response:
    """End it; what is booked under it comes up for review."""
    form = await forms.read(request, Because)
    if not form.ok:
        return await _page(request, because=form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await mandates.end(
                session,
                await _again(session, request),
                reason=form.value.reason,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return await _page(request, because=form.refused(refused), status=409)
    said = _(
        "The mandate is ended. Visits that are booked under it come up among the "
        "visits to review."
    )
    return redirect(request, "mandates.index", flash=said)


async def _again(session: AsyncSession, request: web.Request) -> Mandate:
    return await session.get_one(Mandate, gate.subject(request, Mandate).id)


async def _page(
    request: web.Request,
    *,
    approval: Form[Approval] | None = None,
    because: Form[Because] | None = None,
    status: int = 200,
) -> web.Response:
    now = request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        mandate = await _again(session, request)
        licence = await session.get_one(Licence, mandate.licence_id)
        prisoner = await session.get_one(Prisoner, mandate.prisoner_id)
        prison = await session.get_one(Site, prisoner.site_id)
        row = await _row(session, mandate, licence, prisoner, prison)
    state = professionals.state_of(licence, now)
    return render(
        request,
        "professionals/mandate.html",
        status=status,
        mandate=row,
        licence_state=state,
        tone=TONES.get(state, "plain"),
        licence_until=licence.valid_until,
        issuer=licence.issuer,
        is_asked=mandate.state is MandateState.ASKED,
        is_approved=mandate.state is MandateState.APPROVED,
        approval=approval or forms.blank(Approval),
        because=because or forms.blank(Because),
    )


async def _row(
    session: AsyncSession,
    mandate: Mandate,
    licence: Licence,
    prisoner: Prisoner,
    prison: Site,
) -> dict[str, Any]:
    visitor = await session.get_one(Visitor, licence.visitor_id)
    return {
        "reference": mandate.reference,
        "name": visitor.name,
        "profession": licence.profession,
        "prisoner": prisoner.name,
        "number": prisoner.number,
        "prison": prison.name,
        "order": mandate.order_number,
        "at": mandate.asked_at,
        "until": mandate.valid_until,
        "state": mandate.state,
        "reason": mandate.reason,
    }


def _route(method: str, path: str, page: Page) -> Route:
    return Route(
        method=method,
        path=f"/mandates/{{mandate}}{path}",
        page=page,
        allow=DECIDERS,
        subject=professional_reach.mandate,
    )


ROUTES = (
    Route(
        method="GET",
        path="/mandates",
        page=index,
        allow=DECIDERS,
        menu=N_("Mandates"),
    ),
    _route("GET", "", show),
    _route("POST", "/approve", approve),
    _route("POST", "/refuse", refuse),
    _route("POST", "/end", end),
)
