"""Which days the figures of a page are of: as asked for, and in words. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from visitation import jalali
from visitation.places import DEFAULT_ZONE
from visitation.statistics import Month, Period
from web import i18n, present
from web.i18n import N_, _

#: So many days are drawn one by one, and more by months.
_BY_DAY: Final = 31
_QUARTERS: Final = (N_("Spring"), N_("Summer"), N_("Autumn"), N_("Winter"))
_ZONE: Final = ZoneInfo(DEFAULT_ZONE)


class Span(StrEnum):
    """What is asked for most, by the day it is."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    LAST_YEAR = "last_year"

    def of(self, today: date) -> Period:
        """Its days, those to come among them."""
        month = Month.of(today)
        match self:
            case Span.TODAY:
                return Period.day(today)
            case Span.YESTERDAY:
                return Period.day(today - timedelta(days=1))
            case Span.WEEK:
                return Period.week(today)
            case Span.MONTH:
                return Period.months(month)
            case Span.YEAR:
                return Period.year(month.year)
            case Span.LAST_YEAR:
                return Period.year(month.year - 1)


SPANS: Final = {
    Span.TODAY: N_("Today"),
    Span.YESTERDAY: N_("Yesterday"),
    Span.WEEK: N_("This week"),
    Span.MONTH: N_("This month"),
    Span.YEAR: N_("This year"),
    Span.LAST_YEAR: N_("Last year"),
}


class Part(StrEnum):
    """What of a year."""

    YEAR = "year"
    Q1 = "q1"
    Q2 = "q2"
    Q3 = "q3"
    Q4 = "q4"
    M1 = "m1"
    M2 = "m2"
    M3 = "m3"
    M4 = "m4"
    M5 = "m5"
    M6 = "m6"
    M7 = "m7"
    M8 = "m8"
    M9 = "m9"
    M10 = "m10"
    M11 = "m11"
    M12 = "m12"

    def of(self, year: int) -> Period:
        """The days of it."""
        if self is Part.YEAR:
            return Period.year(year)
        number = int(self.value[1:])
        if self.value.startswith("q"):
            return Period.quarter(year, number)
        return Period.months(Month(year, number))


def part_options() -> list[tuple[str, str]]:
    """The whole year, its quarters, and its months."""
    months = jalali.MONTHS_FA if i18n.language() == "fa" else jalali.MONTHS_EN
    return [
        (Part.YEAR.value, _("The whole year")),
        *((f"q{n}", _(name)) for n, name in enumerate(_QUARTERS, 1)),
        *((f"m{n}", name) for n, name in enumerate(months, 1)),
    ]


def name(period: Period) -> str:
    """A period in words."""
    if period.length == 1:
        return present.day(period.first, _ZONE)
    if period.is_month:
        return present.month(period.first)
    first, last = Month.of(period.first), Month.of(period.last)
    if period == Period.months(first, last):
        ends = (present.month(period.first), present.month(period.last))
    else:
        ends = (
            present.day(period.first, _ZONE, weekday=False),
            present.day(period.last, _ZONE, weekday=False),
        )
    return _("%(start)s to %(end)s", start=ends[0], end=ends[1])


def steps(period: Period) -> Sequence[Period]:
    """What a period is drawn by: its days if they are few, else its months."""
    if period.length <= _BY_DAY:
        return [Period.day(day) for day in period.days()]
    return [*period.by_month()]


def step_name(step: Period) -> str:
    """A day or a month of a chart, or what of a month is in it."""
    if step.is_month:
        return present.month(step.first)
    if step.length == 1:
        return present.day_of_month(step.first)
    return _(
        "%(start)s to %(end)s",
        start=present.day_of_month(step.first),
        end=present.day_of_month(step.last),
    )
