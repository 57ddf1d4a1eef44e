"""The waiting list on a family's own phone: joining it, the place in it, offers.

The place is what it is now: whoever waits longer is before, and whoever never met.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import offers
from visitation import waiting
from visitation.errors import VisitationError
from visitation.people import Contact, Prisoner
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.waiting import Days, Offer, WaitingEntry, WaitingVisitor
from visitation.words import OfferState, WaitingState
from web import forms, gate, own_choices, own_reach, picks
from web import own_nothing as nothing
from web.booking_choices import OWN_PHONE
from web.booking_form import Seat
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.own_choices import Known
from web.picks import NearDay, Pick, Weekday
from web.principals import VisitorPrincipal
from web.render import redirect, render
from web.routing import PHONE, Page, Route

_LEFT = N_("You are off the waiting list.")
_CHANGED = N_("This has changed meanwhile. Below you see how it is now.")
#: How far ahead somebody waits who says nothing else.
_USUALLY = timedelta(days=60)


class Wishes(forms.Fields):
    """Who comes, on which days, and where they could sit."""

    visitors: list[Pick] = Field(
        default=[], title=N_("Who comes"), min_length=1, validate_default=True
    )
    places: list[Seat] = Field(
        default=[], title=N_("Where you could sit"), min_length=1, validate_default=True
    )
    first_day: NearDay = Field(title=N_("From which day"))
    last_day: NearDay = Field(title=N_("Until which day"))
    weekdays: list[Weekday] = Field(default_factory=list, title=N_("Days of the week"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A slot that is offered, until when, and where; no place is the own phone."""

    span: Timespan
    until: datetime
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InLine:
    """A family's place on a list; `place` is 0 while a slot is offered to it."""

    reference: str
    prisoner: str
    prison: str
    zone: ZoneInfo
    place: int
    until: date
    offer: Offered | None


