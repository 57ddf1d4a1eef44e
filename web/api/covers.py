"""Attendance of whole sessions and village days, for programs: list, give, cancel.

Whether an official is free then is said by the claims.
"""

from functools import partial

from pydantic import Field
from sqlalchemy import or_
from sqlmodel import col, select

from scheduler import covers
from visitation import visits
from visitation.errors import Invalid, NotFound
from visitation.places import MobileDay, Site
from visitation.timespan import Timespan
from visitation.words import Attendance, Role
from web import attendance_reach, named, reach
from web.api import cursors
from web.api.answers import Listing
from web.api.endpoint import Call, Endpoint
from web.api.kinds import (
    Asked,
    Id,
    Instant,
    Page,
    Reference,
    Told,
)
from web.api.officials import PLANNERS, READERS, named_official


class CoversQuery(Page):
    """Which covers: those that touch a half-open span, which begins now."""

    official: Id | None = None
    from_: Instant | None = Field(default=None, alias="from")
    to: Instant | None = None


class NewCover(Asked):
    """A whole session of a prison, or a day of a mobile office: name one of the two."""

    official_id: Id | None = Field(
        default=None, description="Left out by an official: themselves."
    )
    prison_id: Id | None = None
    mobile_day: Reference | None = None
    starts_at: Instant
    ends_at: Instant
    attendance: Attendance


class CoverFrom(Asked):
    """Where the official attends the whole session from."""

    attendance: Attendance


class Cover(Told):
    """An official's attendance of a whole session or village day."""

    reference: str
    official_id: Id
    attendance: Attendance
    prison_id: Id | None
    mobile_day: str | None = Field(description="The reference of the day.")
    starts_at: Instant
    ends_at: Instant
    cancelled_at: Instant | None


class Covers(Listing):
    """Covers by their time."""

    items: list[Cover]


async def list_covers(call: Call) -> Covers:
    """List the covers of whole sessions and village days that are not cancelled."""
    asked: CoversQuery = call.query
    inside = select(Site.id).where(call.by.scope.of_sites())
    query = (
        select(visits.Cover, MobileDay.reference)
        .outerjoin(MobileDay, col(MobileDay.id) == col(visits.Cover.mobile_day_id))
        .where(
            col(visits.Cover.cancelled_at).is_(None),
            col(visits.Cover.ends_at) > (asked.from_ or call.now),
            or_(
                col(visits.Cover.prison_id).in_(inside),
                col(MobileDay.site_id).in_(inside),
            ),
        )
        .order_by(col(visits.Cover.starts_at), col(visits.Cover.id))
        .limit(asked.limit + 1)
    )
    if call.by.role is Role.OFFICIAL:
        query = query.where(visits.Cover.official_id == call.by.account_id)
    if asked.official is not None:
        query = query.where(visits.Cover.official_id == asked.official)
    if asked.to is not None:
        query = query.where(col(visits.Cover.starts_at) < asked.to)
    if asked.cursor is not None:
        after, last = cursors.read_moment(asked.cursor)
        same = (col(visits.Cover.starts_at) == after) & (col(visits.Cover.id) > last)
        query = query.where(or_(col(visits.Cover.starts_at) > after, same))
    rows = (await call.session.exec(query)).all()
    shown, following = cursors.page(
        rows, asked.limit, lambda row: (row[0].starts_at, row[0].id)
    )
    return Covers(items=[_told(one, day) for one, day in shown], next=following)


async def give_cover(call: Call) -> Cover:
    """Let an official attend a whole session of a prison, or a village day.

    Visits inside that want an official get this one. A second attendance in the same
    time is a clash (409).
    """
    asked: NewCover = call.body
    if asked.starts_at >= asked.ends_at:
        raise Invalid("ends_at", "ends_before_start")
    official = await named_official(call, asked.official_id)
    day = await _day(call, asked.mobile_day) if asked.mobile_day else None
    if asked.prison_id is not None:
        await named.prison(call.session, call.by.scope, asked.prison_id)
    made = await covers.cover(
        call.session,
        official_id=official.id,
        prison_id=asked.prison_id,
        mobile_day_id=day.id if day else None,
        span=Timespan(asked.starts_at, asked.ends_at),
        attendance=asked.attendance,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return _told(made, asked.mobile_day)


async def cover_from(call: Call) -> Cover:
    """Let an official attend a whole session from elsewhere: desk, phone or village."""
    made = await call.session.get_one(visits.Cover, call.subject.id)
    await covers.change(
        call.session,
        made,
        attendance=call.body.attendance,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return await _stands(call, made)


async def cancel_cover(call: Call) -> Cover:
    """Cancel a cover; its visits want an official again."""
    made = await call.session.get_one(visits.Cover, call.subject.id)
    await covers.uncover(call.session, made, by=call.by.actor, now=call.now)
    return await _stands(call, made)


async def _stands(call: Call, made: visits.Cover) -> Cover:
    day = (
        await call.session.get_one(MobileDay, made.mobile_day_id)
        if made.mobile_day_id
        else None
    )
    return _told(made, day.reference if day else None)


async def _day(call: Call, reference: str) -> MobileDay:
    parts = {"mobile": reference}
    found = await reach.mobile_day(call.session, parts, call.by, None)
    if found is None:
        raise NotFound("mobile_day")
    return found


def _told(made: visits.Cover, day: str | None) -> Cover:
    return Cover(**made.model_dump(include=set(Cover.model_fields)), mobile_day=day)


_of_cover = partial(
    Endpoint,
    method="POST",
    allow=PLANNERS,
    subject=attendance_reach.cover,
    answer=Cover,
)
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/covers",
        act=list_covers,
        allow=READERS,
        query=CoversQuery,
        answer=Covers,
    ),
    Endpoint(
        method="POST",
        path="/covers",
        act=give_cover,
        allow=PLANNERS,
        body=NewCover,
        answer=Cover,
        status=201,
    ),
    _of_cover(path="/covers/{cover}/from", act=cover_from, body=CoverFrom),
    _of_cover(path="/covers/{cover}/cancel", act=cancel_cover),
)
