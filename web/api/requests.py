"""Requests, for programs: ask with ranked wishes, list, approve, decline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from scheduler import deciding, ranked, requests
from scheduler.deciding import Option
from scheduler.ranked import Place
from visitation import audit, lifecycle
from visitation.errors import Invalid, NotFound
from visitation.lifecycle import Act, VisitState
from visitation.people import Prisoner
from visitation.places import Site, Station
from visitation.places.mobile import stops_at
from visitation.timespan import Timespan
from visitation.visits import RankedWish, Visit
from visitation.words import Asker, DeclineReason, Role, VisitKind
from web import named, subjects
from web.api import cursors, visit_answers
from web.api.answers import Listing
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Because, Id, Instant, Line, Note, Page, Told
from web.api.problems import Reason, reasons
from web.api.visit_answers import told, told_each
from web.api.visits import MANY_VISITORS, Seat
from web.routing import Door

_DECIDERS: frozenset[Role | Door] = lifecycle.MAY[Act.DECIDE]
_READERS: frozenset[Role | Door] = _DECIDERS | {Role.WARDEN, Role.AUDITOR}


class NewRequest(Asked):
    """What a family would like, the best first."""

    prison_id: Id
    kind: VisitKind = VisitKind.FAMILY
    prisoner_id: Id
    visitor_ids: Annotated[tuple[Id, ...], Field(max_length=MANY_VISITORS)]
    wishes: Annotated[
        tuple[Seat, ...], Field(min_length=1, max_length=requests.MOST_WISHES)
    ]
    asked_by: Asker = Field(
        default=Asker.FAMILY,
        description="Whose notice and horizon hold; asked by a clerk, a family's.",
    )
    identity_seen: bool = Field(
        default=False,
        description="Whether somebody looked at every visitor's identity card; a clerk "
        "has to.",
    )
    official_wanted: bool = False
    note: Note = ""


class RequestApproval(Asked):
    """Which wish is granted; the one that is held, if none is named."""

    rank: Annotated[int, Field(ge=1, le=requests.MOST_WISHES)] | None = None
    override_reason: Because | None = Field(
        default=None, description="Why, although a rule speaks against it."
    )


class RequestRefusal(Asked):
    """Why a request is declined; the family is told that it is."""

    reason: Annotated[Line, StringConstraints(min_length=1)] = Field(
        description="For staff, who say it to a family that asks."
    )
    told: DeclineReason = Field(
        default=DeclineReason.ASK, description="What the text message says."
    )


class RankedPlace(Told):
    """Where and when a family would like to visit."""

    rank: int
    terminal_id: Id
    kiosk_id: Id | None = Field(description="Null: the family uses its own phone.")
    starts_at: Instant
    ends_at: Instant
    held: bool = Field(description="Whether the request holds it.")
    reasons: list[Reason] | None = Field(
        description="What the rules have against it now; null in lists."
    )


class Request(Told):
    """A visit that somebody asked for, and what else would do."""

    visit: visit_answers.Visit
    decide_by: Instant | None = Field(description="When it lapses undecided.")
    wishes: list[RankedPlace]


class Requests(Listing):
    """Requests, those with the least time left first."""

    items: list[Request]


async def list_requests(call: Call) -> Requests:
    """List the requests that wait for a decision, the most urgent first."""
    rows = await deciding.waiting(call.session, scope=call.by.scope)
    asked: Page = call.query
    left = cursors.rest(rows, asked.cursor, _urgency)
    shown, following = cursors.page(left, asked.limit, _urgency)
    wishes = await _wishes(call, shown)
    items = [
        Request(
            visit=visit_told,
            decide_by=visit.hold_until,
            wishes=[_wish(one, visit) for one in wishes[visit.id]],
        )
        for visit, visit_told in zip(shown, await told_each(call, shown), strict=True)
    ]
    return Requests(items=items, next=following)


async def get_request(call: Call) -> Request:
    """Get one request, with what the rules have against each wish now."""
    visit = await call.session.get_one(Visit, call.subject.id)
    found = await deciding.options(call.session, visit, now=call.now)
    if not found and visit.state is not VisitState.REQUESTED:
        raise NotFound("request")
    return Request(
        visit=await told(call, visit),
        decide_by=visit.hold_until,
        wishes=[_option(one) for one in found],
    )


async def ask_for_visit(call: Call) -> Request:
    """Ask for a visit; the best of up to three places that is possible is held.

    It waits for a decision until `decide_by` and then lapses. A clerk asks for
    families at its own points; where the prison looks at nothing first, the visit is
    booked at once. A refusal (409, `refused`) carries the reasons against the best
    place.
    """
    asked: NewRequest = call.body
    clerk = call.by.role is Role.CLERK
    await (_check_clerk if clerk else _check_reach)(call, asked)
    ask = requests.ask if clerk else requests.submit
    visit = await ask(
        call.session,
        ranked=[
            Place(terminal_id=one.terminal_id, span=one.span, kiosk_id=one.kiosk_id)
            for one in asked.wishes
        ],
        prison_id=asked.prison_id,
        terminal_id=asked.wishes[0].terminal_id,
        span=asked.wishes[0].span,
        kind=asked.kind,
        prisoner_id=asked.prisoner_id,
        visitor_ids=asked.visitor_ids,
        asked_by=asked.asked_by,
        official_wanted=asked.official_wanted,
        note=asked.note,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    if asked.identity_seen:
        _note_seen(call, visit)
    wishes = await ranked.wishes(call.session, visit)
    return Request(
        visit=await told(call, visit),
        decide_by=visit.hold_until,
        wishes=[_wish(one, visit) for one in wishes],
    )


async def approve_request(call: Call) -> visit_answers.Visit:
    """Grant what a request holds, or the wish of a rank; everybody is told."""
    asked: RequestApproval = call.body
    visit = await call.session.get_one(Visit, call.subject.id)
    await deciding.approve(
        call.session,
        visit,
        rank=asked.rank,
        override_reason=asked.override_reason or "",
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return await told(call, visit)


async def decline_request(call: Call) -> visit_answers.Visit:
    """Decline a request; what it holds is free again, and the family is told."""
    visit = await call.session.get_one(Visit, call.subject.id)
    await deciding.decline(
        call.session,
        visit,
        reason=call.body.reason,
        told=call.body.told,
        by=call.by.actor,
        now=call.now,
    )
    return await told(call, visit)


async def _check_reach(call: Call, asked: NewRequest) -> None:
    await named.prison(call.session, call.by.scope, asked.prison_id)
    await named.prisoner(call.session, call.by.scope, asked.prisoner_id)
    for kiosk_id in {one.kiosk_id for one in asked.wishes if one.kiosk_id is not None}:
        await named.station(call.session, call.by.scope, kiosk_id)


async def _check_clerk(call: Call, asked: NewRequest) -> None:
    """What a clerk asks is for a family that stands in front of them."""
    for name, fits in (
        ("kind", asked.kind is VisitKind.FAMILY),
        ("asked_by", asked.asked_by is Asker.FAMILY),
        ("official_wanted", not asked.official_wanted),
    ):
        if not fits:
            raise Invalid(name, "not_for_clerks")
    if not asked.identity_seen:
        raise Invalid("identity_seen", "identity_first")
    await named.prison_asked_for(call.session, call.by, asked.prison_id)
    prisoner = await call.session.get(Prisoner, asked.prisoner_id)
    if prisoner is None or prisoner.site_id != asked.prison_id:
        raise NotFound("prisoner")
    for one in asked.wishes:
        if one.kiosk_id is None or not await _is_own(call, one.kiosk_id, one.span):
            raise NotFound("kiosk")


async def _is_own(call: Call, kiosk_id: int, span: Timespan) -> bool:
    """Whether a kiosk is at one of the account's points, or stands there then."""
    kiosk = await call.session.get(Station, kiosk_id)
    if kiosk is None:
        return False
    stop = await stops_at(call.session, kiosk_id=kiosk_id, span=span)
    near = await call.session.exec(
        select(Site.id).where(
            col(Site.id).in_([kiosk.site_id, stop.village_id if stop else None]),
            call.by.scope.of_sites(),
        )
    )
    return near.first() is not None


