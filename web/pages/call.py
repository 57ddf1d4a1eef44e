"""The call page: who may open it, the ticket its socket joins with, and its words.

The gate has found the visit within reach; here it is decided which part of it the
browser plays. What happens in the call is the socket's business.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from signaling import endpoint, tickets
from signaling.seats import SEEN
from visitation import calls, lifecycle, places
from visitation.admission import Denial
from visitation.calls import Denied
from visitation.calls.words import Mood, Phrase
from visitation.errors import NotFound
from visitation.lifecycle import Act
from visitation.people import Account, Prisoner
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Participant, Visit
from visitation.words import (
    ABSENCES,
    Attendance,
    Chatting,
    Outcome,
    Part,
    RemovalReason,
    Role,
    StationKind,
    VisitKind,
)
from web import gate, identity, live, recording_terms, subjects
from web.i18n import _
from web.keys import CLOCK, DATABASE, DEVICE, KEYRING, PRINCIPAL, SETTINGS
from web.labels import label
from web.pages.call_words import DENIALS, REMARKS, conduct_words, undone, words
from web.pages.private_words import private_words
from web.principals import (
    DevicePrincipal,
    ParticipantPrincipal,
    Principal,
    StaffPrincipal,
)
from web.render import render, url
from web.routing import FAMILY, PUBLIC, TERMINAL, Route

SOCKET_PATH = "/call/socket"
EXTENSIONS = (5, 10)
#: How staff say that a visit under way ended, the usual one first.
ENDINGS = (
    Outcome.COMPLETED,
    Outcome.ENDED_BY_STAFF,
    Outcome.TECHNICAL_FAMILY,
    Outcome.TECHNICAL_PRISON,
    Outcome.TECHNICAL_SERVER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a browser is in a visit, and that it may enter now."""

    participant_id: int
    part: Part
    language: str | None = None


async def show(request: web.Request) -> web.Response:
    """The call, or why its door is shut and when it opens."""
    visit, now = gate.subject(request, Visit), request.app[CLOCK]()
    try:
        standing = await _standing(request, visit, now)
    except Denied as denied:
        return await _shut(request, visit, denied)
    conducts = standing.part is Part.MONITOR
    chatting = await _chatting(request, visit)
    return render(
        request,
        "call/call.html",
        visit=visit.reference,
        span=Timespan(visit.starts_at, visit.ends_at),
        zone=await _zone(request, visit),
        part=standing.part,
        ticket=_ticket(request, visit, standing, now),
        socket=SOCKET_PATH,
        words=words(standing.part) | (conduct_words() if conducts else {}),
        privileged=private_words() if visit.kind is VisitKind.LEGAL else {},
        now=now,
        prisoner=await _prisoner(request, visit),
        conducts=conducts,
        endings=[(outcome, label(outcome)) for outcome in ENDINGS],
        remarks=[(code, _(text)) for code, text in REMARKS.items()],
        extensions=EXTENSIONS,
        removals=[(one, label(one)) for one in RemovalReason],
        writes=standing.part in SEEN and chatting is not Chatting.NONE,
        free=chatting is Chatting.FREE,
        phrases=[(one, label(one)) for one in Phrase],
        moods=[(one, label(one)) for one in Mood],
        kept=await recording_terms.kept(request, visit),
        together=await recording_terms.together(request, visit, standing.part),
        back=_way_back(request),
    )


async def ticket(request: web.Request) -> web.Response:
    """A new ticket, for a page that has been open for longer than one lasts."""
    visit, now = gate.subject(request, Visit), request.app[CLOCK]()
    standing = await _standing(request, visit, now)
    return web.json_response({"ticket": _ticket(request, visit, standing, now)})


async def socket(request: web.Request) -> web.StreamResponse:
    """The socket of every call; its first message says whose it is."""

    async def belongs(account_id: int | None, visit: str) -> bool:
        if not await identity.speaks_for(request, account_id):
            return False
        if account_id is None:
            return True
        async with request.app[DATABASE].read() as session:
            account = await session.get_one(Account, account_id)
            principal = await identity.staff(session, account, request.app[SETTINGS])
            known = await subjects.visit(session, {"visit": visit}, principal, None)
        return known is not None

    return await endpoint.serve(request, live.hub(request), belongs)


def _ticket(
    request: web.Request, visit: Visit, standing: Standing, now: datetime
) -> str:
    return tickets.issue(
        request.app[KEYRING],
        visit=visit.reference,
        participant_id=standing.participant_id,
        now=now,
    )


