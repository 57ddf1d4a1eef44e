"""Who may enter a call, by the clock and the record."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from visitation import admission
from visitation.admission import Denial, Doorway
from visitation.lifecycle import VisitState
from visitation.timespan import Timespan
from visitation.words import Part, VisitKind

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
DOOR = Doorway(
    now=TEN,
    span=Timespan(TEN, TEN + timedelta(minutes=30)),
    early=timedelta(minutes=15),
    grace=timedelta(minutes=5),
    state=VisitState.BOOKED,
    kind=VisitKind.FAMILY,
    part=Part.VISITOR,
)


@pytest.mark.parametrize(
    ("minute", "answer"),
    [
        (-16, Denial.NOT_YET_OPEN),
        (-15, None),
        (0, None),
        (34, None),
        (35, Denial.OVER),
        (600, Denial.OVER),
    ],
)
def test_the_door_opens_early_and_closes_after_the_grace(
    minute: int, answer: Denial | None
) -> None:
    door = replace(DOOR, now=TEN + timedelta(minutes=minute))
    assert admission.denial(door) is answer


def test_the_door_says_when_it_opens_and_closes() -> None:
    assert DOOR.opens_at == TEN - timedelta(minutes=15)
    assert DOOR.closes_at == TEN + timedelta(minutes=35)


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (VisitState.HELD, Denial.NOT_BOOKED),
        (VisitState.REQUESTED, Denial.NOT_BOOKED),
        (VisitState.BOOKED, None),
        (VisitState.LIVE, None),
        (VisitState.COMPLETED, Denial.OVER),
        (VisitState.DECLINED, Denial.NOT_BOOKED),
        (VisitState.CANCELLED, Denial.NOT_BOOKED),
        (VisitState.EXPIRED, Denial.NOT_BOOKED),
        (VisitState.MISSED, Denial.OVER),
        (VisitState.UNCLOSED, Denial.OVER),
    ],
)
def test_only_a_visit_that_stands_has_a_door(
    state: VisitState, answer: Denial | None
) -> None:
    assert admission.denial(replace(DOOR, state=state)) is answer


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("kind", VisitKind)
def test_nobody_watches_a_legal_visit(part: Part, kind: VisitKind) -> None:
    watching = kind is VisitKind.LEGAL and part is Part.MONITOR
    answer = admission.denial(replace(DOOR, kind=kind, part=part))
    assert answer is (Denial.PRIVILEGED if watching else None)


def test_privilege_is_said_before_anything_about_the_time() -> None:
    door = replace(
        DOOR,
        kind=VisitKind.LEGAL,
        part=Part.MONITOR,
        state=VisitState.CANCELLED,
        now=TEN - timedelta(days=1),
    )
    assert admission.denial(door) is Denial.PRIVILEGED


def test_a_cancelled_visit_is_not_called_early() -> None:
    door = replace(DOOR, state=VisitState.CANCELLED, now=TEN - timedelta(days=1))
    assert admission.denial(door) is Denial.NOT_BOOKED
