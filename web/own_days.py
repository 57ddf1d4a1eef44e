"""The month in which a phone looks for a time: its days, and what its page shows.

Reads only. Where a day leads is the page's to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import own_times
from scheduler.own_times import Bookable, Nothing
from scheduler.times import Party
from visitation.visits import Visit
from web import own_month, own_words
from web.month_grid import Month, weekdays


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A month, and what those of its days have that can be booked now.

    Attributes:
        first: the first day that can be booked now, in whatever month.
        last: the last one.
    """

    month: Month
    first: date
    last: date
    bookable: Bookable

    @property
    def counts(self) -> dict[date, int]:
        """How many times each day has."""
        return {day: len(times) for day, times in self.bookable.days.items()}

    def shown(
        self,
        counts: Mapping[date, int],
        *,
        zone: ZoneInfo,
        lead: Callable[[date], str],
        other: Callable[[date], str],
    ) -> dict[str, Any]:
        """What the page shows.

        Args:
            counts: how many times to offer of each day.
            zone: the prison's.
            lead: to the times of a day.
            other: to the month of a day.
        """
        month = self.month
        return {
            "month": month.name(),
            "weeks": own_month.weeks(month, counts, zone=zone, href=lead),
            "weekdays": weekdays(zone),
            "any": any(counts.values()),
            "reasons": own_words.told(self.bookable.against),
            "before": other(month.before) if month.before >= self.first else "",
            "after": other(month.after) if month.after <= self.last else "",
        }


async def days(
    session: AsyncSession,
    party: Party,
    asked: date | None,
    *,
    now: datetime,
    but_visit: Visit | None,
) -> Days | Nothing:
    """The days of the month that was asked for, or of the soonest that has any.

    Args:
        session: that reads.
        party: who comes to whom, and sits where.
        asked: a day of the month.
        now: when it is looked.
        but_visit: what would be given back for it.
    """
    begin = asked or await own_times.soonest(
        session, party, now=now, but_visit=but_visit
    )
    if isinstance(begin, Nothing):
        return begin
    month = Month.of(begin)
    first, last, _policy = await own_times.horizon(session, party.prison_id, now)
    found = await own_times.bookable(
        session,
        party,
        first=max(first, month.first),
        last=min(last, month.last),
        now=now,
        but_visit=but_visit,
    )
    return Days(month=month, first=first, last=last, bookable=found)
