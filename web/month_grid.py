"""A month as a grid of weeks, Saturday first, in the solar Hijri calendar.

Pure: a day, and what each day of its month has, give rows of cells.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from scheduler.tallies import Totals
from visitation import jalali
from web import i18n, present
from web.i18n import ngettext

_WEEK = 7
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A count in words, and how it is coloured."""

    words: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A day of the month; `other` is the same in the other calendar, in English.

    `is_over`: whether its last slot has begun.
    """

    href: str
    number: str
    other: str
    weekday: str
    signs: tuple[Sign, ...]
    is_today: bool
    is_over: bool
    has_free: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of the solar Hijri calendar, by its first and last day."""

    first: date
    last: date

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that a day is in."""
        at = jalali.from_date(day)
        first = jalali.to_date(jalali.JalaliDate(at.year, at.month, 1))
        length = jalali.month_length(at.year, at.month)
        return cls(first=first, last=first + (length - 1) * _DAY)

    @property
    def before(self) -> date:
        """A day of the month before."""
        return self.first - _DAY

    @property
    def after(self) -> date:
        """A day of the month after."""
        return self.last + _DAY

    def name(self) -> str:
        """«آذر ۱۴۰۵», or "Azar 1405"."""
        return present.month(self.first)


def weekdays(zone: ZoneInfo) -> list[str]:
    """The days of the week as the heads of columns."""
    saturday = date(2026, 11, 21)
    return [present.weekday(saturday + n * _DAY, zone) for n in range(_WEEK)]


def weeks(
    month: Month,
    totals: Mapping[date, Totals],
    *,
    today: date,
    zone: ZoneInfo,
    href: Callable[[date], str],
) -> list[list[Cell | None]]:
    """Rows of seven days; None where a week begins or ends in another month."""
    blank = jalali.WEEK.index(month.first.weekday())
    cells: list[Cell | None] = [None] * blank
    for n in range((month.last - month.first).days + 1):
        day = month.first + n * _DAY
        total = totals.get(day, Totals())
        cells.append(
            Cell(
                href=href(day),
                number=present.digits(jalali.from_date(day).day),
                other="" if i18n.language() == "fa" else f"{day:%-d %b}",
                weekday=present.weekday(day, zone),
                signs=_signs(total),
                is_today=day == today,
                is_over=bool(total.past) and not total.free,
                has_free=bool(total.free),
            )
        )
    cells += [None] * (-len(cells) % _WEEK)
    return [cells[n : n + _WEEK] for n in range(0, len(cells), _WEEK)]


def _signs(total: Totals) -> tuple[Sign, ...]:
    counted = (
        (ngettext("%(num)s free", "%(num)s free", total.free), total.free, "good"),
        (ngettext("%(num)s booked", "%(num)s booked", total.taken), total.taken, ""),
        (
            ngettext("%(num)s closed", "%(num)s closed", total.closed),
            total.closed,
            "warn",
        ),
    )
    return tuple(
        Sign(words=present.digits(words), tone=tone or "plain")
        for words, number, tone in counted
        if number
    )
