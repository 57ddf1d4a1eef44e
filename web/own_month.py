"""A month in which a family looks for a time: only days that have one lead on.

Pure: the days with how many times they have, and where each leads, become rows of
cells. On a phone the page shows the days that lead on, one below the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from visitation import jalali
from web import i18n, present
from web.month_grid import Month

_WEEK = 7
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A day; `href` and `times` are empty where nothing can be booked.

    Attributes:
        words: the day of the month with the month's name.
        other: the same in the other calendar, in English.
    """

    number: str
    words: str
    other: str
    weekday: str
    times: int
    href: str


def weeks(
    month: Month,
    free: Mapping[date, int],
    *,
    zone: ZoneInfo,
    href: Callable[[date], str],
) -> list[list[Cell | None]]:
    """Rows of seven days, Saturday first; None where another month's days would be."""
    cells: list[Cell | None] = [None] * jalali.WEEK.index(month.first.weekday())
    for n in range((month.last - month.first).days + 1):
        day = month.first + n * _DAY
        times = free.get(day, 0)
        cells.append(
            Cell(
                number=present.digits(jalali.from_date(day).day),
                words=present.day_of_month(day),
                other="" if i18n.language() == "fa" else f"{day:%-d %b}",
                weekday=present.weekday(day, zone),
                times=times,
                href=href(day) if times else "",
            )
        )
    cells += [None] * (-len(cells) % _WEEK)
    return [cells[n : n + _WEEK] for n in range(0, len(cells), _WEEK)]
