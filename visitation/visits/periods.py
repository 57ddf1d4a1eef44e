"""Periods of an allowance, and when a visit is given back.

A week runs from Saturday to Friday, a month is one of the Solar Hijri calendar; both
are counted in the prison's local days. Pure.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from visitation import jalali
from visitation.jalali import JalaliDate
from visitation.words import Outcome

_SATURDAY = 5
_MONTHS = 12
#: Endings that are no fault of the family: the visit can be had another time.
GIVEN_BACK = frozenset(
    {
        Outcome.PRISONER_ABSENT,
        Outcome.PRISONER_REFUSED,
        Outcome.NOBODY_CAME,
        Outcome.TECHNICAL_FAMILY,
        Outcome.TECHNICAL_PRISON,
        Outcome.TECHNICAL_SERVER,
        Outcome.CANCELLED_BY_PRISON,
        Outcome.CANCELLED_BY_OFFICIAL,
        Outcome.CANCELLED_BY_CLOSURE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A week or a month: its name as stored, its first day, and the day after it."""

    name: str
    first: date
    after: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How many visits a period has, and how many of them are used."""

    granted: int
    used: int

    @property
    def spent(self) -> bool:
        """Whether none is left."""
        return self.used >= self.granted


def week_of(day: date) -> Period:
    """The week of a day, `week:2026-11-21` after its Saturday."""
    saturday = day - timedelta(days=(day.weekday() - _SATURDAY) % 7)
    return Period(
        name=f"week:{saturday.isoformat()}",
        first=saturday,
        after=saturday + timedelta(days=7),
    )


def month_of(day: date) -> Period:
    """The month of a day, `month:1405-09` in the Solar Hijri calendar."""
    local = jalali.from_date(day)
    following = (
        JalaliDate(local.year + 1, 1, 1)
        if local.month == _MONTHS
        else JalaliDate(local.year, local.month + 1, 1)
    )
    return Period(
        name=f"month:{local.year:04}-{local.month:02}",
        first=jalali.to_date(JalaliDate(local.year, local.month, 1)),
        after=jalali.to_date(following),
    )


def refunds(outcome: Outcome | None, *, in_time: bool = True) -> bool:
    """Whether a visit that ended so is given back to the prisoner's allowance.

    Without an outcome it never came to be: a hold that ran out, a request declined. A
    family that cancels gives up its visit only where it is too late for another
    family to take the place.
    """
    if outcome is Outcome.CANCELLED_BY_FAMILY:
        return in_time
    return outcome is None or outcome in GIVEN_BACK
