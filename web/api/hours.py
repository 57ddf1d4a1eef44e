"""The weekly hours in which officials can be booked, for programs."""

from zoneinfo import ZoneInfo

from pydantic import Field

from visitation.people import Account, OfficialHours, hours
from visitation.places import DEFAULT_ZONE
from visitation.places.sites import known_zone
from visitation.words import Attendance
from web import attendance_reach
from web.api.endpoint import Call, Endpoint
from web.api.kinds import (
    Asked,
    Day,
    Id,
    Line,
    Told,
    ToldWall,
    Wall,
)
from web.api.officials import PLANNERS
from web.picks import Weekday


class NewHours(Asked):
    """Hours on one day of each week in which an official can be booked."""

    weekday: Weekday
    starts: Wall
    ends: Wall = Field(description="00:00 is the end of the day.")
    zone: Line = DEFAULT_ZONE
    attendance: Attendance
    valid_from: Day
    valid_to: Day | None = Field(default=None, description="The last day.")


class Hours(Told):
    """Hours on one day of each week, of an official."""

    id: Id
    weekday: Weekday
    starts: ToldWall
    ends: ToldWall
    zone: str
    attendance: Attendance
    valid_from: Day
    valid_to: Day | None


class WeeklyHours(Told):
    """An official's hours that are in force or to come, by weekday."""

    items: list[Hours]


async def list_hours(call: Call) -> WeeklyHours:
    """List an official's weekly hours that are in force or to come."""
    today = call.now.astimezone(ZoneInfo(DEFAULT_ZONE)).date()
    found = await hours.hours_of(call.session, call.subject.id, since=today)
    return WeeklyHours(items=[_told_hours(one) for one in found])


async def add_hours(call: Call) -> Hours:
    """Give an official hours on one day of each week."""
    asked: NewHours = call.body
    kept = await hours.add_hours(
        call.session,
        await call.session.get_one(Account, call.subject.id),
        hours.Week(
            weekday=asked.weekday.number,
            starts=asked.starts,
            ends=asked.ends,
            zone=known_zone(asked.zone),
            attendance=asked.attendance,
            valid_from=asked.valid_from,
            valid_to=asked.valid_to,
        ),
        by=call.by.actor,
        now=call.now,
    )
    return _told_hours(kept)


async def end_hours(call: Call) -> Hours:
    """End hours after yesterday; what is booked stays booked."""
    kept = await call.session.get_one(OfficialHours, call.subject.id)
    await hours.end_hours(call.session, kept, by=call.by.actor, now=call.now)
    return _told_hours(kept)


def _told_hours(kept: OfficialHours) -> Hours:
    return Hours(
        **kept.model_dump(include=set(Hours.model_fields) - {"weekday"}),
        weekday=next(day for day in Weekday if day.number == kept.weekday),
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/officials/{account}/hours",
        act=list_hours,
        allow=PLANNERS,
        subject=attendance_reach.official,
        answer=WeeklyHours,
    ),
    Endpoint(
        method="POST",
        path="/officials/{account}/hours",
        act=add_hours,
        allow=PLANNERS,
        subject=attendance_reach.official,
        body=NewHours,
        answer=Hours,
        status=201,
    ),
    Endpoint(
        method="POST",
        path="/hours/{hours}/end",
        act=end_hours,
        allow=PLANNERS,
        subject=attendance_reach.hours,
        answer=Hours,
    ),
)
