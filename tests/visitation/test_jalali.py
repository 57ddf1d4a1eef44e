"""Our calendar, held against persiantools day by day."""

from datetime import date, timedelta

import pytest
from persiantools.jdatetime import JalaliDate as Theirs

from visitation import jalali
from visitation.jalali import JalaliDate

FIRST, LAST = date(1799, 3, 21), date(2100, 12, 31)


def test_every_day_of_three_centuries_is_the_day_persiantools_says() -> None:
    day = FIRST
    while day <= LAST:
        theirs = Theirs(day)
        ours = jalali.from_date(day)
        assert (ours.year, ours.month, ours.day) == (
            theirs.year,
            theirs.month,
            theirs.day,
        )
        assert jalali.to_date(ours) == day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 23), "1405/09/02"),
        (date(2025, 3, 20), "1403/12/30"),
        (date(2025, 3, 21), "1404/01/01"),
        (date(1979, 2, 11), "1357/11/22"),
    ],
)
def test_days_people_remember(day: date, text: str) -> None:
    assert str(jalali.from_date(day)) == text
    assert jalali.to_date(jalali.parse(text)) == day


def test_months_have_their_lengths() -> None:
    assert [jalali.month_length(1403, month) for month in range(1, 13)] == (
        [31] * 6 + [30] * 6
    )
    assert jalali.month_length(1404, 12) == 29


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1404/13/01", "no month 13"),
        ("1404/00/01", "no month 0"),
        ("1404/12/30", "no day 30"),
        ("1404/07/31", "no day 31"),
        ("1404/01/00", "no day 0"),
        ("1404/01", "not enough"),
        ("9999/01/01", "no calendar"),
        ("0001/01/01", "no calendar"),
        ("1177/01/01", "no calendar"),
    ],
)
def test_what_names_no_day_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        jalali.parse(text)


@pytest.mark.parametrize("text", ["1405/9/2", "1405-09-02", "1405/09/02"])
def test_a_day_may_be_written_in_several_ways(text: str) -> None:
    assert jalali.parse(text) == JalaliDate(1405, 9, 2)


def test_the_week_begins_on_saturday() -> None:
    assert [jalali.WEEKDAYS_FA[day] for day in jalali.WEEK][:2] == ["شنبه", "یکشنبه"]
    assert jalali.WEEKDAYS_EN[date(2026, 11, 23).weekday()] == "Monday"
    assert sorted(jalali.WEEK) == list(range(7))


def test_every_month_and_weekday_has_a_name_in_both_languages() -> None:
    assert len(set(jalali.MONTHS_FA)) == len(set(jalali.MONTHS_EN)) == 12
    assert len(set(jalali.WEEKDAYS_FA)) == len(set(jalali.WEEKDAYS_EN)) == 7
