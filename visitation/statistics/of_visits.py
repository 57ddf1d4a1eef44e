"""What is counted of visits, of the calls in them, and of how they were found.

A visit is counted on the day it begins on the prison's wall clock, where the family
sat. Of a legal visit only that it was.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    String,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, or_

from visitation.calls import Presence
from visitation.calls.tables import Feedback, LostTime
from visitation.lifecycle import VisitState
from visitation.lines.tables import LineRecord
from visitation.people import Prisoner
from visitation.places import Site
from visitation.statistics.facts import (
    Bounds,
    as_text,
    counted,
    days_apart,
    days_between,
    facts,
)
from visitation.statistics.measures import Measure
from visitation.visits import Participant, Visit
from visitation.words import Outcome, Part, SiteKind, VisitKind

#: A visit that was never more than a wish is no visit.
COUNTED: Final = (
    VisitState.BOOKED,
    VisitState.LIVE,
    VisitState.COMPLETED,
    VisitState.CANCELLED,
    VisitState.MISSED,
    VisitState.UNCLOSED,
)
_TECHNICAL: Final = (
    Outcome.TECHNICAL_FAMILY,
    Outcome.TECHNICAL_PRISON,
    Outcome.TECHNICAL_SERVER,
)
ON_THE_ROAD: Final = (SiteKind.VILLAGE, SiteKind.MOBILE_OFFICE)
_PRISON: Any = aliased(Site)
_PLACE: Any = aliased(Site)
_HELD = col(Visit.state) == VisitState.COMPLETED
_OPEN = col(Visit.kind) != VisitKind.LEGAL
#: How a stretch in a call ends when somebody's line breaks.
_LOST: Final = "lost"


def visits(bounds: Bounds) -> Sequence[Any]:
    """Visits, what became of them, how long families waited, and who came."""
    outcome = func.coalesce(_text(Visit.outcome), _text(Visit.state))
    key = case((_OPEN, outcome), else_=literal(""))
    waited = case(
        (col(Visit.created_at) > col(Visit.starts_at), literal("0")),
        else_=as_text(days_between(col(Visit.starts_at), col(Visit.created_at))),
    )
    came = _people(bounds)
    return (
        counted(Measure.VISITS, _within(bounds, key=key)),
        counted(Measure.HELD, _within(bounds, _HELD)),
        counted(
            Measure.GIVEN_BACK,
            _within(
                bounds,
                _OPEN,
                col(Visit.minutes_given_back) > 0,
                amount=col(Visit.minutes_given_back),
            ),
        ),
        counted(Measure.WAITED, _within(bounds, _HELD, _OPEN, key=waited)),
        counted(Measure.BEFORE, _before(bounds)),
        counted(Measure.SINCE, _since(bounds)),
        counted(Measure.VISITORS, came),
        counted(
            Measure.VILLAGE_VISITORS,
            came.where(_PLACE.kind.in_(ON_THE_ROAD)),
        ),
    )


def calls(bounds: Bounds) -> Sequence[Any]:
    """Whether calls stood at the first try, and what was lost in them."""
    began = col(Visit.started_at).is_not(None)
    failed = func.coalesce(col(Visit.outcome).in_(_TECHNICAL), literal(value=False))
    broke = (
        select(literal(1))
        .where(col(Presence.visit_id) == col(Visit.id), col(Presence.reason) == _LOST)
        .exists()
    )
    lost = _within(bounds, _OPEN, key=_text(LostTime.fault), amount=LostTime.seconds)
    return (
        counted(
            Measure.CONNECTED,
            _within(bounds, _OPEN, or_(began, failed), key="tried"),
        ),
        counted(
            Measure.CONNECTED,
            _within(bounds, _OPEN, began, ~failed, ~broke, key="first"),
        ),
        counted(
            Measure.LOST,
            lost.join(LostTime, col(LostTime.visit_id) == col(Visit.id)).where(
                col(LostTime.seconds) > 0
            ),
        ),
    )


def lines(bounds: Bounds) -> Sequence[Any]:
    """How long lines were measured, and how long they carried no picture."""

    def seconds(of: Any) -> Any:
        things = _within(bounds, _OPEN, amount=cast(func.round(of), BigInteger))
        return things.join(LineRecord, col(LineRecord.visit_id) == col(Visit.id))

    return (
        counted(Measure.LINE_TIME, seconds(col(LineRecord.seconds_down))),
        counted(Measure.AUDIO_ONLY, seconds(col(LineRecord.seconds_audio_only))),
    )


def feedback(bounds: Bounds) -> Sequence[Any]:
    """How families found their visits."""
    things = _within(bounds, _OPEN, key=_text(Feedback.mood))
    return (
        counted(
            Measure.FELT,
            things.join(Feedback, col(Feedback.visit_id) == col(Visit.id)),
        ),
    )


def _within(bounds: Bounds, *conditions: Any, key: Any = "", amount: Any = 0) -> Any:
    """The visits of some days, each where its family sat."""
    place = func.coalesce(col(Visit.point_id), col(Visit.prison_id))
    things = (
        facts(
            day=bounds.day(col(Visit.starts_at)),
            place=place,
            province=_PLACE.province_id,
            prison=col(Visit.prison_id),
            kind=_text(Visit.kind),
            key=key,
            amount=amount,
        )
        .select_from(Visit)
        .join(_PRISON, _PRISON.id == col(Visit.prison_id))
        .join(_PLACE, _PLACE.id == place)
        .where(
            # Named beside the time, so that the index of both is used.
            col(Visit.state).in_(COUNTED),
            col(Visit.starts_at) >= bounds.span.start,
            col(Visit.starts_at) < bounds.span.end,
            _PRISON.zone == bounds.zone,
            *conditions,
        )
    )
    if bounds.anchors is not None:
        things = things.where(col(Visit.prison_id).in_(bounds.anchors))
    return things


def _before(bounds: Bounds) -> Any:
    """First visits of prisoners, with the days since one before this service."""
    known = _with_earlier(bounds)
    day = bounds.day(col(Visit.starts_at))
    key = as_text(days_apart(day, col(Prisoner.visited_on)))
    things = _within(bounds, _HELD, _OPEN, col(Prisoner.visited_on) <= day, key=key)
    return (
        things.join(Prisoner, col(Prisoner.id) == col(Visit.prisoner_id))
        .join(known, known.c.id == col(Visit.id))
        .where(known.c.before.is_(None))
    )


def _since(bounds: Bounds) -> Any:
    """Visits that took place, with the days since the prisoner's one before."""
    known = _with_earlier(bounds)
    key = as_text(days_between(col(Visit.starts_at), known.c.before))
    things = _within(bounds, _HELD, _OPEN, key=key)
    return things.join(known, known.c.id == col(Visit.id))


