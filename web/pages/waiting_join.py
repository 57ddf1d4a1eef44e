"""Putting a family on the waiting list: whom it would visit, who comes, when and where.

Nothing that was chosen is lost when something is refused.
"""

from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import waiting
from visitation.errors import VisitationError
from visitation.people import Contact, Prisoner, Standing, Visitor, standing
from visitation.places import Site
from visitation.waiting import Days
from visitation.words import SERVICE_POINTS, Role
from web import forms, gate, picks, prison_reach
from web.fields import Count, Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.waiting import WRITERS
from web.picks import NearDay, Pick, Weekday
from web.principals import StaffPrincipal
from web.render import redirect, render
from web.routing import Route


class Whom(forms.Fields):
    """Whom a family would like to visit."""

    prison: Pick = Field(title=N_("Prison"))
    number: Annotated[Line, StringConstraints(min_length=1, max_length=32)] = Field(
        title=N_("Prisoner number")
    )


class Wishes(Whom):
    """Who comes, on which days, and where they could sit."""

    visitors: list[Pick] = Field(default_factory=list, title=N_("Visitors"))
    first_day: NearDay = Field(title=N_("First day"))
    last_day: NearDay = Field(title=N_("Last day"))
    weekdays: list[Weekday] = Field(default_factory=list, title=N_("Days of the week"))
    places: list[Pick] = Field(
        default_factory=list, title=N_("Where the family could sit")
    )
    own_phone: bool = False
    distance: Count | None = Field(
        default=None, ge=0, le=5000, title=N_("Kilometres to the prison")
    )
    note: Annotated[Line, StringConstraints(max_length=200)] = Field(
        default="", title=N_("Note for the staff")
    )


async def new(request: web.Request) -> web.Response:
    """First, whom the family would like to visit."""
    return await _whom(request, forms.blank(Whom))


async def find(request: web.Request) -> web.Response:
    """Then, who would come, when and where to."""
    form = await forms.read(request, Whom)
    if not form.ok:
        return await _whom(request, form, status=422)
    async with request.app[DATABASE].read() as session:
        known = await _prisoner(session, gate.staff(request), form.value)
    if known is None:
        return await _whom(request, _unknown(form), status=422)
    blank = forms.blank(
        Wishes,
        number=known[0].number,
        first_day=request.app[CLOCK]().astimezone(ZoneInfo(known[1].zone)).date(),
    )
    typed = {**blank.typed, "prison": (str(known[1].id),)}
    wishes = Form(model=Wishes, typed=typed)
    return await _wishes(request, wishes, known)


async def join(request: web.Request) -> web.Response:
    """Put the family on the list."""
    me = gate.staff(request)
    form = await forms.read(request, Wishes)
    whom = forms.parse(Whom, [(name, form.text(name)) for name in ("prison", "number")])
    if not whom.ok:
        return await _whom(request, whom, status=422)
    async with request.app[DATABASE].read() as session:
        known = await _prisoner(session, me, whom.value)
        points = await _points(session, me, known[1]) if known else []
    if known is None:
        return await _whom(request, _unknown(whom), status=422)
    form = picks.among(form, "places", [number for number, _name in points])
    if not form.ok:
        return await _wishes(request, form, known, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await _join(session, request, form.value, known[0])
    except VisitationError as refused:
        return await _wishes(request, form.refused(refused), known, status=409)
    return redirect(
        request,
        "waiting.index",
        query={"site": str(known[1].id)},
        flash=_("The family is on the list."),
    )


async def _join(
    session: AsyncSession, request: web.Request, wishes: Wishes, prisoner: Prisoner
) -> None:
    await waiting.join(
        session,
        prisoner_id=prisoner.id,
        visitor_ids=wishes.visitors,
        days=Days(
            first=wishes.first_day,
            last=wishes.last_day,
            weekdays=frozenset(day.number for day in wishes.weekdays),
        ),
        points=wishes.places,
        own_phone=wishes.own_phone,
        distance_km=wishes.distance,
        note=wishes.note,
        keyring=request.app[KEYRING],
        by=gate.staff(request).actor,
        now=request.app[CLOCK](),
    )


async def _prisoner(
    session: AsyncSession, me: StaffPrincipal, whom: Whom
) -> tuple[Prisoner, Site] | None:
    known = {one.id: one for one in await prison_reach.asked_for(session, me)}
    if whom.prison not in known:
        return None
    rows = await session.exec(
        select(Prisoner).where(
            Prisoner.site_id == whom.prison, Prisoner.number == whom.number
        )
    )
    found = rows.first()
    return None if found is None else (found, known[whom.prison])


async def _points(
    session: AsyncSession, me: StaffPrincipal, prison: Site
) -> list[tuple[int, str]]:
    """The service points of the prison's province; for a clerk, its own."""
    within = col(Site.province_id) == prison.province_id
    if me.role is Role.CLERK:
        within = me.scope.of_sites()
    rows = await session.exec(
        select(Site)
        .where(
            within, col(Site.kind).in_(SERVICE_POINTS), col(Site.closed_at).is_(None)
        )
        .order_by(col(Site.name), col(Site.id))
    )
    return [(one.id, one.name) for one in rows.all()]


def _unknown(form: Form[Whom]) -> Form[Whom]:
    return form.faulted(
        "number", _("No prisoner of this prison has this number. Check each digit.")
    )


async def _whom(
    request: web.Request, form: Form[Whom], *, status: int = 200
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        found = await prison_reach.asked_for(session, gate.staff(request))
    return render(
        request,
        "waiting/new.html",
        status=status,
        form=form,
        prisons=[(one.id, one.name) for one in found],
    )


async def _wishes(
    request: web.Request,
    form: Form[Wishes],
    known: tuple[Prisoner, Site],
    *,
    status: int = 200,
) -> web.Response:
    prisoner, prison = known
    async with request.app[DATABASE].read() as session:
        contacts = await session.exec(
            select(Contact, Visitor)
            .join(Visitor, col(Visitor.id) == col(Contact.visitor_id))
            .where(Contact.prisoner_id == prisoner.id)
            .order_by(col(Visitor.name_folded), col(Visitor.id))
        )
        now = request.app[CLOCK]()
        visitors = [
            (visitor.id, visitor.name)
            for contact, visitor in contacts.all()
            if standing(contact, now) is Standing.APPROVED
        ]
        points = await _points(session, gate.staff(request), prison)
    return render(
        request,
        "waiting/join.html",
        status=status,
        form=form,
        prisoner={"name": prisoner.name, "number": prisoner.number},
        prison={"id": prison.id, "name": prison.name},
        visitors=visitors,
        points=points,
        weekdays=picks.weekday_options(),
    )


ROUTES = (
    Route(method="GET", path="/waiting/new", page=new, allow=WRITERS),
    Route(method="POST", path="/waiting/find", page=find, allow=WRITERS),
    Route(method="POST", path="/waiting", page=join, allow=WRITERS),
)
