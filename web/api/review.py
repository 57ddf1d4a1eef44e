"""The review queue, for programs: visits that could not be booked so any more.

What may be done about a visit is `scheduler.remedies`'.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlmodel import col, or_, select

from scheduler import fitting, remedies
from scheduler.fitting import Fit
from visitation import lifecycle
from visitation.lifecycle import Act, VisitState
from visitation.visits import Visit, flags
from visitation.visits.tables import Flag
from visitation.words import Outcome, Role
from web import named, review_rows, review_words, subjects
from web.api import cursors, visit_answers
from web.api.answers import Listing
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Id, Instant, Line, Page, Told
from web.api.problems import Reason
from web.api.visit_answers import told, told_each
from web.api.visits import Seat
from web.routing import Door

_WRITERS: frozenset[Role | Door] = lifecycle.MAY[Act.MOVE]
_READERS: frozenset[Role | Door] = _WRITERS | {Role.AUDITOR, Role.WARDEN}


class ReviewQuery(Page):
    """Which prison's visits."""

    prison: Id | None = None


class Keeping(Asked):
    """Why a visit stays as it is."""

    because: Annotated[Line, StringConstraints(min_length=1)]


class RaisedFlag(Told):
    """One thing that speaks against a visit by now."""

    reason: Reason
    raised_at: Instant
    kept_at: Instant | None = Field(description="When somebody decided to keep it.")
    kept_reason: str


class FlaggedVisit(Told):
    """A booked visit, and what speaks against it."""

    visit: visit_answers.Visit
    flags: list[RaisedFlag]


class FlaggedVisits(Listing):
    """Visits to be reviewed, by their time."""

    items: list[FlaggedVisit]


class NearestPlace(Told):
    """Where a visit could go."""

    terminal_id: Id
    kiosk_id: Id | None
    starts_at: Instant
    ends_at: Instant


class Review(FlaggedVisit):
    """A flagged visit, and what can be done about it."""

    may_keep: bool
    may_move: bool
    may_book_anew: bool = Field(description="Where the prisoner is now.")
    cancelled_as: Outcome | None = Field(
        description="The outcome to cancel it with; null: nothing is to be decided."
    )
    nearest: NearestPlace | None = Field(
        description="The nearest place that the rules have nothing against."
    )


async def list_flagged_visits(call: Call) -> FlaggedVisits:
    """List the booked visits that somebody has to look at, the next ones first.

    A flag is raised when facts change under a visit: a transfer, a closure, an order.
    It goes by itself when its cause does.
    """
    asked: ReviewQuery = call.query
    query = (
        select(Visit)
        .where(*review_rows.within(call.by, call.now), Visit.state == VisitState.BOOKED)
        .order_by(col(Visit.starts_at), col(Visit.id))
        .limit(asked.limit + 1)
    )
    if asked.prison is not None:
        query = query.where(Visit.prison_id == asked.prison)
    if asked.cursor is not None:
        after, last = cursors.read_moment(asked.cursor)
        same = (col(Visit.starts_at) == after) & (col(Visit.id) > last)
        query = query.where(or_(col(Visit.starts_at) > after, same))
    rows = (await call.session.exec(query)).all()
    shown, following = cursors.page(
        rows, asked.limit, lambda visit: (visit.starts_at, visit.id)
    )
    raised = await _flags(call, shown)
    items = [
        FlaggedVisit(visit=one_told, flags=[_flag(flag) for flag in raised[one.id]])
        for one, one_told in zip(shown, await told_each(call, shown), strict=True)
    ]
    return FlaggedVisits(items=items, next=following)


async def get_review(call: Call) -> Review:
    """Get what speaks against a booked visit, and what can be done about it."""
    return await _review(call, await call.session.get_one(Visit, call.subject.id))


async def keep_flagged_visit(call: Call) -> Review:
    """Leave a flagged visit as it is, with a reason."""
    visit = await call.session.get_one(Visit, call.subject.id)
    await remedies.keep(
        call.session,
        visit,
        because=call.body.because,
        by=call.by.actor,
        now=call.now,
    )
    return await _review(call, visit)


async def move_flagged_visit(call: Call) -> visit_answers.Visit:
    """Move a flagged visit to a place that helps, such as the nearest; all are told."""
    asked: Seat = call.body
    if asked.kiosk_id not in {None, call.subject.kiosk_id}:
        await named.station(call.session, call.by.scope, asked.kiosk_id or 0)
    visit = await call.session.get_one(Visit, call.subject.id)
    await remedies.move(
        call.session,
        visit,
        Fit(span=asked.span, terminal_id=asked.terminal_id, kiosk_id=asked.kiosk_id),
        by=call.by.actor,
        now=call.now,
    )
    return await told(call, visit)


async def _review(call: Call, visit: Visit) -> Review:
    booked = visit.state is VisitState.BOOKED
    found = await flags.open_flags(call.session, visit.id) if booked else []
    due = [flag.reason for flag in found if flag.kept_at is None]
    ways = remedies.remedies(due)
    fit = None
    if ways.move:
        fit = await fitting.nearest(call.session, visit, reasons=due, now=call.now)
    return Review(
        visit=await told(call, visit),
        flags=[_flag(flag) for flag in found],
        may_keep=ways.keep,
        may_move=ways.move,
        may_book_anew=ways.anew,
        cancelled_as=ways.outcome if due else None,
        nearest=_place(fit) if fit else None,
    )


async def _flags(call: Call, shown: Sequence[Visit]) -> Mapping[int, list[Flag]]:
    rows = await call.session.exec(
        select(Flag)
        .where(
            col(Flag.visit_id).in_([one.id for one in shown]),
            col(Flag.gone_at).is_(None),
        )
        .order_by(col(Flag.id))
    )
    found: dict[int, list[Flag]] = {one.id: [] for one in shown}
    for flag in rows.all():
        found[flag.visit_id].append(flag)
    return found


def _flag(flag: Flag) -> RaisedFlag:
    return RaisedFlag(
        reason=Reason(code=flag.reason, detail=review_words.words(flag.reason)),
        raised_at=flag.raised_at,
        kept_at=flag.kept_at,
        kept_reason=flag.kept_reason,
    )


def _place(fit: Fit) -> NearestPlace:
    return NearestPlace(
        terminal_id=fit.terminal_id,
        kiosk_id=fit.kiosk_id,
        starts_at=fit.span.start,
        ends_at=fit.span.end,
    )


_of_visit = partial(Endpoint, subject=subjects.visit)
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/review",
        act=list_flagged_visits,
        allow=_READERS,
        query=ReviewQuery,
        answer=FlaggedVisits,
    ),
    _of_visit(
        method="GET",
        path="/visits/{visit}/review",
        act=get_review,
        allow=_READERS,
        answer=Review,
    ),
    _of_visit(
        method="POST",
        path="/visits/{visit}/review/keep",
        act=keep_flagged_visit,
        allow=_WRITERS,
        body=Keeping,
        answer=Review,
    ),
    _of_visit(
        method="POST",
        path="/visits/{visit}/review/move",
        act=move_flagged_visit,
        allow=_WRITERS,
        body=Seat,
        answer=visit_answers.Visit,
        tells_room=True,
    ),
)
