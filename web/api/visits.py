"""Visits, for programs: list, get, book, move, cancel."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from visitation import lifecycle, visits
from visitation.errors import Invalid
from visitation.lifecycle import Act, VisitState
from visitation.people import Scope
from visitation.places.tables import Site
from visitation.timespan import Timespan
from visitation.visits import Participant, Visit
from visitation.words import CANCELLATIONS, Attendance, Outcome, VisitKind
from web import named, subjects
from web.api import answers, cursors
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Id, Instant, Line, Note, Page

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
    attendance: Attendance | None = None
    note: Note = ""


class Cancellation(Asked):
    """Who cancels, and why."""

    outcome: Outcome = Field(
        json_schema_extra={"enum": [one.value for one in CANCELLATIONS]}
    )
    reason: Annotated[Line, StringConstraints(min_length=1)]


async def list_visits(call: Call) -> answers.Visits:
    """List visits by their time: those at prisons and service points within reach."""
    asked: VisitsQuery = call.query
    query = (
        select(Visit)
        .where(_within(call.by.scope), *_filters(asked))
        .order_by(col(Visit.starts_at), col(Visit.id))
        .limit(asked.limit + 1)
    )
    rows = (await call.session.exec(query)).all()
    shown, following = cursors.page(
        rows, asked.limit, lambda visit: (visit.starts_at, visit.id)
    )
    parts = await _participants(call.session, shown)
    return answers.Visits(
        items=[_told(call, visit, parts[visit.id]) for visit in shown], next=following
    )


async def get_visit(call: Call) -> answers.Visit:
    """Get one visit."""
    visit: Visit = call.subject
    people = await visits.participants(call.session, visit.id)
    return _told(call, visit, people)


async def book_visit(call: Call) -> answers.Visit:
    """Book a visit in a free slot.

    Everybody concerned who has a phone is told. A refusal (409, `refused`) carries
    every reason and the next slots that everybody named could take.
    """
    asked: Booking = call.body
    await _check_reach(call, asked)
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
        attendance=asked.attendance,
        note=asked.note,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return _told(call, visit, await visits.participants(call.session, visit.id))


async def move_visit(call: Call) -> answers.Visit:
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
    return _told(call, visit, await visits.participants(call.session, visit.id))


async def cancel_visit(call: Call) -> answers.Visit:
    """Cancel a visit; everybody concerned is told, and the slot is free again."""
    asked: Cancellation = call.body
    visit = await call.session.get_one(Visit, call.subject.id)
    await booking.cancel(
        call.session,
        visit=visit,
        outcome=asked.outcome,
        reason=asked.reason,
        by=call.by.actor,
        now=call.now,
    )
    return _told(call, visit, await visits.participants(call.session, visit.id))


def _told(call: Call, visit: Visit, people: Sequence[Participant]) -> answers.Visit:
    may_read_codes = call.by.role in lifecycle.MAY[Act.READ_MESSAGES]
    keyring = call.keyring if may_read_codes else None
    return answers.Visit.of(visit, people, keyring=keyring)


async def _check_reach(call: Call, asked: Booking) -> None:
    prison = await named.prison(call.session, call.by.scope, asked.prison_id)
    await named.prisoner(call.session, call.by.scope, asked.prisoner_id)
    if asked.kiosk_id is not None:
        await named.station(call.session, call.by.scope, asked.kiosk_id)
    if asked.official_id is not None:
        await named.official(call.session, prison, asked.official_id)


def _within(scope: Scope) -> ColumnElement[bool]:
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


async def _participants(
    session: AsyncSession, shown: Sequence[Visit]
) -> dict[int, list[Participant]]:
    rows = await session.exec(
        select(Participant)
        .where(col(Participant.visit_id).in_([visit.id for visit in shown]))
        .order_by(col(Participant.id))
    )
    found: dict[int, list[Participant]] = defaultdict(list)
    for participant in rows.all():
        found[participant.visit_id].append(participant)
    return found


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/visits",
        act=list_visits,
        allow=lifecycle.MAY[Act.READ_HISTORY],
        query=VisitsQuery,
        answer=answers.Visits,
    ),
    Endpoint(
        method="POST",
        path="/visits",
        act=book_visit,
        allow=lifecycle.MAY[Act.BOOK],
        body=Booking,
        answer=answers.Visit,
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/visits/{visit}",
        act=get_visit,
        allow=lifecycle.MAY[Act.READ_HISTORY],
        subject=subjects.visit,
        answer=answers.Visit,
    ),
    Endpoint(
        method="POST",
        path="/visits/{visit}/move",
        act=move_visit,
        allow=lifecycle.MAY[Act.MOVE],
        subject=subjects.visit,
        body=Seat,
        answer=answers.Visit,
        tells_room=True,
    ),
    Endpoint(
        method="POST",
        path="/visits/{visit}/cancel",
        act=cancel_visit,
        allow=lifecycle.MAY[Act.CANCEL],
        subject=subjects.visit,
        body=Cancellation,
        answer=answers.Visit,
        tells_room=True,
    ),
)
