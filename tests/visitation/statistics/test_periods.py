"""Months and quarters of the Solar Hijri calendar, and the days of a distribution."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visitation.statistics import Month, Period, figures, parse, quarter_before
from visitation.statistics.figures import growth
from visitation.statistics.measures import quantile
from visitation.statistics.periods import after, midnight, year_before

DOCS = Path(__file__).parents[3] / "docs" / "statistics.md"


def test_a_month_lasts_from_midnight_to_midnight_where_it_is() -> None:
    span = Period.months(Month(1405, 9)).span("Asia/Tehran")

    assert span.start.astimezone(UTC) == datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
    assert span.end - span.start == timedelta(days=30)


def test_months_go_on_over_the_turn_of_the_year() -> None:
    assert Month(1405, 11).later(3) == Month(1406, 2)
    assert Month(1405, 2).later(-14) == Month(1403, 12)
    # 1403 is a leap year.
    assert Month(1403, 12).last == date(2025, 3, 20)


def test_a_year_that_is_not_over_is_compared_with_as_many_days() -> None:
    so_far = Period.year(1405).until(date(2026, 12, 16))

    assert so_far == Period(date(2026, 3, 21), date(2026, 12, 16))
    # 1 Farvardin to 25 Azar 1404.
    assert so_far.year_before == Period(date(2025, 3, 21), date(2025, 12, 16))


def test_the_last_of_a_leap_year_is_compared_with_the_last_of_the_year_before() -> None:
    # 30 Esfand 1403; there was none in 1402.
    assert year_before(date(2025, 3, 20)) == date(2024, 3, 19)
    assert year_before(date(2025, 3, 21)) == date(2024, 3, 20)


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2026, 11, 27)])
def test_a_week_begins_on_saturday(day: date) -> None:
    assert Period.week(day) == Period(date(2026, 11, 21), date(2026, 11, 27))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_months_and_days_at_the_ends_are_all_of_a_period(
    first: date, length: int
) -> None:
    period = Period(first, first + timedelta(days=length))

    whole, ends = period.parted()
    parts = [day for one in (*ends, *([whole] if whole else ())) for day in one.days()]
    assert sorted(parts) == [*period.days()]
    assert [day for one in period.by_month() for day in one.days()] == sorted(parts)
    assert len(ends) <= 2


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.integers(1, 40))
def test_each_instant_has_the_day_of_its_wall_clock(first: date, length: int) -> None:
    # Clocks in Tehran were put forward in spring until 1401.
    period = Period(first, first + timedelta(days=length))
    zone = ZoneInfo("Asia/Tehran")

    for day in period.days():
        ends = (midnight(day, zone.key), after(day, zone.key) - timedelta(seconds=1))
        assert {one.astimezone(UTC).astimezone(zone).date() for one in ends} == {day}


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 11, 23), (1405, 2)),
        (date(2026, 12, 22), (1405, 3)),
        (date(2026, 3, 21), (1404, 4)),
    ],
)
def test_the_last_quarter_is_the_one_that_is_over(
    day: date, quarter: tuple[int, int]
) -> None:
    assert quarter_before(day) == quarter


@pytest.mark.parametrize("text", ["1405", "1405-13", "x-1", "9999-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


def test_a_percentile_is_the_least_value_that_so_many_did_not_exceed() -> None:
    days = {1: 50, 2: 45, 9: 4, 30: 1}

    assert [quantile(days, share) for share in (0.5, 0.51, 0.95, 0.96, 1.0)] == [
        *(1, 2, 2, 9, 30)
    ]
    assert quantile({}, 0.5) is None


def test_nothing_grows_from_nothing() -> None:
    assert growth(5, 0) is None
    assert growth(None, 5) is None
    assert growth(6, 4) == 0.5


def test_the_handbook_has_every_figure_with_its_formula() -> None:
    assert figures.as_markdown() in DOCS.read_text()
