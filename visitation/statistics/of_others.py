"""What is counted of services, villages, messages and requests."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import String, case, func, literal, select, type_coerce
from sqlalchemy.orm import aliased
from sqlmodel import col

from visitation.cases.tables import Case
from visitation.messages import Message
from visitation.people import Prisoner
from visitation.places import MobileDay, MobileStop, Site
from visitation.services.tables import ServiceRecord
from visitation.statistics.facts import Bounds, as_text, counted, days_between, facts
from visitation.statistics.measures import Measure
from visitation.statistics.of_visits import ON_THE_ROAD
from visitation.statistics.tables import NOWHERE
from visitation.visits import Visit
from visitation.words import CaseState, MobileDayState, ServiceKind

_PRISON: Any = aliased(Site)
_PLACE: Any = aliased(Site)
_ANSWERS: Final = (CaseState.GRANTED, CaseState.DENIED)


def services(bounds: Bounds) -> Sequence[Any]:
    """What was done at points, by whom, and for how many."""
    things = (
        facts(
            day=col(ServiceRecord.day),
            place=col(ServiceRecord.point_id),
            province=_PLACE.province_id,
            kind=_text(ServiceRecord.kind),
            key=_text(ServiceRecord.channel),
            amount=col(ServiceRecord.people),
        )
        .select_from(ServiceRecord)
        .join(_PLACE, _PLACE.id == col(ServiceRecord.point_id))
        .where(
            col(ServiceRecord.day) >= bounds.period.first,
            col(ServiceRecord.day) <= bounds.period.last,
            col(ServiceRecord.withdrawn_at).is_(None),
        )
    )
    if bounds.anchors is not None:
        things = things.where(col(ServiceRecord.point_id).in_(bounds.anchors))
    return (
        counted(Measure.OPERATIONS, things),
        counted(
            Measure.VILLAGE_SERVED,  # Visitors are counted with their visits.
            things.where(
                _PLACE.kind.in_(ON_THE_ROAD),
                col(ServiceRecord.kind) != ServiceKind.VISIT,
            ),
        ),
    )


def villages(bounds: Bounds) -> Sequence[Any]:
    """The days on which a mobile office stood in a village."""
    stood = (
        select(col(MobileStop.village_id), col(MobileDay.day))
        .join(MobileDay, col(MobileDay.id) == col(MobileStop.mobile_day_id))
        .where(
            col(MobileDay.state) == MobileDayState.PLANNED,
            col(MobileDay.day) >= bounds.period.first,
            col(MobileDay.day) <= min(bounds.period.last, bounds.today),
        )
        .distinct()
        .subquery()
    )
    things = (
        facts(day=stood.c.day, place=stood.c.village_id, province=_PLACE.province_id)
        .select_from(stood)
        .join(_PLACE, _PLACE.id == stood.c.village_id)
    )
    return (counted(Measure.VILLAGE_DAYS, things),)


def messages(bounds: Bounds) -> Sequence[Any]:
    """Messages, by what became of them."""
    place = func.coalesce(col(Visit.point_id), col(Visit.prison_id), literal(0))
    things = (
        facts(
            day=bounds.day(col(Message.created_at)),
            place=place,
            province=func.coalesce(_PLACE.province_id, literal(NOWHERE)),
            prison=func.coalesce(col(Visit.prison_id), literal(0)),
            kind=_text(Message.channel),
            key=_text(Message.state),
            amount=col(Message.segments),
        )
        .select_from(Message)
        .outerjoin(Visit, col(Visit.id) == col(Message.visit_id))
        .outerjoin(_PLACE, _PLACE.id == place)
        .where(
            col(Message.created_at) >= bounds.span.start,
            col(Message.created_at) < bounds.span.end,
        )
    )
    return (counted(Measure.MESSAGES, things),)


def cases(bounds: Bounds) -> Sequence[Any]:
    """Requests raised, decided, and due, and how long an answer took."""
    took = as_text(days_between(col(Case.decided_at), col(Case.raised_at)))
    decided = col(Case.state).in_(_ANSWERS)
    late = func.coalesce(col(Case.decided_at), bounds.now) > col(Case.due_at)
    return (
        counted(
            Measure.OPENED,
            _of_cases(bounds, Case.raised_at, key=_text(Case.source)),
        ),
        counted(
            Measure.DECIDED,
            _of_cases(bounds, Case.decided_at, decided, key=_text(Case.state)),
        ),
        counted(
            Measure.ANSWERED,
            _of_cases(bounds, Case.decided_at, decided, key=took),
        ),
        counted(
            Measure.DUE,
            _of_cases(
                bounds,
                Case.due_at,
                col(Case.due_at) <= bounds.now,
                col(Case.state) != CaseState.WITHDRAWN,
                key=case((late, literal("late")), else_=literal("in_time")),
            ),
        ),
    )


def _of_cases(bounds: Bounds, at: Any, *conditions: Any, key: Any) -> Any:
    place = func.coalesce(col(Case.point_id), col(Prisoner.site_id))
    return (
        facts(
            day=bounds.day(col(at)),
            place=place,
            province=_PLACE.province_id,
            prison=col(Prisoner.site_id),
            kind=_text(Case.kind),
            key=key,
        )
        .select_from(Case)
        .join(Prisoner, col(Prisoner.id) == col(Case.prisoner_id))
        .join(_PRISON, _PRISON.id == col(Prisoner.site_id))
        .join(_PLACE, _PLACE.id == place)
        .where(
            col(at) >= bounds.span.start,
            col(at) < bounds.span.end,
            _PRISON.zone == bounds.zone,
            *conditions,
        )
    )


def _text(column: Any) -> Any:
    return type_coerce(column, String)
