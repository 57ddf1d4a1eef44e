"""Moving a mobile office's day to another one, with all its stops.

Knows nothing of what is booked: whoever moves a day re-plans its visits next.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit import Actor
from visitation.errors import Invalid
from visitation.places import mobile
from visitation.places.itinerary import Stop
from visitation.places.tables import MobileDay, MobileStop, Site
from visitation.timespan import Timespan
from visitation.words import MobileDayState


async def move_day(
    session: AsyncSession,
    planned: MobileDay,
    *,
    day: date,
    reason: str,
    reference: str,
    by: Actor,
    now: datetime,
    reach: ColumnElement[bool] | None = None,
) -> MobileDay:
    """Let an office drive on another day instead: the same stops at the same hours.

    The old day is cancelled and stays on record. What is booked on it stays booked.

    Raises:
        Invalid: if there is no reason, the day is cancelled already, or one of the two
            is over; if the office drives on the new one anyhow; or if one of the stops
            could not be planned now.
    """
    await session.refresh(planned, with_for_update=True)
    office = await session.get_one(Site, planned.site_id)
    if planned.state is not MobileDayState.PLANNED:
        raise Invalid("day", "day_cancelled")
    stops = await _stops(session, planned, day, ZoneInfo(office.zone))
    await mobile.cancel_day(session, planned, reason=reason, by=by, now=now)
    return await mobile.plan_day(
        session,
        office=office,
        day=day,
        stops=stops,
        reference=reference,
        by=by,
        now=now,
        reach=reach,
    )


async def _stops(
    session: AsyncSession, planned: MobileDay, day: date, zone: ZoneInfo
) -> list[Stop]:
    days = day - planned.day
    rows = await session.exec(
        select(MobileStop).where(MobileStop.mobile_day_id == planned.id)
    )
    return [
        Stop(
            village_id=stop.village_id,
            # Added on the wall, so that the hours stay over a change of the clocks.
            span=Timespan(
                (stop.starts_at.astimezone(zone) + days).astimezone(UTC),
                (stop.ends_at.astimezone(zone) + days).astimezone(UTC),
            ),
            travel=timedelta(minutes=stop.travel_minutes),
            kiosks=frozenset(stop.kiosks),
        )
        for stop in rows.all()
    ]
