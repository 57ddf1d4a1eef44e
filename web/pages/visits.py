"""A visit's page: what it is, who takes part, and its whole history.

Buttons come from the lifecycle's tables, so that a page offers what the server allows.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import moving_back, notices, undoing
from visitation import lifecycle, visits
from visitation.cases import written
from visitation.lifecycle import Act, VisitAction, VisitState
from visitation.people import Prisoner
from visitation.places import Site
from visitation.recordings.listing import of_visit
from visitation.visits import Visit
from visitation.words import Part, Role
from web import (
    gate,
    line_story,
    message_views,
    present,
    review_rows,
    ruling_texts,
    slot_names,
    standing,
    subjects,
    visit_story,
    watched,
)
from web.booking_choices import OWN_PHONE
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.pages import cases, review
from web.pages.restrictions import READERS
from web.pages.sites import PLANNERS
from web.recording_reach import MAY, Deed
from web.render import render
from web.routing import Page, Route

#: What the page offers: what may be done, the move it needs, the route, the words.
_OFFERS = (
    (
        Act.DECIDE,
        VisitAction.APPROVE,
        "requests.show",
        N_("Decide on the request"),
    ),
    (Act.WANT_OFFICIAL, None, "attendance.show", N_("Official")),
    (Act.REPEAT, None, "series.ask", N_("Repeat the visit")),
    (Act.MOVE, None, "visit_changes.ask_move", N_("Move the visit")),
    (
        Act.CANCEL,
        VisitAction.CANCEL,
        "visit_changes.ask_cancel",
        N_("Cancel the visit"),
    ),
    (Act.CLOSE, VisitAction.CLOSE, "visit_changes.ask_close", N_("Close the visit")),
)
#: What leads on from the visit to its prisoner, and for whom.
_ABOUT = (
    (PLANNERS, "prisoners.show", N_("The prisoner's page")),
    (READERS, "restrictions.index", N_("What keeps from visits")),
    (READERS, "allowances.show", N_("Allowance")),
    (cases.OF_PRISONER, "cases.of_prisoner", N_("Requests of prisoners")),
)


async def show(request: web.Request) -> web.Response:
    """A visit and its whole history on one page."""
    visit, me = gate.subject(request, Visit), gate.staff(request)
    reads, now = me.role in lifecycle.MAY[Act.READ_MESSAGES], request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        story = await visit_story.read(
            session,
            visit,
            keyring=request.app[KEYRING] if reads else None,
            link=request.app[SETTINGS].message_link,
        )
        names = {one.id: one.name for one in story.summary.attendees}
        shown = await line_story.read(session, visit_id=visit.id, names=names)
        repeated = await standing.of_visit(session, visit, now=now)
        marks = await review_rows.of_visit(session, visit)
        ruled = await written.in_visit(session, visit_id=visit.id)
        prisoner = await session.get_one(Prisoner, visit.prisoner_id)
        held_at = await session.get_one(Site, prisoner.site_id)
        more = await _regrets(session, visit, me.role, now)
        more |= await _traces(session, visit, me.role, names)
    return render(
        request,
        "visits/visit.html",
        story=story,
        marks=marks,
        rulings=ruled,
        ruling_sign=ruling_texts.sign,
        may_review=me.role in review.READERS,
        line_story=shown,
        standing=repeated,
        may_repeat=me.role in lifecycle.MAY[Act.REPEAT],
        prisoner=prisoner.id,
        about=[
            (route, _(words))
            for roles, route, words in _ABOUT
            if me.role in roles and me.scope.reaches(held_at)
        ],
        offers=_offers(visit, me.role),
        may_print=reads and any(one.has_code for one in story.summary.attendees),
        **more,
    )


async def booked(request: web.Request) -> web.Response:
    """What to tell the people of a visit that was just booked: codes, and who knows."""
    visit, keyring = gate.subject(request, Visit), request.app[KEYRING]
    async with request.app[DATABASE].read() as session:
        story = await visit_story.read(session, visit, keyring=None, link="")
        people = await visits.participants(session, visit.id)
        phones = {
            one.participant_id: one.phone
            for one in await notices.recipients(session, visit.id)
        }
    names = {one.id: one.name for one in story.summary.attendees}
    told = [
        {
            "name": names[one.id],
            "code": visits.code_of(one, keyring=keyring),
            "phone": message_views.masked(phone) if phone else "",
            "is_visitor": one.part is Part.VISITOR,
        }
        for one in people
        if one.id in phones
        for phone in (phones[one.id],)
    ]
    day = present.local_day(visit.starts_at, story.zone).isoformat()
    return render(request, "visits/booked.html", story=story, told=told, day=day)


async def _traces(
    session: AsyncSession, visit: Visit, role: Role, names: Mapping[int, str]
) -> dict[str, Any]:
    """Who watched; what was recorded, for whoever may know; whether they see more."""
    found = await of_visit(session, visit.id) if role in MAY[Deed.KNOW] else ()
    return {
        "recordings": found,
        "may_list": role in MAY[Deed.LIST],
        "watched": await watched.by_name(session, visit.id, names),
    }


async def _regrets(
    session: AsyncSession, visit: Visit, role: Role, now: datetime
) -> dict[str, Any]:
    """What this role can take back now: a cancellation, or a move."""
    undo_until = whence = None
    if role in lifecycle.MAY[Act.BOOK]:
        undo_until = await undoing.until(session, visit, now=now)
    if role in lifecycle.MAY[Act.MOVE]:
        whence = await moving_back.whence(session, visit, now=now)
    if whence is None:
        return {"undo_until": undo_until, "whence": None}
    seat = OWN_PHONE if whence.kiosk_id is None else str(whence.kiosk_id)
    slot = slot_names.name(whence.terminal_id, whence.span)
    back = {"slot": slot, "place": seat}
    return {"undo_until": undo_until, "whence": whence, "back": back}


def _offers(visit: Visit, role: Role) -> list[tuple[str, str]]:
    """What somebody of this role may do to the visit now: a route and the words."""
    return [
        (route, _(words))
        for act, action, route, words in _OFFERS
        if role in lifecycle.MAY[act] and _allows(visit, action)
    ]


def _allows(visit: Visit, action: VisitAction | None) -> bool:
    if action is None:
        return visit.state is VisitState.BOOKED
    return lifecycle.allows(visit.state, action)


def _route(method: str, path: str, page: Page, act: Act) -> Route:
    return Route(
        method=method,
        path=f"/visits/{{visit}}{path}",
        page=page,
        allow=lifecycle.MAY[act],
        subject=subjects.visit,
    )


ROUTES = (
    _route("GET", "", show, Act.READ_HISTORY),
    _route("GET", "/booked", booked, Act.BOOK),
)
