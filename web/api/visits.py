"""Visits, for programs: list, get, book, move, cancel.

Reads what was asked, calls one use case, answers; knows no rule of booking.
"""

from typing import Annotated, Any

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select

from scheduler import booking, cancelling
from visitation import lifecycle, visits
from visitation.errors import Invalid
from visitation.lifecycle import Act, VisitState
from visitation.people import Scope
from visitation.places.tables import Site
from visitation.timespan import Timespan
from visitation.visits import Cover, Visit
from visitation.words import CANCELLATIONS, Attendance, Outcome, VisitKind
from web import named, subjects
from web.api import cursors, visit_answers
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Because, Id, Instant, Line, Note, Page
from web.api.visit_answers import Visits, told, told_each

MANY_VISITORS = 12


class VisitsQuery(Page):
    """Which visits; those that begin in the half-open span."""

    prison: Id | None = None
    point: Id | None = None
    prisoner: Id | None = None
    state: VisitState | None = None
    from_: Instant | None = Field(default=None, alias="from")
    to: Instant | None = None


class Seat(Asked):
    """A slot of a prison, and where the family sits."""

    terminal_id: Id
    starts_at: Instant
    ends_at: Instant
    kiosk_id: Id | None = Field(
        default=None, description="Left out: the family uses its own phone."
    )

    @property
    def span(self) -> Timespan:
        """The slot's time.

        Raises:
            Invalid: if it does not end after it starts.
        """
        if self.starts_at >= self.ends_at:
            raise Invalid("ends_at", "ends_before_start")
        return Timespan(self.starts_at, self.ends_at)


class Booking(Seat):
    """What is to be booked."""

    prison_id: Id
    kind: VisitKind = VisitKind.FAMILY
    prisoner_id: Id
    visitor_ids: Annotated[tuple[Id, ...], Field(max_length=MANY_VISITORS)] = ()
    official_id: Id | None = None
    official_wanted: bool = Field(
        default=False, description="Whether an official is still to be found."
    )
    attendance: Attendance | None = None
    note: Note = ""
    override_reason: Because | None = Field(
        default=None, description="Why it is booked although a rule speaks against it."
    )


class Cancellation(Asked):
    """Who cancels, and why."""

    outcome: Outcome = Field(
        json_schema_extra={"enum": [one.value for one in CANCELLATIONS]}
    )
    reason: Annotated[Line, StringConstraints(min_length=1)]
    back_in_line: bool = Field(
        default=True,
        description="Whether a family that waited for it stands in line again as "
        "before, unless it cancels itself.",
    )


async def list_visits(call: Call) -> Visits:
    """List visits by their time: those at prisons and service points within reach."""
    asked: VisitsQuery = call.query
    query = (
        select(Visit)
        .where(within(call.by.scope), *_filters(asked))
        .order_by(col(Visit.starts_at), col(Visit.id))
        .limit(asked.limit + 1)
    )
    rows = (await call.session.exec(query)).all()
    shown, following = cursors.page(
        rows, asked.limit, lambda visit: (visit.starts_at, visit.id)
    )
    return Visits(items=await told_each(call, shown), next=following)


async def get_visit(call: Call) -> visit_answers.Visit:
    """Get one visit."""
    visit: Visit = call.subject
    return await told(call, visit)