async def index(request: web.Request) -> web.Response:
    """Where one stands, and what is offered."""
    me, now = gate.visitor(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = await _in_line(session, me, now)
        links = await own_choices.links(session, me, now=now)
    waits = {one.prisoner for one in found}
    return render(
        request,
        "family/own_waiting.html",
        lines=found,
        links=[one for one in links if one.prisoner not in waits],
        now=now,
    )


async def new(request: web.Request) -> web.Response:
    """The form of the wishes."""
    who = await _known(request)
    if refused := nothing.at_all(request, who):
        return refused
    today = request.app[CLOCK]().astimezone(who.zone).date()
    said = forms.from_query(request, own_choices.Party)
    chosen = said.typed.get("visitors") or [one[0] for one in who.visitors[:1]]
    return _wishes_page(
        request,
        who,
        forms.blank(
            Wishes,
            visitors=list(chosen),
            places=list(said.typed.get("place") or [who.usual]),
            first_day=today,
            last_day=today + _USUALLY,
        ),
    )


async def join(request: web.Request) -> web.Response:
    """Stand in line."""
    who = await _known(request)
    form = await forms.read(request, Wishes)
    form = picks.among(form, "visitors", [int(one[0]) for one in who.visitors])
    if form.parsed and not set(form.parsed.places) <= {one[0] for one in who.points}:
        form = form.faulted("places", _("Choose one from the list."))
    if not form.ok:
        return _wishes_page(request, who, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await _join(session, request, who, form.value)
    except VisitationError as refused:
        return _wishes_page(request, who, form.refused(refused), status=409)
    said = _("You are on the waiting list.")
    return redirect(request, "own_waiting.index", flash=said)


async def leave(request: web.Request) -> web.Response:
    """Leave the line; pressed twice, it is done once."""
    entry = gate.subject(request, WaitingEntry)
    try:
        async with request.app[DATABASE].write() as session:
            again = await session.get_one(WaitingEntry, entry.id)
            if again.state is not WaitingState.WITHDRAWN:
                await waiting.withdraw(
                    session,
                    again,
                    by=gate.visitor(request).actor,
                    now=request.app[CLOCK](),
                )
    except VisitationError:
        return redirect(request, "own_waiting.index", flash=_(_CHANGED))
    return redirect(request, "own_waiting.index", flash=_(_LEFT))


async def accept(request: web.Request) -> web.Response:
    """Take the slot that is offered."""
    now = request.app[CLOCK]()
    try:
        async with request.app[DATABASE].write() as session:
            made = await _open_offer(session, gate.subject(request, WaitingEntry), now)
            await offers.accept(
                session,
                made,
                keyring=request.app[KEYRING],
                by=gate.visitor(request).actor,
                now=now,
            )
    except VisitationError:
        return redirect(request, "own_waiting.index", flash=_(_CHANGED))
    said = _("Your visit is booked. A message with the code comes to your phone.")
    return redirect(request, "mine.show", flash=said)


async def decline(request: web.Request) -> web.Response:
    """Leave it to others, and stay in line."""
    now = request.app[CLOCK]()
    try:
        async with request.app[DATABASE].write() as session:
            made = await _open_offer(session, gate.subject(request, WaitingEntry), now)
            await offers.decline(
                session,
                made,
                reason=_("The slot that was offered was left to others."),
                by=gate.visitor(request).actor,
                now=now,
            )
    except VisitationError:
        return redirect(request, "own_waiting.index", flash=_(_CHANGED))
    said = _("The slot goes to the next family. You keep your place in line.")
    return redirect(request, "own_waiting.index", flash=said)


async def _join(
    session: AsyncSession, request: web.Request, who: Known, typed: Wishes
) -> None:
    await waiting.join(
        session,
        prisoner_id=who.prisoner.id,
        visitor_ids=typed.visitors,
        days=Days(
            first=typed.first_day,
            last=typed.last_day,
            weekdays=frozenset(day.number for day in typed.weekdays),
        ),
        points=[int(one) for one in typed.places if one != OWN_PHONE],
        own_phone=OWN_PHONE in typed.places,
        keyring=request.app[KEYRING],
        by=gate.visitor(request).actor,
        now=request.app[CLOCK](),
    )


async def _open_offer(
    session: AsyncSession, entry: WaitingEntry, now: datetime
) -> Offer:
    rows = await session.exec(
        select(Offer).where(
            Offer.entry_id == entry.id,
            Offer.state == OfferState.OPEN,
            col(Offer.expires_at) > now,
        )
    )
    found = rows.first()
    if found is None:
        raise waiting.NoSuchOffer
    return found


async def _in_line(
    session: AsyncSession, me: VisitorPrincipal, now: datetime
) -> list[InLine]:
    mine = select(WaitingVisitor.entry_id).where(
        col(WaitingVisitor.visitor_id).in_(me.visitor_ids)
    )
    rows = await session.exec(
        select(WaitingEntry, Prisoner, Site)
        .join(Prisoner, col(Prisoner.id) == col(WaitingEntry.prisoner_id))
        .join(Site, col(Site.id) == col(WaitingEntry.prison_id))
        .where(
            col(WaitingEntry.id).in_(mine), col(WaitingEntry.state).in_(waiting.OPEN)
        )
        .order_by(col(WaitingEntry.id))
    )
    found = rows.all()
    offered = await _offered(session, [entry.id for entry, _, _ in found], now)
    return [
        InLine(
            reference=entry.reference,
            prisoner=prisoner.name,
            prison=prison.name,
            zone=ZoneInfo(prison.zone),
            place=await _place(session, entry, now),
            until=entry.last_day,
            offer=offered.get(entry.id),
        )
        for entry, prisoner, prison in found
    ]


async def _offered(
    session: AsyncSession, entry_ids: list[int], now: datetime
) -> dict[int, Offered]:
    rows = await session.exec(
        select(Offer, Visit, Site)
        .join(Visit, col(Visit.id) == col(Offer.visit_id))
        .outerjoin(Site, col(Site.id) == col(Visit.point_id))
        .where(
            col(Offer.entry_id).in_(entry_ids),
            Offer.state == OfferState.OPEN,
            col(Offer.expires_at) > now,
        )
    )
    return {
        offer.entry_id: Offered(
            span=Timespan(visit.starts_at, visit.ends_at),
            until=offer.expires_at,
            place=point.name if point else "",
        )
        for offer, visit, point in rows.all()
    }


async def _place(session: AsyncSession, entry: WaitingEntry, now: datetime) -> int:
    found = await waiting.standing(session, entry, now=now)
    return found.place if found else 0


async def _known(request: web.Request) -> Known:
    me, now = gate.visitor(request), request.app[CLOCK]()
    contact = gate.subject(request, Contact)
    async with request.app[DATABASE].read() as session:
        return await own_choices.known(session, contact, me, now=now)


def _wishes_page(
    request: web.Request, who: Known, form: Form[Wishes], *, status: int = 200
) -> web.Response:
    return render(
        request,
        "family/own_wishes.html",
        status=status,
        who=who,
        form=form,
        weekdays=picks.weekday_options(),
    )


def _entry(path: str, page: Page) -> Route:
    return Route(
        method="POST",
        path=f"/mine/waiting/{{entry}}/{path}",
        page=page,
        allow=PHONE,
        subject=own_reach.entry,
    )


ROUTES = (
    Route(method="GET", path="/mine/waiting", page=index, allow=PHONE),
    Route(
        method="GET",
        path="/mine/waiting/new/{contact}",
        page=new,
        allow=PHONE,
        subject=own_reach.contact,
    ),
    Route(
        method="POST",
        path="/mine/waiting/new/{contact}",
        page=join,
        allow=PHONE,
        subject=own_reach.contact,
    ),
    _entry("leave", leave),
    _entry("accept", accept),
    _entry("decline", decline),
)
