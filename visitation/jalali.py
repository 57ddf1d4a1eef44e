"""The Solar Hijri calendar, for the edges only; storage knows UTC and nothing else.

Borkowski's break-year arithmetic: K. M. Borkowski, "The Persian calendar for 3000
years", Earth, Moon, and Planets 74 (1996). The tests compare it with persiantools day
by day from 1178 to 1479 (1799 to 2100); from 1502 on, sources differ on leap years.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

_BREAKS = (-61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635, 2060)
#: Sources disagree about the year before; the one after the last only ends it.
_FIRST_YEAR, _LAST_YEAR = 1178, 1634
_PERIODS = tuple(pairwise(_BREAKS))
_LONG_MONTHS = 6

MONTHS_FA = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
MONTHS_EN = (
    "Farvardin",
    "Ordibehesht",
    "Khordad",
    "Tir",
    "Mordad",
    "Shahrivar",
    "Mehr",
    "Aban",
    "Azar",
    "Dey",
    "Bahman",
    "Esfand",
)
#: By `date.weekday()`: Monday first.
WEEKDAYS_FA = (
    "دوشنبه",
    "سه‌شنبه",
    "چهارشنبه",
    "پنجشنبه",
    "جمعه",
    "شنبه",
    "یکشنبه",
)
WEEKDAYS_EN = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
#: `date.weekday()` in the order of the Iranian week, Saturday first.
WEEK = (5, 6, 0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True, order=True)
class JalaliDate:
    """A day of the Solar Hijri calendar; months and days count from 1."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.year:04}/{self.month:02}/{self.day:02}"


def from_date(day: date) -> JalaliDate:
    """The Solar Hijri day of a Gregorian date."""
    year = day.year - 621
    if day < _new_year(year):
        year -= 1
    index = (day - _new_year(year)).days
    if index < _LONG_MONTHS * 31:
        return JalaliDate(year, index // 31 + 1, index % 31 + 1)
    index -= _LONG_MONTHS * 31
    return JalaliDate(year, _LONG_MONTHS + index // 30 + 1, index % 30 + 1)


def to_date(jalali: JalaliDate) -> date:
    """The Gregorian date of a Solar Hijri day.

    Raises:
        ValueError: if there is no such day.
    """
    if not 1 <= jalali.month <= len(MONTHS_FA):
        raise ValueError(f"no month {jalali.month}")
    if not 1 <= jalali.day <= month_length(jalali.year, jalali.month):
        raise ValueError(f"no day {jalali.day} in month {jalali.month}")
    before = min(jalali.month - 1, _LONG_MONTHS) * 31
    before += max(jalali.month - 1 - _LONG_MONTHS, 0) * 30
    return _new_year(jalali.year) + timedelta(days=before + jalali.day - 1)


def week_number(day: date) -> int:
    """The week of a day, counted from long ago; weeks begin on Saturday."""
    return (day.toordinal() + 1) // 7


def month_length(year: int, month: int) -> int:
    """How many days a month has: 31, 30, or 29 for Esfand of a common year."""
    if month <= _LONG_MONTHS:
        return 31
    if month < len(MONTHS_FA):
        return 30
    return (_new_year(year + 1) - _new_year(year)).days - 336


def parse(text: str) -> JalaliDate:
    """The day that `1405/9/2` or `1405-09-02` (ASCII digits) names.

    Raises:
        ValueError: if it names none.
    """
    year, month, day = (int(part) for part in text.replace("-", "/").split("/"))
    jalali = JalaliDate(year, month, day)
    to_date(jalali)
    return jalali


@cache
def _new_year(year: int) -> date:
    """The Gregorian date of 1 Farvardin."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f"no calendar for the year {year}")
    gregorian = year + 621
    jumps = [end - start for start, end in _PERIODS if end <= year]
    start = max(start for start, _ in _PERIODS if start <= year)
    leaps = sum(jump // 33 * 8 + jump % 33 // 4 for jump in jumps) - 14
    passed = year - start
    leaps += passed // 33 * 8 + (passed % 33 + 3) // 4
    gregorian_leaps = gregorian // 4 - (gregorian // 100 + 1) * 3 // 4 - 150
    return date(gregorian, 3, 20 + leaps - gregorian_leaps)