async def book_visit(call: Call) -> visit_answers.Visit:
    """Book a visit in a free slot.

    Everybody concerned who has a phone is told. A refusal (409, `refused`) carries
    every reason and the next slots that everybody named could take.
    """
    asked: Booking = call.body
    await _check_reach(call, asked)
    cover = await _cover(call, asked)
    visit = await booking.book(
        call.session,
        prison_id=asked.prison_id,
        terminal_id=asked.terminal_id,
        span=asked.span,
        kind=asked.kind,
        prisoner_id=asked.prisoner_id,
        visitor_ids=asked.visitor_ids,
        kiosk_id=asked.kiosk_id,
        official_id=asked.official_id,
        cover_id=cover.id if cover else None,
        official_wanted=asked.official_wanted and asked.official_id is None,
        attendance=asked.attendance,
        note=asked.note,
        override_reason=asked.override_reason or "",
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return await told(call, visit)


async def move_visit(call: Call) -> visit_answers.Visit:
    """Move a booked visit to another free slot, or to another place.

    Join codes stay the same; everybody concerned is told the new time.
    """
    asked: Seat = call.body
    if asked.kiosk_id is not None:
        await named.station(call.session, call.by.scope, asked.kiosk_id)
    visit = await call.session.get_one(Visit, call.subject.id)
    await booking.move(
        call.session,
        visit=visit,
        terminal_id=asked.terminal_id,
        span=asked.span,
        kiosk_id=asked.kiosk_id,
        by=call.by.actor,
        now=call.now,
    )
    return await told(call, visit)


async def cancel_visit(call: Call) -> visit_answers.Visit:
    """Cancel a visit; everybody concerned is told, and the slot is free again."""
    asked: Cancellation = call.body
    visit = await call.session.get_one(Visit, call.subject.id)
    await cancelling.cancel(
        call.session,
        visit=visit,
        outcome=asked.outcome,
        reason=asked.reason,
        back_in_line=asked.back_in_line,
        by=call.by.actor,
        now=call.now,
    )
    return await told(call, visit)


async def _cover(call: Call, asked: Booking) -> Cover | None:
    """The cover by which the official would attend, if there is one."""
    if asked.official_id is None:
        return None
    return await visits.covering(
        call.session,
        official_id=asked.official_id,
        prison_id=asked.prison_id,
        kiosk_id=asked.kiosk_id,
        span=asked.span,
    )


async def _check_reach(call: Call, asked: Booking) -> None:
    prison = await named.prison(call.session, call.by.scope, asked.prison_id)
    await named.prisoner(call.session, call.by.scope, asked.prisoner_id)
    if asked.kiosk_id is not None:
        await named.station(call.session, call.by.scope, asked.kiosk_id)
    if asked.official_id is not None:
        await named.official(call.session, prison, asked.official_id)


def within(scope: Scope) -> ColumnElement[bool]:
    """The condition on `Visit` that keeps those at prisons and points of a scope."""
    reached = select(Site.id).where(scope.of_sites())
    return or_(col(Visit.prison_id).in_(reached), col(Visit.point_id).in_(reached))


def _filters(asked: VisitsQuery) -> list[ColumnElement[bool]]:
    equal: tuple[tuple[Any, Any], ...] = (
        (Visit.prison_id, asked.prison),
        (Visit.point_id, asked.point),
        (Visit.prisoner_id, asked.prisoner),
        (Visit.state, asked.state),
    )
    found = [col(column) == wanted for column, wanted in equal if wanted is not None]
    if asked.from_ is not None:
        found.append(col(Visit.starts_at) >= asked.from_)
    if asked.to is not None:
        found.append(col(Visit.starts_at) < asked.to)
    if asked.cursor is not None:
        after, last = cursors.read_moment(asked.cursor)
        later = col(Visit.starts_at) > after
        same = (col(Visit.starts_at) == after) & (col(Visit.id) > last)
        found.append(or_(later, same))
    return found


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/visits",
        act=list_visits,
        allow=lifecycle.MAY[Act.READ_HISTORY],
        query=VisitsQuery,
        answer=Visits,
    ),
    Endpoint(
        method="POST",
        path="/visits",
        act=book_visit,
        allow=lifecycle.MAY[Act.BOOK],
        body=Booking,
        answer=visit_answers.Visit,
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/visits/{visit}",
        act=get_visit,
        allow=lifecycle.MAY[Act.READ_HISTORY],
        subject=subjects.visit,
        answer=visit_answers.Visit,
    ),
    Endpoint(
        method="POST",
        path="/visits/{visit}/move",
        act=move_visit,
        allow=lifecycle.MAY[Act.MOVE],
        subject=subjects.visit,
        body=Seat,
        answer=visit_answers.Visit,
        tells_room=True,
    ),
    Endpoint(
        method="POST",
        path="/visits/{visit}/cancel",
        act=cancel_visit,
        allow=lifecycle.MAY[Act.CANCEL],
        subject=subjects.visit,
        body=Cancellation,
        answer=visit_answers.Visit,
        tells_room=True,
    ),
)
