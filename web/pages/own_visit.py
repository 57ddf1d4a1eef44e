"""One visit on a family's own phone: when, where, its code, slip and calendar file."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import own_booking
from visitation import audit, lifecycle, places, visits
from visitation.admission import Denial
from visitation.errors import NotFound
from visitation.lifecycle import VisitAction, VisitState
from visitation.places import Policy, Site
from visitation.visits import Participant, Visit
from visitation.visits.listed import Listed, listed
from visitation.words import Approval, Part
from web import calendar_file, gate, own_reach, present
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.pages import slip
from web.render import render, url
from web.routing import PHONE, Page, Route
from web.watched import Told, told

_EVERY_STATE = frozenset(VisitState)
_REMIND = timedelta(hours=1)
_TITLE = N_("Video visit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A visit as one of its family sees it, and what may be done with it.

    Attributes:
        point: where the family sits; None on a phone of its own.
        given_back: whether the allowance would get it back if it were cancelled now.
        watched: when staff watched it.
    """

    reference: str
    visit: Listed
    zone: ZoneInfo
    point: Site | None
    prison: Site
    policy: Policy
    denial: Denial | None
    opens_at: datetime
    until: datetime | None
    has_code: bool
    given_back: bool
    watched: Told

    @property
    def may_cancel(self) -> bool:
        """Whether it can still be cancelled, or taken back."""
        return lifecycle.allows(self.visit.state, VisitAction.CANCEL)

    @property
    def may_move(self) -> bool:
        """Whether the family may choose another time by itself."""
        free = self.policy.approval is Approval.NONE
        return free and self.visit.state is VisitState.BOOKED


async def read(session: AsyncSession, part: Participant, *, now: datetime) -> Shown:
    """The visit of a part, for its pages."""
    visit = await session.get_one(Visit, part.visit_id)
    (summary,) = await listed(session, col(Visit.id) == visit.id, shown=_EVERY_STATE)
    return Shown(
        reference=part.reference,
        visit=summary,
        zone=ZoneInfo(summary.zone),
        point=await session.get(Site, visit.point_id) if visit.point_id else None,
        prison=await session.get_one(Site, visit.prison_id),
        policy=await places.policy_of(session, visit.prison_id),
        denial=summary.denial(Part.VISITOR, now),
        opens_at=summary.door(Part.VISITOR, now).opens_at,
        until=visit.hold_until,
        has_code=part.code_sealed is not None,
        given_back=await own_booking.is_given_back(session, visit, now=now),
        watched=await told(session, visit.id),
    )


async def show(request: web.Request) -> web.Response:
    """The visit, and what may be done with it."""
    return await _page(request)


async def code(request: web.Request) -> web.Response:
    """The same with the code; that it was shown is noted."""
    part, keyring = gate.subject(request, Participant), request.app[KEYRING]
    async with request.app[DATABASE].write() as session:
        again = await session.get_one(Participant, part.id)
        shown = visits.code_of(again, keyring=keyring)
        if shown is not None:
            audit.note(
                session,
                gate.visitor(request).actor,
                "show_code",
                f"participant:{part.id}",
                now=request.app[CLOCK](),
                visit_id=part.visit_id,
            )
    return await _page(request, code=shown or "")


async def paper(request: web.Request) -> web.Response:
    """The slip to print or to keep as a picture; that it was opened is noted."""
    part, me = gate.subject(request, Participant), gate.visitor(request)
    address = f"{request.app[SETTINGS].public_url}/join"
    async with request.app[DATABASE].write() as session:
        visit = await session.get_one(Visit, part.visit_id)
        mine = frozenset({part.id})
        slips = await slip.read(
            session, visit, address, keyring=request.app[KEYRING], only=mine
        )
        if slips.each:
            audit.note(
                session,
                me.actor,
                "print_slips",
                f"visit:{visit.id}",
                now=request.app[CLOCK](),
                visit_id=visit.id,
            )
    back = url(request, "own_visit.show", part=part.reference)
    return render(
        request,
        "visits/slip.html",
        slips=slips,
        address=address,
        visit=visit,
        back=back,
    )


async def calendar(request: web.Request) -> web.Response:
    """The visit for the calendar of a phone: when and where, without a name."""
    part, now = gate.subject(request, Participant), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        shown = await read(session, part, now=now)
        visit = await session.get_one(Visit, part.visit_id)
    if shown.visit.state not in {VisitState.BOOKED, VisitState.CANCELLED}:
        raise NotFound("visit")
    link = url(request, "own_visit.show", part=part.reference)
    body = calendar_file.event(
        uid=f"{part.reference}@visits",
        span=shown.visit.span,
        title=_(_TITLE),
        place=_place(shown),
        about=f"{request.app[SETTINGS].public_url}{link}",
        version=visit.version,
        now=now,
        remind=_REMIND,
        cancelled=shown.visit.state is VisitState.CANCELLED,
    )
    return web.Response(
        body=body,
        content_type=calendar_file.MEDIA_TYPE,
        charset="utf-8",
        headers={"Content-Disposition": "attachment; filename=visit.ics"},
    )


async def equipment(request: web.Request) -> web.Response:
    """Trying camera, microphone and loudspeaker days before; the line is tried then."""
    part, now = gate.subject(request, Participant), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        shown = await read(session, part, now=now)
    return render(
        request,
        "family/check.html",
        visit="",
        call=url(request, "own_visit.show", part=part.reference),
        now=now,
        span=shown.visit.span,
        zone=shown.zone,
        phone=request.app[SETTINGS].help_phone,
        passed=False,
        tries_line=False,
    )


def _place(shown: Shown) -> str:
    if shown.point is None:
        return _("Your own phone")
    return ", ".join(filter(None, (shown.point.name, shown.point.address)))


async def _page(request: web.Request, *, code: str = "") -> web.Response:
    part, now = gate.subject(request, Participant), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        shown = await read(session, part, now=now)
    return render(
        request,
        "family/own_visit.html",
        shown=shown,
        visit=shown.visit,
        zone=shown.zone,
        code=present.digits(code),
        now=now,
        phone=(shown.point.phone if shown.point else "")
        or request.app[SETTINGS].help_phone,
    )


def own_route(method: str, path: str, page: Page) -> Route:
    """The way to something of one visit, for whoever signed in with their phone."""
    return Route(
        method=method,
        path=f"/mine/visits/{{part}}{path}",
        page=page,
        allow=PHONE,
        subject=own_reach.part,
    )


ROUTES = (
    own_route("GET", "", show),
    own_route("POST", "/code", code),
    own_route("GET", "/slip", paper),
    own_route("GET", "/check", equipment),
    own_route("GET", "/visit.ics", calendar),
)
