"""The weekly hours in which an official can be booked, and from where they attend.

Hours are wall times of a zone. What is changed is ended and written anew, so that the
past keeps its hours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid
from visitation.people.tables import Account, OfficialHours
from visitation.timespan import Timespan, on_quantum
from visitation.words import Attendance, Role

_SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Hours on one day of each week.

    Attributes:
        weekday: as `date.weekday()`, 0 is Monday.
        ends: midnight means the end of the day.
        valid_to: the last day, or None for no end.
    """

    weekday: int
    starts: time
    ends: time
    zone: str
    attendance: Attendance
    valid_from: date
    valid_to: date | None = None


async def hours_of(
    session: AsyncSession, account_id: int, *, since: date
) -> Sequence[OfficialHours]:
    """An official's hours that are still in force on a day, or later, by weekday."""
    rows = await session.exec(
        select(OfficialHours)
        .where(
            OfficialHours.account_id == account_id,
            or_(
                col(OfficialHours.valid_to).is_(None),
                col(OfficialHours.valid_to) >= since,
            ),
        )
        .order_by(
            col(OfficialHours.weekday),
            col(OfficialHours.starts),
            col(OfficialHours.id),
        )
    )
    return rows.all()


async def add_hours(
    session: AsyncSession, account: Account, week: Week, *, by: Actor, now: datetime
) -> OfficialHours:
    """Give an official hours on one day of each week.

    Raises:
        Invalid: if the account is no official's, the hours end before they start, are
            over already, or overlap others on the same day of the week.
    """
    if account.role is not Role.OFFICIAL:
        raise Invalid("official", "not_an_official")
    _check(week, now)
    for other in await hours_of(session, account.id, since=week.valid_from):
        if _overlap(week, other):
            raise Invalid("starts", "hours_overlap")
    hours = OfficialHours(
        account_id=account.id,
        weekday=week.weekday,
        starts=week.starts,
        ends=week.ends,
        zone=week.zone,
        attendance=week.attendance,
        valid_from=week.valid_from,
        valid_to=week.valid_to,
    )
    session.add(hours)
    await session.flush()
    audit.note(
        session,
        by,
        "add_hours",
        f"account:{account.id}",
        now=now,
        hours=hours.id,
        weekday=week.weekday,
    )
    return hours


async def end_hours(
    session: AsyncSession, hours: OfficialHours, *, by: Actor, now: datetime
) -> None:
    """End hours after yesterday; ending twice changes nothing."""
    yesterday = now.astimezone(ZoneInfo(hours.zone)).date() - timedelta(days=1)
    if hours.valid_to is not None and hours.valid_to <= yesterday:
        return
    hours.valid_to = yesterday
    session.add(hours)
    await session.flush()
    audit.note(
        session, by, "end_hours", f"account:{hours.account_id}", now=now, hours=hours.id
    )


def spans_on(hours: Iterable[OfficialHours], day: date) -> list[Timespan]:
    """When an official can be booked on a local day, in order of time."""
    return sorted(
        _span(one, day)
        for one in hours
        if one.weekday == day.weekday()
        and one.valid_from <= day
        and (one.valid_to is None or day <= one.valid_to)
    )


def _span(hours: OfficialHours, day: date) -> Timespan:
    zone = ZoneInfo(hours.zone)
    last = day if hours.ends > time(0) else day + timedelta(days=1)
    return Timespan(
        datetime.combine(day, hours.starts, zone),
        datetime.combine(last, hours.ends, zone),
    )


def _check(week: Week, now: datetime) -> None:
    if not 0 <= week.weekday <= _SUNDAY:
        raise Invalid("weekday", "no_weekday")
    if week.ends != time(0) and week.ends <= week.starts:
        raise Invalid("ends", "ends_before_start")
    day = week.valid_from
    for name, wall in (("starts", week.starts), ("ends", week.ends)):
        if not on_quantum(datetime.combine(day, wall, ZoneInfo(week.zone))):
            raise Invalid(name, "odd_times")
    if week.valid_to is not None and week.valid_to < week.valid_from:
        raise Invalid("valid_to", "ends_before_start")
    if week.valid_to is not None and week.valid_to < now.date():
        raise Invalid("valid_to", "over")


def _overlap(week: Week, other: OfficialHours) -> bool:
    apart = week.valid_to is not None and week.valid_to < other.valid_from
    return (
        not apart
        and week.weekday == other.weekday
        and (week.starts < other.ends or other.ends == time(0))
        and (other.starts < week.ends or week.ends == time(0))
    )
