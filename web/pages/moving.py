"""Moving a visit to a place that was chosen on the day: whence, whither, who is told.

What speaks against it is said before anybody decides; the move is `visit_changes`'.
"""

from dataclasses import dataclass, replace

from aiohttp import web
from markupsafe import Markup
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, calendar, notices, objections
from scheduler.proposals import Proposal, Refusal
from visitation import lifecycle, visits
from visitation.errors import NotFound
from visitation.lifecycle import Act, VisitState
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.visits.listed import Listed, listed
from web import (
    booking_choices,
    forms,
    gate,
    message_views,
    named,
    present,
    refusals,
    slot_names,
    slot_places,
    subjects,
)
from web.booking_choices import OWN_PHONE
from web.booking_form import Seat, SlotText
from web.i18n import _
from web.keys import CLOCK, DATABASE
from web.move_choices import Move
from web.render import render, url
from web.routing import Route
from web.slot_places import Place

_EVERY = frozenset(VisitState)


class Aim(forms.Fields):
    """The slot that was chosen, and where the family would sit; empty for as before."""

    slot: SlotText
    place: Seat | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Somebody who hears of the move, and on which phone; empty for none."""

    name: str
    phone: Markup | str


async def check(request: web.Request) -> web.Response:
    """The move once more before it is made."""
    aim = forms.from_query(request, Aim)
    if not aim.ok:
        raise NotFound("slot")
    visit, now = gate.subject(request, Visit), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        (shown,) = await listed(session, col(Visit.id) == visit.id, shown=_EVERY)
        place = await _place(session, request, visit, aim.value)
        seat = aim.value.place or seat_of(visit)
        proposal = await _proposal(session, visit, place, seat)
        reasons = await objections.against(
            session, proposal, now=now, but_visit=visit.id
        )
        where = await _seat_words(session, request, seat)
        told = await _told(session, shown)
        others = await _others(session, visit, place, request) if reasons else []
    return render(
        request,
        "visits/move_check.html",
        visit=visit,
        shown=shown,
        place=place,
        zone=place.zone,
        where=where,
        same=_is_there(visit, proposal),
        told=told,
        reasons=[refusals.sentence(one) for one in reasons],
        form=forms.blank(Move),
        may_override=_yields(reasons),
        hidden={"slot": place.name, "place": seat, "back": "day"},
        others=others,
        day=_day(request, place),
        leave=_day(request, place, visit.reference),
        is_movable=visit.state is VisitState.BOOKED,
    )


def seat_of(visit: Visit) -> str:
    """Where the family of a visit sits, as forms name it."""
    return OWN_PHONE if visit.kiosk_id is None else str(visit.kiosk_id)


def _yields(reasons: tuple[Refusal, ...]) -> bool:
    return bool(reasons) and set(reasons) <= booking_choices.SOFT


def _is_there(visit: Visit, proposal: Proposal) -> bool:
    return (visit.terminal_id, visit.starts_at, visit.kiosk_id) == (
        proposal.terminal_id,
        proposal.span.start,
        proposal.kiosk_id,
    )


async def _place(
    session: AsyncSession, request: web.Request, visit: Visit, aim: Aim
) -> Place:
    """The slot; at the visit's own time another kiosk needs no other terminal.

    Raises:
        NotFound: if the slot is none of the visit's prison.
    """
    now, scope = request.app[CLOCK](), gate.staff(request).scope
    wanted = slot_names.read(aim.slot)
    if wanted and aim.place and wanted.start == visit.starts_at:
        name = slot_names.name(visit.terminal_id, _span(visit))
        return await slot_places.place_of(session, scope, name, now=now)
    place = await slot_places.place_of(session, scope, aim.slot, now=now)
    if place.prison.id != visit.prison_id:
        raise NotFound("slot")
    return place


async def _proposal(
    session: AsyncSession, visit: Visit, place: Place, seat: str
) -> Proposal:
    people = await visits.participants(session, visit.id)
    return replace(
        booking.proposal_of(visit, people),
        terminal_id=place.terminal_id,
        span=place.span,
        kiosk_id=None if seat == OWN_PHONE else int(seat),
    )


async def _seat_words(session: AsyncSession, request: web.Request, seat: str) -> str:
    if seat == OWN_PHONE:
        return _("Their own phone or computer")
    station = await named.station(session, gate.staff(request).scope, int(seat))
    site = await session.get_one(Site, station.site_id)
    return f"{present.isolated(site.name)} – {present.isolated(station.name)}"


async def _told(session: AsyncSession, shown: Listed) -> list[Told]:
    names = {one.id: one.name for one in shown.attendees}
    return [
        Told(
            name=names[one.participant_id],
            phone=message_views.masked(one.phone) if one.phone else "",
        )
        for one in await notices.recipients(session, shown.id)
    ]


async def _others(
    session: AsyncSession, visit: Visit, place: Place, request: web.Request
) -> list[tuple[str, str]]:
    """What to take instead: the next slots that suit everybody, and where they lead."""
    people = await visits.participants(session, visit.id)
    found = await calendar.free(
        session,
        site_id=visit.prison_id,
        after=max(request.app[CLOCK](), place.start),
        limit=booking.SUGGESTIONS,
        kind=visit.kind,
        kiosk_id=visit.kiosk_id,
        prisoner_id=visit.prisoner_id,
        visitor_ids=[one.visitor_id for one in people if one.visitor_id is not None],
        official_id=visit.official_id,
    )
    return [
        (
            url(request, "moving.check", query={"slot": name}, visit=visit.reference),
            words,
        )
        for name, words in place.in_words(found)
    ]


def _span(visit: Visit) -> Timespan:
    return Timespan(visit.starts_at, visit.ends_at)


def _day(request: web.Request, place: Place, moving: str = "") -> str:
    day = present.local_day(place.start, place.zone).isoformat()
    query = {"site": str(place.prison.id), "day": day}
    if moving:
        query["move"] = moving
    return url(request, "schedule.day", query=query)


ROUTES = (
    Route(
        method="GET",
        path="/visits/{visit}/move/check",
        page=check,
        allow=lifecycle.MAY[Act.MOVE],
        subject=subjects.visit,
    ),
)
