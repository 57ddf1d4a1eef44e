"""Months, quarters and years of the Solar Hijri calendar, as spans of months. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from visitation import jalali
from visitation.jalali import JalaliDate
from visitation.timespan import Timespan

_MONTHS: Final = 12
_QUARTER: Final = 3


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year; both count from 1."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that a day is in."""
        at = jalali.from_date(day)
        return cls(at.year, at.month)

    @property
    def first(self) -> date:
        """Its first day; how it is known in the tables."""
        return jalali.to_date(JalaliDate(self.year, self.number, 1))

    @property
    def last(self) -> date:
        """Its last day."""
        return self.later(1).first - timedelta(days=1)

    def later(self, months: int) -> "Month":
        """The month so many months later, or earlier if that is negative."""
        years, number = divmod(self.number - 1 + months, _MONTHS)
        return Month(self.year + years, number + 1)

    def span(self, zone: str) -> Timespan:
        """When it lasts on the wall clocks of a zone."""
        ends = (self.first, self.later(1).first)
        return Timespan(*(datetime.combine(d, time(), ZoneInfo(zone)) for d in ends))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months from the first to the last, both included."""

    first: Month
    last: Month

    @classmethod
    def year(cls, year: int) -> "Period":
        """A whole year."""
        return cls(Month(year, 1), Month(year, _MONTHS))

    @classmethod
    def quarter(cls, year: int, quarter: int) -> "Period":
        """A quarter, counted from 1: spring, summer, autumn, winter."""
        begins = Month(year, (quarter - 1) * _QUARTER + 1)
        return cls(begins, begins.later(_QUARTER - 1))

    @property
    def year_before(self) -> "Period":
        """The same months of the year before."""
        return Period(self.first.later(-_MONTHS), self.last.later(-_MONTHS))

    def months(self) -> Iterator[Month]:
        """Each month of it, in order."""
        month = self.first
        while month <= self.last:
            yield month
            month = month.later(1)

    def until(self, month: Month) -> "Period":
        """What of it is over or has begun in a month; the whole, if all of it is later.

        So that a year that is not over is compared with as many months of the year
        before.
        """
        return Period(self.first, max(self.first, min(self.last, month)))


def parse(text: str) -> Month:
    """The month that `1405-09` names.

    Raises:
        ValueError: if it names none.
    """
    year, number = (int(part) for part in text.split("-"))
    jalali.to_date(JalaliDate(year, number, 1))
    return Month(year, number)


def quarter_before(day: date) -> tuple[int, int]:
    """The year and the number of the last quarter that was over on a day."""
    begins = Month.of(day)
    last = begins.later(-((begins.number - 1) % _QUARTER) - 1)
    return last.year, (last.number - 1) // _QUARTER + 1
