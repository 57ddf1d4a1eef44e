"""The waiting list, for programs: join, list with standing, withdraw.

What comes of waiting is told by `offers` and `placements`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import or_
from sqlmodel import col, select

from visitation import waiting
from visitation.errors import NotFound
from visitation.people import Prisoner
from visitation.places import Site
from visitation.waiting import Days, Offer, Waiting, WaitingEntry
from visitation.words import SERVICE_POINTS, OfferState, Role, VisitKind, WaitingState
from web import line_words, named, prison_reach, queue_reach
from web.api import cursors
from web.api.answers import Listing
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Day, Id, Instant, Line, Page, Told
from web.api.visits import MANY_VISITORS
from web.picks import Weekday
from web.routing import Door

WRITERS: frozenset[Role | Door] = frozenset(
    {Role.SCHEDULER, Role.ADMINISTRATOR, Role.CLERK}
)
_IN_LINE = (WaitingState.WAITING, WaitingState.OFFERED)
_MANY_POINTS = 20


class LineQuery(Page):
    """Whose line, and who of it."""

    prison: Id
    state: Literal["waiting", "offered"] | None = None


class Joining(Asked):
    """A family that found no slot: who would come, on which days, and where to."""

    prisoner_id: Id
    visitor_ids: Annotated[
        tuple[Id, ...], Field(min_length=1, max_length=MANY_VISITORS)
    ]
    kind: VisitKind = VisitKind.FAMILY
    official_wanted: bool = False
    first_day: Day
    last_day: Day
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = Field(
        default=(), description="Empty: any."
    )
    points: Annotated[tuple[Id, ...], Field(max_length=_MANY_POINTS)] = Field(
        default=(), description="Service points, the one it likes best first."
    )
    own_phone: bool = Field(
        default=False, description="Whether its own phone would do."
    )
    distance_km: Annotated[int, Field(ge=0, le=5000)] | None = Field(
        default=None, description="From its home to the prison, if known."
    )
    note: Line = ""


class WaitingFamily(Told):
    """A family on the list, and why it stands where it stands."""

    reference: str
    state: WaitingState
    prison_id: Id
    prisoner_id: Id
    visitor_ids: list[Id]
    kind: VisitKind
    official_wanted: bool
    first_day: Day
    last_day: Day
    weekdays: list[Weekday]
    points: list[Id]
    own_phone: bool
    distance_km: int | None = Field(description="To the prison; 0 if not known.")
    note: str
    created_at: Instant
    changed_at: Instant
    place: int | None = Field(
        description="In line, 1 for the first; null: not in line any more."
    )
    waited_days: int | None = Field(
        description="Since the last visit; since it joined, where it never met."
    )
    has_met: bool | None
    standing: str = Field(description="The same for people; empty: not in line.")
    offered_until: Instant | None = Field(
        description="Until when it may take what is offered to it."
    )


class WaitingFamilies(Listing):
    """The families in line, the one to be served first at the front."""

    items: list[WaitingFamily]


async def list_waiting(call: Call) -> WaitingFamilies:
    """List the families that wait for a prison, in the order of the line."""
    asked: LineQuery = call.query
    prison = await _prison(call, asked.prison)
    states = (WaitingState(asked.state),) if asked.state else _IN_LINE
    line = await waiting.line(call.session, prison.id, now=call.now, states=_IN_LINE)
    reached = await _reached(call, line)
    after = cursors.read_id(asked.cursor) or 0
    left = [
        one
        for one in line
        if one.place > after
        and one.entry.state in states
        and _sees(call, one.entry, reached)
    ]
    shown, following = cursors.page(left, asked.limit, lambda one: (one.place,))
    until = await _offered_until(call, [one.entry.id for one in shown])
    return WaitingFamilies(
        items=[_in_line(one, until) for one in shown], next=following
    )


async def get_waiting(call: Call) -> WaitingFamily:
    """Get one family on the list, with its place in line and why it stands there."""
    return await told_family(
        call, await call.session.get_one(WaitingEntry, call.subject.id)
    )


async def join_waiting_list(call: Call) -> WaitingFamily:
    """Put a family on the list of the prison that its prisoner is in.

    The order of the line is not chosen: whoever never met comes first, then whoever
    waited longest, then from farthest away.
    """
    asked: Joining = call.body
    await _check_reach(call, asked)
    entry = await waiting.join(
        call.session,
        prisoner_id=asked.prisoner_id,
        visitor_ids=asked.visitor_ids,
        days=Days(
            first=asked.first_day,
            last=asked.last_day,
            weekdays=frozenset(day.number for day in asked.weekdays),
        ),
        points=asked.points,
        own_phone=asked.own_phone,
        kind=asked.kind,
        official_wanted=asked.official_wanted,
        distance_km=asked.distance_km,
        note=asked.note,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return await told_family(call, entry)


async def withdraw_from_list(call: Call) -> WaitingFamily:
    """Take a family off the list."""
    entry = await call.session.get_one(WaitingEntry, call.subject.id)
    await waiting.withdraw(call.session, entry, by=call.by.actor, now=call.now)
    return await told_family(call, entry)


async def _prison(call: Call, prison_id: int) -> Site:
    for one in await prison_reach.asked_for(call.session, call.by):
        if one.id == prison_id:
            return one
    raise NotFound("prison")


async def _check_reach(call: Call, asked: Joining) -> None:
    prisoner = await call.session.get(Prisoner, asked.prisoner_id)
    if prisoner is None:
        raise NotFound("prisoner")
    prison = await _prison(call, prisoner.site_id)
    near = call.by.scope.of_sites()
    if call.by.role is not Role.CLERK:
        near = or_(near, col(Site.province_id) == prison.province_id)
    rows = await call.session.exec(
        select(Site.id).where(
            near,
            col(Site.id).in_(asked.points),
            col(Site.kind).in_(SERVICE_POINTS),
            col(Site.closed_at).is_(None),
        )
    )
    if set(asked.points) - set(rows.all()):
        raise NotFound("point")
    for visitor_id in asked.visitor_ids if call.by.role is not Role.CLERK else ():
        await named.visitor(call.session, call.by.scope, visitor_id)


async def _reached(call: Call, line: Collection[Waiting]) -> frozenset[int]:
    """The ids of the points in a line that a clerk works at; none for others."""
    if call.by.role is not Role.CLERK:
        return frozenset()
    points = {point for one in line for point in one.entry.points}
    rows = await call.session.exec(
        select(Site.id).where(col(Site.id).in_(points), call.by.scope.of_sites())
    )
    return frozenset(rows.all())


def _sees(call: Call, entry: WaitingEntry, reached: frozenset[int]) -> bool:
    return call.by.role is not Role.CLERK or not reached.isdisjoint(entry.points)


async def told_family(call: Call, entry: WaitingEntry) -> WaitingFamily:
    """A family on the list, with its place in line if it is in it."""
    one = await waiting.standing(call.session, entry, now=call.now, states=_IN_LINE)
    if one is not None:
        return _in_line(one, await _offered_until(call, [entry.id]))
    visitors = await waiting.visitors_of(call.session, entry.id)
    return _family(entry, visitors, {})


async def _offered_until(
    call: Call, entry_ids: Sequence[int]
) -> Mapping[int, datetime]:
    rows = await call.session.exec(
        select(Offer.entry_id, Offer.expires_at).where(
            Offer.state == OfferState.OPEN, col(Offer.entry_id).in_(entry_ids)
        )
    )
    return dict(rows.all())


def _in_line(one: Waiting, until: Mapping[int, datetime]) -> WaitingFamily:
    found = _family(one.entry, one.visitor_ids, until)
    has_met = one.met_at is not None
    return found.model_copy(
        update={
            "place": one.place,
            "waited_days": one.waited_days,
            "has_met": has_met,
            "distance_km": one.distance_km,
            "standing": line_words.standing(one.place, one.waited_days, met=has_met),
        }
    )


def _family(
    entry: WaitingEntry, visitor_ids: Sequence[int], until: Mapping[int, datetime]
) -> WaitingFamily:
    columns = entry.model_dump(include=set(WaitingFamily.model_fields) - {"weekdays"})
    return WaitingFamily(
        **columns,
        visitor_ids=list(visitor_ids),
        weekdays=[day for day in Weekday if day.number in entry.weekdays],
        place=None,
        waited_days=None,
        has_met=None,
        standing="",
        offered_until=until.get(entry.id),
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/waiting",
        act=list_waiting,
        allow=WRITERS | {Role.AUDITOR},
        query=LineQuery,
        answer=WaitingFamilies,
    ),
    Endpoint(
        method="POST",
        path="/waiting",
        act=join_waiting_list,
        allow=WRITERS,
        body=Joining,
        answer=WaitingFamily,
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/waiting/{entry}",
        act=get_waiting,
        allow=WRITERS | {Role.AUDITOR},
        subject=queue_reach.entry,
        answer=WaitingFamily,
    ),
    Endpoint(
        method="POST",
        path="/waiting/{entry}/withdraw",
        act=withdraw_from_list,
        allow=WRITERS,
        subject=queue_reach.entry,
        answer=WaitingFamily,
    ),
)
