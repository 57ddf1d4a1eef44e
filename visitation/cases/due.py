"""Until when there is to be an answer: the end of a working day where the prison is.

Fridays and holidays are none; a printed date is the day at whose end it is due.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people.tables import Prisoner
from visitation.places import Site
from visitation.places.holidays import days_off

_DAY = timedelta(days=1)
_FRIDAY = 4
_LAST_SECOND = time(23, 59, 59)


async def prison_of(session: AsyncSession, prisoner_id: int) -> Site:
    """The prison that a prisoner is in."""
    prisoner = await session.get_one(Prisoner, prisoner_id)
    return await session.get_one(Site, prisoner.site_id)


async def in_days(
    session: AsyncSession, *, prison: Site, days: int, now: datetime
) -> datetime:
    """The end of the working day that is so many after today."""
    today = now.astimezone(ZoneInfo(prison.zone)).date()
    # As many again, and the longest holidays of a year, are never all off.
    off = await days_off(
        session,
        province_id=prison.province_id,
        first=today,
        last=today + 2 * days * _DAY + 60 * _DAY,
    )
    day, left = today, days
    while left > 0:
        day += _DAY
        left -= day.weekday() != _FRIDAY and day not in off
    return end_of(day, zone=prison.zone)


def end_of(day: date, *, zone: str) -> datetime:
    """The last second of a day somewhere."""
    return datetime.combine(day, _LAST_SECOND, ZoneInfo(zone)).astimezone(UTC)
