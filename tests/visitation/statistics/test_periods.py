"""Months and quarters of the Solar Hijri calendar, and the days of a distribution."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from visitation.statistics import Month, Period, figures, parse, quarter_before
from visitation.statistics.figures import growth
from visitation.statistics.measures import quantile

DOCS = Path(__file__).parents[3] / "docs" / "statistics.md"


def test_a_month_lasts_from_midnight_to_midnight_where_it_is() -> None:
    span = Month(1405, 9).span("Asia/Tehran")

    assert span.start.astimezone(UTC) == datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
    assert span.end - span.start == timedelta(days=30)


def test_months_go_on_over_the_turn_of_the_year() -> None:
    assert Month(1405, 11).later(3) == Month(1406, 2)
    assert Month(1405, 2).later(-14) == Month(1403, 12)
    # 1403 is a leap year.
    assert Month(1403, 12).last == date(2025, 3, 20)


def test_a_year_that_is_not_over_is_compared_with_as_many_months() -> None:
    so_far = Period.year(1405).until(Month(1405, 9))

    assert so_far == Period(Month(1405, 1), Month(1405, 9))
    assert so_far.year_before == Period(Month(1404, 1), Month(1404, 9))


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