def _note_seen(call: Call, visit: Visit) -> None:
    audit.note(
        call.session,
        call.by.actor,
        "identity_seen",
        f"visit:{visit.id}",
        now=call.now,
        visit_id=visit.id,
    )


def _urgency(visit: Visit) -> tuple[datetime, int]:
    assert visit.hold_until is not None
    return visit.hold_until, visit.id


async def _wishes(call: Call, shown: Sequence[Visit]) -> Mapping[int, list[RankedWish]]:
    rows = await call.session.exec(
        select(RankedWish)
        .where(col(RankedWish.visit_id).in_([visit.id for visit in shown]))
        .order_by(col(RankedWish.rank))
    )
    found: dict[int, list[RankedWish]] = {visit.id: [] for visit in shown}
    for wish in rows.all():
        found[wish.visit_id].append(wish)
    return found


def _wish(one: RankedWish, visit: Visit) -> RankedPlace:
    place = ranked.place_of(one)
    held = (visit.terminal_id, visit.starts_at, visit.kiosk_id)
    return _told_place(
        one.rank,
        place,
        held=held == (place.terminal_id, place.span.start, place.kiosk_id),
        against=None,
    )


def _option(one: Option) -> RankedPlace:
    return _told_place(
        one.rank, one.place, held=one.held, against=list(reasons(one.reasons))
    )


def _told_place(
    rank: int, place: Place, *, held: bool, against: list[Reason] | None
) -> RankedPlace:
    return RankedPlace(
        rank=rank,
        terminal_id=place.terminal_id,
        kiosk_id=place.kiosk_id,
        starts_at=place.span.start,
        ends_at=place.span.end,
        held=held,
        reasons=against,
    )


_reads = partial(Endpoint, method="GET", allow=_READERS)
_decides = partial(
    Endpoint,
    method="POST",
    allow=_DECIDERS,
    subject=subjects.visit,
    answer=visit_answers.Visit,
)
ENDPOINTS = (
    _reads(path="/requests", act=list_requests, query=Page, answer=Requests),
    Endpoint(
        method="POST",
        path="/requests",
        act=ask_for_visit,
        allow=lifecycle.MAY[Act.ASK],
        body=NewRequest,
        answer=Request,
        status=201,
    ),
    _reads(
        path="/requests/{visit}",
        act=get_request,
        subject=subjects.visit,
        answer=Request,
    ),
    _decides(
        path="/requests/{visit}/approve", act=approve_request, body=RequestApproval
    ),
    _decides(
        path="/requests/{visit}/decline", act=decline_request, body=RequestRefusal
    ),
)
