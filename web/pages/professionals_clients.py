"""Whom a professional acts for: asked, how it stands, ended.

Who is named must be known by prison, number and name; whatever does not match gets one
and the same answer.
"""

from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import professionals
from visitation.attempts import TooMany
from visitation.errors import VisitationError
from visitation.people import Visitor
from visitation.places import Site
from visitation.professionals import Client, Licence, Mandate, clients, mandates
from visitation.professionals.groups import RIGHTS
from visitation.words import MandateState, SiteKind
from web import forms, gate, picks, professional_reach
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.labels import label
from web.picks import Pick
from web.render import redirect, render
from web.routing import PHONE, Route

_NOBODY = N_(
    "Nobody in this prison has this number and this name. Check all three, or call the "
    "office."
)
_ENOUGH = N_("You named many people today. Try again tomorrow, or call the office.")
_OVER = N_("Ended by the professional")


class Named(forms.Fields):
    """Whom somebody acts for."""

    licence: Pick = Field(title=N_("As what"))
    prison: Pick = Field(title=N_("Prison"))
    number: Annotated[Line, StringConstraints(min_length=1, max_length=32)] = Field(
        title=N_("Prisoner's number")
    )
    prisoner: Annotated[Line, StringConstraints(min_length=1, max_length=100)] = Field(
        title=N_("Prisoner's first and last name")
    )
    order: Annotated[Line, StringConstraints(max_length=60)] = Field(
        default="", title=N_("Number of the court's order")
    )


async def index(request: web.Request) -> web.Response:
    """Whom one acts for, or asked to."""
    me, now = gate.visitor(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = await professionals.clients_of(session, me.visitor_ids)
        held = await _held(session, request)
    return render(
        request,
        "professionals/clients.html",
        clients=[_shown(one, is_in_force=one.is_in_force(now)) for one in found],
        may_ask=bool(held),
    )


async def new(request: web.Request) -> web.Response:
    """The form to name a client."""
    return await _new_page(request)


async def ask(request: web.Request) -> web.Response:
    """Ask to act for somebody; asked twice, it is asked once."""
    form = await forms.read(request, Named)
    async with request.app[DATABASE].read() as session:
        held = await _held(session, request)
        prisons = await _prisons(session)
    form = picks.among(form, "licence", [one.id for one, _name in held])
    form = picks.among(form, "prison", [number for number, _name in prisons])
    if not form.ok:
        return await _new_page(request, form, status=422)
    typed, now = form.value, request.app[CLOCK]()
    try:
        async with request.app[DATABASE].write() as session:
            asked = await clients.ask(
                session,
                await session.get_one(Licence, typed.licence),
                clients.Wanted(
                    prison_id=typed.prison,
                    number=typed.number,
                    name=typed.prisoner,
                    order_number=typed.order,
                ),
                keyring=request.app[KEYRING],
                by=gate.visitor(request).actor,
                now=now,
            )
    except TooMany:
        return await _new_page(request, form.failed(_(_ENOUGH)), status=429)
    except VisitationError as refused:
        return await _new_page(request, form.refused(refused), status=409)
    if asked is None:
        return await _new_page(request, form.failed(_(_NOBODY)), status=409)
    said = _("The prison looks at it. You get a message when it is decided.")
    return redirect(request, "professionals_clients.index", flash=said)


async def end(request: web.Request) -> web.Response:
    """Act for somebody no more."""
    mandate = gate.subject(request, Client).mandate
    async with request.app[DATABASE].write() as session:
        await mandates.end(
            session,
            await session.get_one(Mandate, mandate.id),
            reason=_(_OVER),
            by=gate.visitor(request).actor,
            now=request.app[CLOCK](),
        )
    said = _("You do not act for this prisoner any more.")
    return redirect(request, "professionals_clients.index", flash=said)


def _shown(one: Client, *, is_in_force: bool) -> dict[str, object]:
    open_now = one.mandate.state in {MandateState.ASKED, MandateState.APPROVED}
    return {
        "reference": one.mandate.reference,
        "prisoner": one.prisoner.name,
        "prison": one.prison.name,
        "profession": one.licence.profession,
        "state": one.mandate.state,
        "is_in_force": is_in_force,
        "is_open": open_now,
        "visits": one.rights.visits,
        "files": bool(one.rights.files),
        "until": one.mandate.valid_until,
        "reason": one.mandate.reason,
    }


async def _new_page(
    request: web.Request, form: Form[Named] | None = None, *, status: int = 200
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        held = await _held(session, request)
        prisons = await _prisons(session)
    only = held[0][0].id if len(held) == 1 else None
    return render(
        request,
        "professionals/client_new.html",
        status=status,
        form=form or forms.blank(Named, licence=only),
        licences=[(one.id, f"{label(one.profession)}: {name}") for one, name in held],
        prisons=prisons,
        by_order=any(RIGHTS[one.profession].by_order for one, _name in held),
    )


async def _held(
    session: AsyncSession, request: web.Request
) -> list[tuple[Licence, str]]:
    """The phone's licences in force with which somebody may have clients."""
    me, now = gate.visitor(request), request.app[CLOCK]()
    found = await professionals.licences_of(session, me.visitor_ids)
    return [
        (one, (await session.get_one(Visitor, one.visitor_id)).name)
        for one in found
        if professionals.is_in_force(one, now) and RIGHTS[one.profession].relation
    ]


async def _prisons(session: AsyncSession) -> list[tuple[int, str]]:
    rows = await session.exec(
        select(Site)
        .where(Site.kind == SiteKind.PRISON, col(Site.closed_at).is_(None))
        .order_by(col(Site.name), col(Site.id))
    )
    return [(one.id, one.name) for one in rows.all()]


ROUTES = (
    Route(method="GET", path="/mine/clients", page=index, allow=PHONE),
    Route(method="GET", path="/mine/clients/new", page=new, allow=PHONE),
    Route(method="POST", path="/mine/clients/new", page=ask, allow=PHONE),
    Route(
        method="POST",
        path="/mine/clients/{mandate}/end",
        page=end,
        allow=PHONE,
        subject=professional_reach.client,
    ),
)