async def _standing(request: web.Request, visit: Visit, now: datetime) -> Standing:
    principal, device = request.get(PRINCIPAL), request.get(DEVICE)
    async with request.app[DATABASE].write() as session:
        visit = await session.get_one(Visit, visit.id)
        if isinstance(principal, StaffPrincipal):
            part = _part_of(principal, visit, request.query.get("part", ""))
            account = await session.get_one(Account, principal.account_id)
            person = await calls.attend(
                session,
                visit=visit,
                account=account,
                part=part,
                keyring=request.app[KEYRING],
                now=now,
            )
        else:
            person = await own_part(session, visit, principal, device)
        await calls.admit(session, participant_id=person.id, now=now)
    return Standing(participant_id=person.id, part=person.part)


async def own_part(
    session: AsyncSession,
    visit: Visit,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> Participant:
    """Whose part in a visit a family's or a terminal's browser plays.

    Raises:
        NotFound: for any other browser.
    """
    if isinstance(principal, ParticipantPrincipal):
        return await session.get_one(Participant, principal.participant_id)
    return await _at_terminal(session, device, visit)


def _part_of(principal: StaffPrincipal, visit: Visit, asked: str) -> Part:
    if principal.role is Role.WARDEN:
        return Part.MONITOR
    if principal.role is not Role.OFFICIAL:
        raise NotFound("part")
    beside = visit.attendance is Attendance.VILLAGE
    own = visit.official_id == principal.account_id
    return (
        Part.COMPANION if asked == Part.COMPANION or (beside and own) else Part.OFFICIAL
    )


async def _at_terminal(
    session: AsyncSession, device: DevicePrincipal | None, visit: Visit
) -> Participant:
    """The prisoner, whom staff have brought to the visit's own terminal."""
    if device is None or device.kind is not StationKind.TERMINAL:
        raise NotFound("terminal")
    rows = await session.exec(
        select(Participant).where(
            Participant.visit_id == visit.id, col(Participant.part) == Part.PRISONER
        )
    )
    person = rows.first()
    if person is None or device.station_id != visit.terminal_id:
        raise NotFound("terminal")
    return person


async def _shut(request: web.Request, visit: Visit, denied: Denied) -> web.Response:
    denial, why = denied.denial, ""
    if visit.outcome in ABSENCES:
        denial, why = Denial.NOT_BOOKED, undone(_side(request), visit.outcome)
    return render(
        request,
        "call/door.html",
        title=_(DENIALS[denial].title),
        advice=why or _(DENIALS[denial].advice),
        early=denial is Denial.NOT_YET_OPEN,
        opens_at=denied.opens_at,
        now=request.app[CLOCK](),
        again=request.path,
        span=Timespan(visit.starts_at, visit.ends_at),
        zone=await _zone(request, visit),
        back=_way_back(request),
    )


def _side(request: web.Request) -> str:
    match request.get(PRINCIPAL):
        case ParticipantPrincipal():
            return "family"
        case StaffPrincipal():
            return "staff"
        case _:
            return "prison"


async def _chatting(request: web.Request, visit: Visit) -> Chatting:
    """What may be written in a visit; in a privileged one nothing."""
    if visit.kind is VisitKind.LEGAL:
        return Chatting.NONE
    async with request.app[DATABASE].read() as session:
        return (await places.policy_of(session, visit.prison_id)).chatting


async def _prisoner(request: web.Request, visit: Visit) -> str:
    async with request.app[DATABASE].read() as session:
        return (await session.get_one(Prisoner, visit.prisoner_id)).name


async def _zone(request: web.Request, visit: Visit) -> ZoneInfo:
    async with request.app[DATABASE].read() as session:
        return ZoneInfo((await session.get_one(Site, visit.prison_id)).zone)


def _way_back(request: web.Request) -> str:
    if isinstance(request.get(PRINCIPAL), StaffPrincipal):
        return url(request, "staff.home")
    if request.get(DEVICE) is not None:
        return url(request, "terminal.station")
    return url(request, "public.home")


_MAY_JOIN = FAMILY | TERMINAL | lifecycle.MAY[Act.WATCH] | lifecycle.MAY[Act.ATTEND]
ROUTES = (
    Route(method="GET", path=SOCKET_PATH, page=socket, allow=PUBLIC),
    Route(
        method="GET",
        path="/call/{visit}",
        page=show,
        allow=_MAY_JOIN,
        subject=subjects.visit,
    ),
    Route(
        method="POST",
        path="/call/{visit}/ticket",
        page=ticket,
        allow=_MAY_JOIN,
        subject=subjects.visit,
    ),
)
