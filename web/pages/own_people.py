"""Whom a phone's visitors may visit, and the wish to be linked to somebody more.

The answer to a wish is the same whether there is such a prisoner or not: staff look.
"""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people, wording
from visitation.attempts import TooMany
from visitation.errors import VisitationError
from visitation.people import Visitor
from visitation.people.links import Wanted
from visitation.places import DEFAULT_ZONE, Site
from visitation.words import BY_PROFESSION, Relation, SiteKind
from web import forms, gate, i18n, labels, own_choices, picks
from web.fields import Line, Name, NationalId
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.picks import Pick
from web.render import redirect, render
from web.routing import PHONE, Route

_ENOUGH = N_(
    "You asked often today. Wait for an answer, or try again tomorrow; the office can "
    "help at once."
)


class Link(forms.Fields):
    """Whom somebody would visit, as what, and who they are."""

    prison: Pick = Field(title=N_("Prison"))
    number: Annotated[Line, StringConstraints(max_length=32)] = Field(
        default="", title=N_("Prisoner's number")
    )
    prisoner: Annotated[Line, StringConstraints(max_length=100)] = Field(
        default="", title=N_("Prisoner's first and last name")
    )
    relation: Relation = Field(title=N_("What you are to the prisoner"))
    name: Name = Field(title=N_("Your first and last name"))
    national_id: NationalId | None = Field(default=None, title=N_("Your national ID"))
    no_id: bool = Field(default=False, title=N_("I have none"))


async def index(request: web.Request) -> web.Response:
    """Whom one may visit, and what became of wishes."""
    me, now = gate.visitor(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = await own_choices.links(session, me, now=now)
        asked = await people.links_asked_by(session, me.visitor_ids)
    return render(
        request,
        "family/own_people.html",
        links=found,
        asked=[
            {
                "name": one.name,
                "prisoner": one.prisoner_name or one.prisoner_number,
                "prison": prison.name,
                "state": one.state,
                "why": wording.why(one.told, i18n.language()) if one.told else "",
                "at": one.asked_at,
            }
            for one, prison in asked
        ],
        zone=ZoneInfo(DEFAULT_ZONE),
    )


async def new(request: web.Request) -> web.Response:
    """The form of a wish."""
    async with request.app[DATABASE].read() as session:
        visitor = await session.get_one(Visitor, gate.visitor(request).visitor_id)
    return await _page(request, forms.blank(Link, name=visitor.name))


async def ask(request: web.Request) -> web.Response:
    """Keep the wish for staff; sent twice, it is one."""
    form = _complete(await forms.read(request, Link))
    if not form.ok:
        return await _page(request, form, status=422)
    try:
        await _ask(request, form.value, request.app[CLOCK]())
    except TooMany:
        return await _page(request, form.failed(_(_ENOUGH)), status=429)
    except VisitationError as refused:
        renamed = form.refused(refused)
        return await _page(request, _renamed(renamed), status=409)
    return redirect(request, "own_people.asked")


async def asked(request: web.Request) -> web.Response:
    """That it has come, and what happens next."""
    return render(request, "family/own_asked.html")


async def _ask(request: web.Request, typed: Link, now: datetime) -> None:
    me = gate.visitor(request)
    async with request.app[DATABASE].write() as session:
        await people.ask_for_link(
            session,
            Wanted(
                prison_id=typed.prison,
                prisoner_number=typed.number,
                prisoner_name=typed.prisoner,
                relation=typed.relation,
                name=typed.name,
                national_id=None if typed.no_id else typed.national_id,
            ),
            visitor_id=me.visitor_id,
            keyring=request.app[KEYRING],
            by=me.actor,
            now=now,
        )


def _complete(form: Form[Link]) -> Form[Link]:
    """The form with all that one of two fields must give, said with the rest."""
    if not form.text("prisoner").strip() and not form.text("number").strip():
        form = form.faulted(
            "prisoner",
            _("Give the prisoner's name or the number. One of the two is enough."),
        )
    if form.text("national_id").strip() or form.text("no_id"):
        return form
    return form.faulted(
        "national_id", _("Give your national ID, or say that you have none.")
    )


def _renamed(form: Form[Link]) -> Form[Link]:
    """What is wrong with the prisoner, said beside the field of the number."""
    if not form.reasons:
        return form
    return form.faulted("number", form.reasons[0])


async def _prisons(session: AsyncSession) -> list[tuple[int, str]]:
    rows = await session.exec(
        select(Site)
        .where(Site.kind == SiteKind.PRISON, col(Site.closed_at).is_(None))
        .order_by(col(Site.name), col(Site.id))
    )
    return [(one.id, one.name) for one in rows.all()]


async def _page(
    request: web.Request, form: Form[Link], *, status: int = 200
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        prisons = await _prisons(session)
    form = picks.among(form, "prison", [one for one, _name in prisons])
    return render(
        request,
        "family/own_link.html",
        status=status,
        form=form,
        prisons=prisons,
        relations=labels.options(Relation, but=BY_PROFESSION),
    )


ROUTES = (
    Route(method="GET", path="/mine/people", page=index, allow=PHONE),
    Route(method="GET", path="/mine/people/new", page=new, allow=PHONE),
    Route(method="POST", path="/mine/people/new", page=ask, allow=PHONE),
    Route(method="GET", path="/mine/people/asked", page=asked, allow=PHONE),
)
