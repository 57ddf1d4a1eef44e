"""Days, months, quarters and years of the Solar Hijri calendar, as spans. Pure."""

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
        """Its first day; how it is known in the tables of sums."""
        return jalali.to_date(JalaliDate(self.year, self.number, 1))

    @property
    def last(self) -> date:
        """Its last day."""
        return self.later(1).first - timedelta(days=1)

    def later(self, months: int) -> "Month":
        """The month so many months later, or earlier if that is negative."""
        years, number = divmod(self.number - 1 + months, _MONTHS)
        return Month(self.year + years, number + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included."""

    first: date
    last: date

    @classmethod
    def day(cls, day: date) -> "Period":
        """A single day."""
        return cls(day, day)

    @classmethod
    def week(cls, day: date) -> "Period":
        """The week that a day is in, from Saturday to Friday."""
        begins = day - timedelta(days=jalali.WEEK.index(day.weekday()))
        return cls(begins, begins + timedelta(days=len(jalali.WEEK) - 1))

    @classmethod
    def months(cls, first: Month, last: Month | None = None) -> "Period":
        """Whole months from the first to the last, or one."""
        return cls(first.first, (last or first).last)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> "Period":
        """A quarter, counted from 1: spring, summer, autumn, winter."""
        begins = Month(year, (quarter - 1) * _QUARTER + 1)
        return cls.months(begins, begins.later(_QUARTER - 1))

    @classmethod
    def year(cls, year: int) -> "Period":
        """A whole year."""
        return cls.months(Month(year, 1), Month(year, _MONTHS))

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def year_before(self) -> "Period":
        """The days of the same names in the year before."""
        return Period(year_before(self.first), year_before(self.last))

    def days(self) -> Iterator[date]:
        """Each day of it, in order."""
        for passed in range(self.length):
            yield self.first + timedelta(days=passed)

    def by_month(self) -> Iterator["Period"]:
        """What of each month is in it, in order."""
        month = Month.of(self.first)
        while month.first <= self.last:
            ends = (max(self.first, month.first), min(self.last, month.last))
            yield Period(*ends)
            month = month.later(1)

    @property
    def is_month(self) -> bool:
        """Whether it is a whole month."""
        return self == Period.months(Month.of(self.first))

    def parted(self) -> tuple["Period | None", tuple["Period", ...]]:
        """The whole months of it together, and what stands before and after them."""
        whole = [one for one in self.by_month() if one.is_month]
        ends = tuple(one for one in self.by_month() if not one.is_month)
        return Period(whole[0].first, whole[-1].last) if whole else None, ends

    def until(self, day: date) -> "Period":
        """What of it has come by a day; its first day, if all of it is later."""
        return Period(self.first, max(self.first, min(self.last, day)))

    def span(self, zone: str) -> Timespan:
        """When it lasts on the wall clocks of a zone."""
        return Timespan(midnight(self.first, zone), after(self.last, zone))


def midnight(day: date, zone: str) -> datetime:
    """When a day begins on the wall clocks of a zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def after(day: date, zone: str) -> datetime:
    """When the next one begins."""
    return midnight(day + timedelta(days=1), zone)


def year_before(day: date) -> date:
    """The day of the same name a year before; the last of Esfand, if there is none."""
    at = jalali.from_date(day)
    longest = jalali.month_length(at.year - 1, at.month)
    return jalali.to_date(JalaliDate(at.year - 1, at.month, min(at.day, longest)))


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
