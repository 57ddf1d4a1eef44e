"""The queue of links: families who ask to visit somebody, approved or refused.

Beside each wish stand the prisoners it may mean; the family is told by message.
"""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from visitation.errors import VisitationError
from visitation.people import Contact, LinkRequest, Prisoner, Scope, Visitor
from visitation.people.identity import masked_id
from visitation.people.link_decisions import REASONS
from visitation.places import Site
from visitation.words import ContactState, DeclineReason, LinkState
from web import forms, gate, present, row_acts
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.labels import label
from web.pages.sites import PLANNERS
from web.principals import StaffPrincipal
from web.reached import by_reference
from web.render import redirect, render
from web.routing import Route


class Approval(forms.Fields):
    """Which prisoner is meant."""

    number: Annotated[Line, StringConstraints(min_length=1, max_length=32)] = Field(
        title=N_("Prisoner number")
    )


class Refusal(forms.Fields):
    """Why a wish is refused."""

    told: DeclineReason = Field(
        default=DeclineReason.ASK, title=N_("What the text message says")
    )
    reason: Annotated[Line, StringConstraints(min_length=1)] = Field(title=N_("Reason"))


async def index(request: web.Request) -> web.Response:
    """The wishes that wait, the oldest first; and contacts that staff began."""
    scope = gate.staff(request).scope
    async with request.app[DATABASE].read() as session:
        asked = await people.links_to_decide(session, scope=scope)
        begun = await _begun(session, scope)
    return render(
        request,
        "people/links.html",
        asked=[
            {
                "reference": one.reference,
                "name": one.name,
                "prisoner": one.prisoner_name or one.prisoner_number,
                "prison": prison.name,
                "relation": one.relation,
                "at": one.asked_at,
                "zone": ZoneInfo(prison.zone),
            }
            for one, prison, _visitor in asked
        ],
        begun=[
            {
                "id": contact.id,
                "name": visitor.name,
                "prisoner": prisoner.name,
                "prison": prison.name,
                "relation": contact.relation,
                "at": contact.changed_at,
                "zone": ZoneInfo(prison.zone),
            }
            for contact, visitor, prisoner, prison in begun
        ],
    )


async def show(request: web.Request) -> web.Response:
    """One wish, whom it may mean, and the decision."""
    return await _page(request)


async def approve(request: web.Request) -> web.Response:
    """Link whoever asked to the prisoner who is meant."""
    form = await forms.read(request, Approval)
    if not form.ok:
        return await _page(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            contact = await people.approve_link(
                session,
                await _again(session, request),
                prisoner_number=form.value.number,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except VisitationError as refused:
        return await _page(request, form.refused(refused), status=409)
    said = _("The link is approved, and the family is told.")
    return redirect(request, "contacts.show", contact=contact.id, flash=said)


async def refuse(request: web.Request) -> web.Response:
    """Refuse the wish, and tell the family why in a few words."""
    form = await forms.read(request, Refusal)
    if form.ok and form.value.told not in REASONS:
        form = form.faulted("told", _("Choose one from the list."))
    return await row_acts.done(
        request,
        form,
        people.refuse_link,
        of=LinkRequest,
        again=_page,
        then="link_requests.index",
        said=_("The link is refused, and the family is told."),
    )


@by_reference("link", StaffPrincipal)
async def subject(
    session: AsyncSession, reference: str, me: StaffPrincipal
) -> LinkRequest | None:
    """The wish of `{link}`, at a prison within reach."""
    rows = await session.exec(
        select(LinkRequest)
        .join(Site, col(Site.id) == col(LinkRequest.prison_id))
        .where(LinkRequest.reference == reference, me.scope.of_sites())
    )
    return rows.first()


async def _begun(
    session: AsyncSession, scope: Scope
) -> list[tuple[Contact, Visitor, Prisoner, Site]]:
    rows = await session.exec(
        select(Contact, Visitor, Prisoner, Site)
        .join(Visitor, col(Visitor.id) == col(Contact.visitor_id))
        .join(Prisoner, col(Prisoner.id) == col(Contact.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(Contact.state == ContactState.REQUESTED, scope.of_sites())
        .order_by(col(Contact.changed_at), col(Contact.id))
        .limit(200)
    )
    return list(rows.all())


async def _again(session: AsyncSession, request: web.Request) -> LinkRequest:
    return await session.get_one(LinkRequest, gate.subject(request, LinkRequest).id)


async def _page(
    request: web.Request, form: Form[Any] | None = None, *, status: int = 200
) -> web.Response:
    keyring = request.app[KEYRING]
    async with request.app[DATABASE].read() as session:
        asked = await _again(session, request)
        prison = await session.get_one(Site, asked.prison_id)
        visitor = await session.get_one(Visitor, asked.visitor_id)
        meant = await people.prisoners_meant(session, asked)
    likely = meant[0].number if len(meant) == 1 else asked.prisoner_number
    return render(
        request,
        "people/link.html",
        status=status,
        asked=_asked(asked, masked_id(asked.national_id_sealed, keyring=keyring)),
        prison=prison.name,
        zone=ZoneInfo(prison.zone),
        asker={"name": visitor.name, "phone": visitor.phone},
        meant=[_meant(one) for one in meant],
        approval=forms.or_blank(form, Approval, number=present.digits(likely)),
        refusal=forms.or_blank(form, Refusal, told=DeclineReason.ASK),
        told=[(one.value, label(one)) for one in REASONS],
        is_open=asked.state is LinkState.ASKED,
    )


def _asked(asked: LinkRequest, national_id: str) -> dict[str, object]:
    return {
        "reference": asked.reference,
        "name": asked.name,
        "relation": asked.relation,
        "prisoner": asked.prisoner_name,
        "number": asked.prisoner_number,
        "national_id": national_id,
        "state": asked.state,
        "reason": asked.reason,
        "at": asked.asked_at,
    }


def _meant(prisoner: Prisoner) -> dict[str, object]:
    return {
        "id": prisoner.id,
        "name": prisoner.name,
        "number": prisoner.number,
        "released": prisoner.released_at is not None,
    }


ROUTES = (
    Route(
        method="GET",
        path="/links",
        page=index,
        allow=PLANNERS,
        menu=N_("Links to decide"),
    ),
    Route(
        method="GET", path="/links/{link}", page=show, allow=PLANNERS, subject=subject
    ),
    Route(
        method="POST",
        path="/links/{link}/approve",
        page=approve,
        allow=PLANNERS,
        subject=subject,
    ),
    Route(
        method="POST",
        path="/links/{link}/refuse",
        page=refuse,
        allow=PLANNERS,
        subject=subject,
    ),
)
