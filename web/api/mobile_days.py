"""Days of mobile offices, for programs: list, plan, change, move, cancel, reinstate."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import and_, or_
from sqlmodel import col, select

from visitation import places
from visitation.errors import Invalid, NotFound
from visitation.places import Site, mobile, postponing
from visitation.places.itinerary import Stop
from visitation.places.mobile import Itinerary
from visitation.timespan import Timespan
from visitation.words import MobileDayState, Role
from web import named, reach
from web.api import cursors
from web.api.answers import Listing
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Day, Id, Instant, Line, Page, Told
from web.routing import Door

_PLANNERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
_READERS: frozenset[Role | Door] = _PLANNERS | {Role.AUDITOR}
_MOST_STOPS, _MOST_KIOSKS = 12, 50


class MobileDaysQuery(Page):
    """Which days, both ends included."""

    office: Id | None = None
    state: MobileDayState | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None


class VillageStop(Asked):
    """A village, and when families can sit down there."""

    village_id: Id
    starts_at: Instant
    ends_at: Instant
    travel_minutes: Annotated[int, Field(ge=0, le=720)] = Field(
        default=0, description="On the way from the stop before."
    )
    kiosk_ids: Annotated[tuple[Id, ...], Field(max_length=_MOST_KIOSKS)] = Field(
        default=(), description="Those that are set up; empty: all of the office's."
    )


class Stops(Asked):
    """The way of a mobile office through a day."""

    stops: Annotated[
        tuple[VillageStop, ...], Field(min_length=1, max_length=_MOST_STOPS)
    ]


class NewMobileDay(Stops):
    """A day of a mobile office on the road."""

    office_id: Id
    day: Day = Field(description="In the office's own time.")


class MobileDayCancellation(Asked):
    """Why an office stays at home."""

    reason: Annotated[Line, StringConstraints(min_length=1)]


class MobileDayMove(Asked):
    """On which day an office drives instead, and why."""

    day: Day = Field(description="In the office's own time.")
    reason: Annotated[Line, StringConstraints(min_length=1)]


class MobileStop(Told):
    """A village, and when families can sit down there."""

    village_id: Id
    starts_at: Instant
    ends_at: Instant
    travel_minutes: int
    kiosk_ids: list[Id] = Field(description="Empty: all of the office's.")


class MobileDay(Told):
    """One day of a mobile office on the road, from village to village."""

    reference: str
    office_id: Id
    day: Day
    state: MobileDayState
    reason: str = Field(description="Why it is cancelled.")
    changed_at: Instant
    stops: list[MobileStop]


class MobileDays(Listing):
    """Days of mobile offices, by day."""

    items: list[MobileDay]


async def list_mobile_days(call: Call) -> MobileDays:
    """List the days on which mobile offices drive, with their itineraries."""
    asked: MobileDaysQuery = call.query
    query = (
        select(places.MobileDay)
        .join(Site, col(Site.id) == col(places.MobileDay.site_id))
        .where(call.by.scope.of_sites())
        .order_by(col(places.MobileDay.day), col(places.MobileDay.id))
        .limit(asked.limit + 1)
    )
    if asked.office is not None:
        query = query.where(places.MobileDay.site_id == asked.office)
    if asked.state is not None:
        query = query.where(places.MobileDay.state == asked.state)
    if asked.from_ is not None:
        query = query.where(col(places.MobileDay.day) >= asked.from_)
    if asked.to is not None:
        query = query.where(col(places.MobileDay.day) <= asked.to)
    if (after := cursors.read_day(asked.cursor)) is not None:
        day = date.fromordinal(after[0])
        same = and_(
            col(places.MobileDay.day) == day, col(places.MobileDay.id) > after[1]
        )
        query = query.where(or_(col(places.MobileDay.day) > day, same))
    rows = (await call.session.exec(query)).all()
    shown, following = cursors.page(
        rows, asked.limit, lambda one: (one.day.toordinal(), one.id)
    )
    ids = [one.id for one in shown]
    found = await mobile.itineraries(call.session, col(places.MobileDay.id).in_(ids))
    found.sort(key=lambda one: ids.index(one.day.id))
    return MobileDays(items=[_told(one) for one in found], next=following)


async def get_mobile_day(call: Call) -> MobileDay:
    """Get one day of a mobile office, with its itinerary."""
    return await _itinerary(call, call.subject)


async def plan_mobile_day(call: Call) -> MobileDay:
    """Send a mobile office to some villages on one day."""
    asked: NewMobileDay = call.body
    planned = await mobile.plan_day(
        call.session,
        office=await named.site(call.session, call.by.scope, asked.office_id),
        day=asked.day,
        stops=_stops(asked.stops),
        reference=call.keyring.reference(),
        reach=call.by.scope.of_sites(),
        by=call.by.actor,
        now=call.now,
    )
    return await _itinerary(call, planned)


async def change_mobile_day(call: Call) -> MobileDay:
    """Give a planned day another itinerary; what is booked on it stays booked."""
    planned = await call.session.get_one(places.MobileDay, call.subject.id)
    await mobile.change_stops(
        call.session,
        planned,
        stops=_stops(call.body.stops),
        reach=call.by.scope.of_sites(),
        by=call.by.actor,
        now=call.now,
    )
    return await _itinerary(call, planned)


async def move_mobile_day(call: Call) -> MobileDay:
    """Let an office drive on another day instead: the same stops at the same hours.

    The old day is cancelled and stays on record; what is booked on it stays booked
    until the old day is re-planned. The answer is the new day.
    """
    asked: MobileDayMove = call.body
    moved = await postponing.move_day(
        call.session,
        await call.session.get_one(places.MobileDay, call.subject.id),
        day=asked.day,
        reason=asked.reason,
        reference=call.keyring.reference(),
        reach=call.by.scope.of_sites(),
        by=call.by.actor,
        now=call.now,
    )
    return await _itinerary(call, moved)


async def cancel_mobile_day(call: Call) -> MobileDay:
    """Keep the office at home on a day; what is booked on it stays booked."""
    planned = await call.session.get_one(places.MobileDay, call.subject.id)
    await mobile.cancel_day(
        call.session,
        planned,
        reason=call.body.reason,
        by=call.by.actor,
        now=call.now,
    )
    return await _itinerary(call, planned)


async def reinstate_mobile_day(call: Call) -> MobileDay:
    """Let a cancelled day take place as it was planned."""
    planned = await call.session.get_one(places.MobileDay, call.subject.id)
    await mobile.reinstate(call.session, planned, by=call.by.actor, now=call.now)
    return await _itinerary(call, planned)


def _stops(asked: Sequence[VillageStop]) -> list[Stop]:
    return [_stop(number, one) for number, one in enumerate(asked)]


def _stop(number: int, one: VillageStop) -> Stop:
    if one.starts_at >= one.ends_at:
        raise Invalid(f"stops.{number}.ends_at", "ends_before_start")
    return Stop(
        village_id=one.village_id,
        span=Timespan(one.starts_at, one.ends_at),
        travel=timedelta(minutes=one.travel_minutes),
        kiosks=frozenset(one.kiosk_ids),
    )


async def _itinerary(call: Call, planned: places.MobileDay) -> MobileDay:
    for found in await mobile.itineraries(
        call.session, col(places.MobileDay.id) == planned.id
    ):
        return _told(found)
    raise NotFound("mobile_day")


def _told(found: Itinerary) -> MobileDay:
    return MobileDay(
        reference=found.day.reference,
        office_id=found.office.id,
        day=found.day.day,
        state=found.day.state,
        reason=found.day.reason,
        changed_at=found.day.changed_at,
        stops=[_told_stop(stop) for stop, _village in found.stops],
    )


def _told_stop(stop: places.MobileStop) -> MobileStop:
    return MobileStop(
        village_id=stop.village_id,
        starts_at=stop.starts_at,
        ends_at=stop.ends_at,
        travel_minutes=stop.travel_minutes,
        kiosk_ids=list(stop.kiosks),
    )


_of_day = partial(
    Endpoint,
    method="POST",
    allow=_PLANNERS,
    subject=reach.mobile_day,
    answer=MobileDay,
)
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/mobile-days",
        act=list_mobile_days,
        allow=_READERS,
        query=MobileDaysQuery,
        answer=MobileDays,
    ),
    Endpoint(
        method="POST",
        path="/mobile-days",
        act=plan_mobile_day,
        allow=_PLANNERS,
        body=NewMobileDay,
        answer=MobileDay,
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/mobile-days/{mobile}",
        act=get_mobile_day,
        allow=_READERS,
        subject=reach.mobile_day,
        answer=MobileDay,
    ),
    _of_day(path="/mobile-days/{mobile}/stops", act=change_mobile_day, body=Stops),
    _of_day(
        path="/mobile-days/{mobile}/move",
        act=move_mobile_day,
        body=MobileDayMove,
        status=201,
    ),
    _of_day(
        path="/mobile-days/{mobile}/cancel",
        act=cancel_mobile_day,
        body=MobileDayCancellation,
    ),
    _of_day(path="/mobile-days/{mobile}/reinstate", act=reinstate_mobile_day),
)
