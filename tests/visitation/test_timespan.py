"""Half-open spans, and the quanta they are made of."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from visitation.timespan import (
    Timespan,
    floor_quantum,
    on_quantum,
    quantum_start,
)

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return TEN + timedelta(minutes=minutes)


def between(start: int, end: int) -> Timespan:
    return Timespan(at(start), at(end))


@pytest.mark.parametrize(("start", "end"), [(0, 0), (30, 0)])
def test_a_span_ends_after_it_starts(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        between(start, end)


@pytest.mark.parametrize(
    ("start", "end"),
    [(TEN.replace(tzinfo=None), at(30)), (TEN, at(30).replace(tzinfo=None))],
    ids=["naive start", "naive end"],
)
def test_a_naive_datetime_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        Timespan(start, end)


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        (between(0, 30), between(30, 60), False),
        (between(30, 60), between(0, 30), False),
        (between(0, 30), between(29, 60), True),
        (between(0, 60), between(10, 20), True),
        (between(10, 20), between(0, 60), True),
    ],
    ids=["before", "after", "by a minute", "around", "inside"],
)
def test_spans_that_only_touch_do_not_overlap(
    one: Timespan, other: Timespan, answer: bool
) -> None:
    assert one.overlaps(other) is answer


@pytest.mark.parametrize(
    ("minute", "inside"), [(-1, False), (0, True), (29, True), (30, False)]
)
def test_the_start_is_inside_and_the_end_is_not(minute: int, inside: bool) -> None:
    assert between(0, 30).covers(at(minute)) is inside


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        (between(0, 30), True),
        (between(5, 25), True),
        (between(-5, 25), False),
        (between(5, 35), False),
    ],
)
def test_a_span_contains_what_lies_wholly_inside(other: Timespan, answer: bool) -> None:
    assert between(0, 30).contains(other) is answer


def test_a_span_is_widened_on_either_side() -> None:
    wide = between(0, 30).widened(timedelta(minutes=5), timedelta(minutes=10))
    assert wide == between(-5, 40)
    assert wide.length == timedelta(minutes=45)


def test_quanta_are_those_the_span_touches() -> None:
    first = int(TEN.timestamp()) // 300
    assert list(between(0, 15).quanta()) == [first, first + 1, first + 2]
    assert list(between(4, 6).quanta()) == [first, first + 1]
    assert list(between(1, 5).quanta()) == [first]


def test_quanta_are_the_same_in_every_zone() -> None:
    tehran = timezone(timedelta(hours=3, minutes=30))
    there = Timespan(at(0).astimezone(tehran), at(30).astimezone(tehran))
    assert there.quanta() == between(0, 30).quanta()
    assert there == between(0, 30)


def test_a_quantum_begins_where_it_is_counted_from() -> None:
    assert quantum_start(between(0, 5).quanta().start) == TEN


@pytest.mark.parametrize(("minute", "answer"), [(0, True), (5, True), (7, False)])
def test_an_instant_is_on_a_quantum_or_it_is_not(minute: int, answer: bool) -> None:
    assert on_quantum(at(minute)) is answer
    assert not on_quantum(at(0) + timedelta(microseconds=1))


def test_the_quantum_below_an_instant() -> None:
    assert floor_quantum(at(9)) == at(5)
    assert floor_quantum(at(5)) == at(5)


def test_spans_are_ordered_by_their_start() -> None:
    assert sorted([between(30, 60), between(0, 30)]) == [
        between(0, 30),
        between(30, 60),
    ]