def _with_earlier(bounds: Bounds) -> Any:
    """Visits that took place, and when the prisoner's one before was."""
    earlier, lately = aliased(Visit), aliased(Visit)
    whose = select(col(lately.prisoner_id)).where(
        col(lately.state) == VisitState.COMPLETED,
        col(lately.starts_at) >= bounds.span.start,
        col(lately.starts_at) < bounds.span.end,
    )
    if bounds.anchors is not None:
        whose = whose.where(col(lately.prison_id).in_(bounds.anchors))
    began = col(earlier.starts_at)
    # One walk over their visits: looking back from each is slow where there are many.
    return (
        select(
            col(earlier.id).label("id"),
            func.lag(began)
            .over(partition_by=col(earlier.prisoner_id), order_by=began)
            .label("before"),
        )
        .where(
            col(earlier.state) == VisitState.COMPLETED,
            col(earlier.kind) != VisitKind.LEGAL,
            began < bounds.span.end,
            col(earlier.prisoner_id).in_(whose),
        )
        .subquery()
    )


def _people(bounds: Bounds) -> Any:
    came = or_(
        col(Participant.arrived_at).is_not(None),
        col(Participant.joined_at).is_not(None),
    )
    return _within(bounds, _OPEN).join(
        Participant,
        and_(
            col(Participant.visit_id) == col(Visit.id),
            col(Participant.part) == Part.VISITOR,
            came,
        ),
    )


def _text(column: Any) -> Any:
    """A word as it is stored, without what makes an enumeration of it."""
    return type_coerce(column, String)
