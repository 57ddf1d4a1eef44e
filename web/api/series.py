"""Standing visits, for programs: repeat a visit, show its series, end it.

Which of the repetitions could be booked is the scheduler's answer.
"""

from datetime import date
from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints

from scheduler import series
from scheduler.series import MOST_TIMES, Occurrence
from visitation import lifecycle
from visitation.errors import NotFound
from visitation.lifecycle import Act, VisitState
from visitation.visits import Series, Visit
from visitation.words import CANCELLATIONS, Outcome
from web import subjects
from web.api import answers
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Because, Day, Instant, Line, Told
from web.api.problems import Reason, reasons


class Repetition(Asked):
    """How often, and until when: so many times more, or until a day."""

    every_weeks: Annotated[int, Field(ge=1, le=12)] = 1
    times: Annotated[int, Field(ge=1, le=MOST_TIMES)] | None = None
    until: Day | None = None
    override_reason: Because | None = Field(
        default=None, description="Why, although a rule speaks against a date."
    )


class SeriesEnd(Asked):
    """Who cancels the visits from now on, and why."""

    after: Instant | None = Field(
        default=None, description="The first that is cancelled; left out: this visit."
    )
    outcome: Outcome = Field(
        json_schema_extra={"enum": [one.value for one in CANCELLATIONS]}
    )
    reason: Annotated[Line, StringConstraints(min_length=1)]


class SeriesDate(Told):
    """What became of one date when the visit was repeated."""

    day: date = Field(description="In the prison's own time.")
    visit: str | None = Field(description="The visit's reference, if there is one.")
    booked_before: bool = Field(description="Whether the series had this date already.")
    reasons: list[Reason] = Field(description="Why the date could not be booked.")
    next_free: answers.Slot | None = Field(
        description="The first slot later that day that everybody could take."
    )


class Repeated(Told):
    """What became of each date."""

    series: str = Field(description="The reference of the series.")
    dates: list[SeriesDate]


class SeriesVisit(Told):
    """One visit of a series."""

    reference: str
    state: VisitState
    starts_at: Instant
    ends_at: Instant


class StandingVisit(Told):
    """A series: the same people at the same wall time, every so many weeks."""

    reference: str
    every_weeks: int
    ended_at: Instant | None
    visits: list[SeriesVisit]


async def repeat_visit(call: Call) -> Repeated:
    """Book the same visit again every so many weeks.

    Each date is booked by itself; one that the rules refuse says why and leaves the
    others alone. Asked again, the dates that were refused are tried anew.
    """
    asked: Repetition = call.body
    visit = await call.session.get_one(Visit, call.subject.id)
    found = await series.repeat(
        call.session,
        visit,
        every_weeks=asked.every_weeks,
        times=asked.times,
        until=asked.until,
        override_reason=asked.override_reason or "",
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    kept = await call.session.get_one(Series, visit.series_id)
    return Repeated(series=kept.reference, dates=[_date(one) for one in found])


async def get_series(call: Call) -> StandingVisit:
    """Get the series of a visit, with all its visits."""
    return await _told(call, await _series(call, call.subject))


async def end_series(call: Call) -> StandingVisit:
    """Cancel this visit of a series and every later one; everybody is told."""
    asked: SeriesEnd = call.body
    kept = await _series(call, call.subject)
    await series.end_series(
        call.session,
        kept,
        after=asked.after or call.subject.starts_at,
        outcome=asked.outcome,
        reason=asked.reason,
        by=call.by.actor,
        now=call.now,
    )
    return await _told(call, kept)


async def _series(call: Call, visit: Visit) -> Series:
    if visit.series_id is None:
        raise NotFound("series")
    return await call.session.get_one(Series, visit.series_id)


async def _told(call: Call, kept: Series) -> StandingVisit:
    return StandingVisit(
        reference=kept.reference,
        every_weeks=kept.every_weeks,
        ended_at=kept.ended_at,
        visits=[
            SeriesVisit.model_validate(one)
            for one in await series.visits_of(call.session, kept.id)
        ],
    )


def _date(one: Occurrence) -> SeriesDate:
    return SeriesDate(
        day=one.day,
        visit=one.visit,
        booked_before=one.booked_before,
        reasons=list(reasons(one.reasons)),
        next_free=answers.Slot.free(one.next_free) if one.next_free else None,
    )


_of_visit = partial(Endpoint, subject=subjects.visit)
ENDPOINTS = (
    _of_visit(
        method="GET",
        path="/visits/{visit}/series",
        act=get_series,
        allow=lifecycle.MAY[Act.READ_HISTORY],
        answer=StandingVisit,
    ),
    _of_visit(
        method="POST",
        path="/visits/{visit}/series",
        act=repeat_visit,
        allow=lifecycle.MAY[Act.REPEAT],
        body=Repetition,
        answer=Repeated,
    ),
    _of_visit(
        method="POST",
        path="/visits/{visit}/series/end",
        act=end_series,
        allow=lifecycle.MAY[Act.REPEAT],
        body=SeriesEnd,
        answer=StandingVisit,
    ),
)
