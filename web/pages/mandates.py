"""Mandates of professionals, for the staff of a prison: approved, refused, ended."""

from functools import partial
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import professionals
from visitation.people import Prisoner, Visitor
from visitation.places import Site
from visitation.professionals import Licence, Mandate, clients, mandates
from visitation.words import MandateState, Role
from web import forms, gate, professional_reach, row_acts
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.picks import NearDay
from web.professional_words import TONES
from web.render import render
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
    said = _("The mandate is approved, and the professional is told.")
    return await _done(request, form, mandates.approve, said=said)


async def refuse(request: web.Request) -> web.Response:
    """Refuse it; whoever asked reads why."""
    form = await forms.read(request, Because)
    said = _("The mandate is refused, and the professional is told.")
    return await _done(request, form, mandates.refuse, said=said)


async def end(request: web.Request) -> web.Response:
    """End it; what is booked under it comes up for review."""
    form = await forms.read(request, Because)
    said = _(
        "The mandate is ended. Visits that are booked under it come up among the "
        "visits to review."
    )
    return await _done(request, form, mandates.end, said=said)


async def _page(
    request: web.Request, form: Form[Any] | None = None, *, status: int = 200
) -> web.Response:
    now = request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        mandate = await session.get_one(Mandate, gate.subject(request, Mandate).id)
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
        approval=forms.or_blank(form, Approval),
        because=forms.or_blank(form, Because),
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


_done = partial(row_acts.done, of=Mandate, again=_page, then="mandates.index")


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
