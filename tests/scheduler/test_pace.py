"""A gateway is given so many messages a second, however the clock goes."""

from datetime import timedelta

from scheduler.pace import Pace
from tests.conftest import NOON

SECOND = timedelta(seconds=1)


def test_a_second_s_worth_goes_at_once_and_then_one_by_one() -> None:
    pace = Pace(10)
    assert pace.room(NOON) == 10
    pace.take(10)
    assert pace.room(NOON) == 0
    assert pace.room(NOON + SECOND / 10) == 1
    assert pace.room(NOON + SECOND) == 10
    assert pace.room(NOON + 60 * SECOND) == 10


def test_less_than_one_a_second_is_one_every_few() -> None:
    pace = Pace(0.2)
    pace.take(pace.room(NOON))
    assert [pace.room(NOON + n * SECOND) for n in (4, 5, 60)] == [0, 1, 1]


def test_a_clock_that_is_set_back_stops_nothing() -> None:
    pace = Pace(10)
    pace.take(pace.room(NOON))
    assert pace.room(NOON - 3600 * SECOND) == 0
    assert pace.room(NOON - 3599 * SECOND) == 10
