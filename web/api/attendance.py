"""Officials' attendance of single visits, for programs: want, join, change, leave.

Schedulers plan for every official who works in their places; an official for nobody
but themselves.
"""

from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import StringConstraints

from scheduler import attendance
from visitation import lifecycle
from visitation.errors import NotFound
from visitation.lifecycle import Act
from visitation.visits import Visit
from visitation.words import Attendance, Role
from web import attendance_reach
from web.api import cursors, visit_answers
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Id, Line, Page
from web.api.officials import PLANNERS, READERS, named_official
from web.api.visit_answers import Visits, told, told_each


class Joined(Asked):
    """Who attends a visit, and from where; an official names nobody."""

    official_id: Id | None = None
    attendance: Attendance = Attendance.DESK


class AttendingFrom(Asked):
    """Where the official attends from."""

    attendance: Attendance


class Leaving(Asked):
    """Why the official does not come."""

    reason: Annotated[Line, StringConstraints(min_length=1)]


class Wanting(Asked):
    """Whether an official is still to be found."""

    wanted: bool = True


async def list_wanted_visits(call: Call) -> Visits:
    """List the visits to come for which an official is still to be found."""
    asked: Page = call.query
    rows = await attendance.wanting(call.session, scope=call.by.scope, now=call.now)
    left = cursors.rest(rows, asked.cursor, _place)
    shown, following = cursors.page(left, asked.limit, _place)
    return Visits(items=await told_each(call, shown), next=following)


async def attend_visit(call: Call) -> visit_answers.Visit:
    """Let an official attend a visit that has none; a clash is refused."""
    asked: Joined = call.body
    official = await named_official(call, asked.official_id)
    visit = await call.session.get_one(Visit, call.subject.id)
    await attendance.attend(
        call.session,
        visit,
        official_id=official.id,
        attendance=asked.attendance,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return await told(call, visit)


async def attend_from(call: Call) -> visit_answers.Visit:
    """Let a visit's official attend it from elsewhere: desk, phone or village."""
    visit = await _attended(call)
    await attendance.change(
        call.session,
        visit,
        attendance=call.body.attendance,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return await told(call, visit)


async def leave_visit(call: Call) -> visit_answers.Visit:
    """Take a visit's official away; it wants one again."""
    visit = await _attended(call)
    await attendance.leave(
        call.session,
        visit,
        reason=call.body.reason,
        by=call.by.actor,
        now=call.now,
    )
    return await told(call, visit)


async def want_official(call: Call) -> visit_answers.Visit:
    """Say whether an official is still to be found for a visit."""
    visit = await call.session.get_one(Visit, call.subject.id)
    await attendance.want(
        call.session,
        visit,
        wanted=call.body.wanted,
        by=call.by.actor,
        now=call.now,
    )
    return await told(call, visit)


async def _attended(call: Call) -> Visit:
    """The visit, unless it is another official's."""
    visit = await call.session.get_one(Visit, call.subject.id)
    alone = call.by.role is Role.OFFICIAL
    if alone and visit.official_id not in {None, call.by.account_id}:
        raise NotFound("visit")
    return visit


def _place(visit: Visit) -> tuple[datetime, int]:
    return visit.starts_at, visit.id


_of_visit = partial(
    Endpoint,
    method="POST",
    allow=PLANNERS,
    subject=attendance_reach.wanted_visit,
    answer=visit_answers.Visit,
)
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/wanted-visits",
        act=list_wanted_visits,
        allow=READERS,
        query=Page,
        answer=Visits,
    ),
    _of_visit(path="/visits/{visit}/official", act=attend_visit, body=Joined),
    _of_visit(
        path="/visits/{visit}/official/from", act=attend_from, body=AttendingFrom
    ),
    _of_visit(path="/visits/{visit}/official/leave", act=leave_visit, body=Leaving),
    Endpoint(
        method="POST",
        path="/visits/{visit}/official/want",
        act=want_official,
        allow=lifecycle.MAY[Act.WANT_OFFICIAL],
        subject=attendance_reach.wanted_visit,
        body=Wanting,
        answer=visit_answers.Visit,
    ),
)
