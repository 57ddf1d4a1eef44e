"""Mobile days: a mobile office on the road, from village to village on one day.

Knows where the office stands and when families can sit down there; knows nothing of
what is booked. What is booked on a day that changes stays booked: somebody must move
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, false
from sqlmodel import col, delete, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid
from visitation.places import itinerary
from visitation.places.itinerary import Stop
from visitation.places.stations import stations_of
from visitation.places.tables import MobileDay, MobileStop, Site, Station
from visitation.timespan import Timespan
from visitation.words import MobileDayState, SiteKind


async def plan_day(
    session: AsyncSession,
    *,
    office: Site,
    day: date,
    stops: Sequence[Stop],
    reference: str,
    by: Actor,
    now: datetime,
    reach: ColumnElement[bool] | None = None,
) -> MobileDay:
    """Send a mobile office to some villages on one local day.

    `reach` is the condition on `Site` for villages outside the office's province.

    Raises:
        Invalid: if the site is no mobile office, the day is over or planned already,
            or the itinerary makes no sense; a stop is named as `stops.0.village`.
    """
    # Holding the office's row makes the second of two equal requests wait, then see.
    await session.get_one(Site, office.id, with_for_update=True)
    if office.kind is not SiteKind.MOBILE_OFFICE or office.closed_at is not None:
        raise Invalid("site", "not_a_mobile_office")
    _refuse_past(office, day, now)
    same = await session.exec(
        select(MobileDay).where(MobileDay.site_id == office.id, MobileDay.day == day)
    )
    if known := same.first():
        cancelled = known.state is MobileDayState.CANCELLED
        raise Invalid("day", "day_cancelled" if cancelled else "day_planned")
    ordered = await _checked(session, office, day, stops, reach)
    planned = MobileDay(reference=reference, site_id=office.id, day=day, changed_at=now)
    session.add(planned)
    await session.flush()
    await _keep(session, planned, ordered)
    _note(session, by, "plan_mobile_day", planned, now=now, stops=len(ordered))
    return planned


async def change_stops(
    session: AsyncSession,
    planned: MobileDay,
    *,
    stops: Sequence[Stop],
    by: Actor,
    now: datetime,
    reach: ColumnElement[bool] | None = None,
) -> None:
    """Give a planned day another itinerary.

    Raises:
        Invalid: if the day is over or cancelled, or the itinerary makes no sense.
    """
    await session.refresh(planned, with_for_update=True)
    office = await session.get_one(Site, planned.site_id)
    _refuse_past(office, planned.day, now)
    if planned.state is not MobileDayState.PLANNED:
        raise Invalid("day", "day_cancelled")
    ordered = await _checked(session, office, planned.day, stops, reach)
    await session.exec(
        delete(MobileStop).where(col(MobileStop.mobile_day_id) == planned.id)
    )
    await _keep(session, planned, ordered)
    planned.changed_at = now
    session.add(planned)
    _note(session, by, "change_mobile_day", planned, now=now, stops=len(ordered))


async def cancel_day(
    session: AsyncSession,
    planned: MobileDay,
    *,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Keep a mobile office at home on a day; cancelling twice changes nothing.

    Raises:
        Invalid: if there is no reason, or the day is over.
    """
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    await _set(
        session,
        planned,
        MobileDayState.CANCELLED,
        reason=reason.strip(),
        by=by,
        now=now,
    )


async def reinstate(
    session: AsyncSession, planned: MobileDay, *, by: Actor, now: datetime
) -> None:
    """Let a cancelled day take place as it was planned.

    Raises:
        Invalid: if the day is over.
    """
    await _set(session, planned, MobileDayState.PLANNED, reason="", by=by, now=now)


async def stops_at(
    session: AsyncSession, *, kiosk_id: int, span: Timespan
) -> MobileStop | None:
    """The stop at which a mobile office's kiosk stands for the whole of a span.

    A kiosk of a mobile office can be used nowhere else.
    """
    found = await session.exec(
        select(MobileStop)
        .join(MobileDay, col(MobileDay.id) == col(MobileStop.mobile_day_id))
        .join(Station, col(Station.site_id) == col(MobileDay.site_id))
        .where(
            Station.id == kiosk_id,
            MobileDay.state == MobileDayState.PLANNED,
            col(MobileStop.starts_at) <= span.start,
            col(MobileStop.ends_at) >= span.end,
        )
        .order_by(col(MobileStop.id))
    )
    return next((s for s in found if not s.kiosks or kiosk_id in s.kiosks), None)


async def is_mobile(session: AsyncSession, kiosk_id: int) -> bool:
    """Whether a kiosk travels with a mobile office."""
    found = await session.exec(
        select(Site.kind)
        .join(Station, col(Station.site_id) == col(Site.id))
        .where(Station.id == kiosk_id)
    )
    return found.first() is SiteKind.MOBILE_OFFICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Itinerary:
    """A mobile day, whose it is, and its stops with their villages, in order."""

    day: MobileDay
    office: Site
    stops: tuple[tuple[MobileStop, Site], ...]


async def itineraries(
    session: AsyncSession, *conditions: ColumnElement[bool]
) -> list[Itinerary]:
    """The mobile days that fulfil conditions on `MobileDay` and the office's `Site`."""
    found = await session.exec(
        select(MobileDay, Site)
        .join(Site, col(Site.id) == col(MobileDay.site_id))
        .where(*conditions)
        .order_by(col(MobileDay.day), col(Site.name), col(MobileDay.id))
    )
    days = found.all()
    stops: dict[int, list[tuple[MobileStop, Site]]] = {day.id: [] for day, _ in days}
    there = await session.exec(
        select(MobileStop, Site)
        .join(Site, col(Site.id) == col(MobileStop.village_id))
        .where(col(MobileStop.mobile_day_id).in_(stops))
        .order_by(col(MobileStop.starts_at))
    )
    for stop, village in there:
        stops[stop.mobile_day_id].append((stop, village))
    return [
        Itinerary(day=day, office=office, stops=tuple(stops[day.id]))
        for day, office in days
    ]


def whole_day(office: Site, day: date) -> Timespan:
    """An office's local day, from midnight to midnight."""
    zone = ZoneInfo(office.zone)
    after = day + timedelta(days=1)
    return Timespan(
        datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC),
        datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC),
    )


async def _set(
    session: AsyncSession,
    planned: MobileDay,
    state: MobileDayState,
    *,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    await session.refresh(planned, with_for_update=True)
    if planned.state is state:
        return
    _refuse_past(await session.get_one(Site, planned.site_id), planned.day, now)
    planned.state, planned.reason, planned.changed_at = state, reason, now
    session.add(planned)
    await session.flush()
    _note(session, by, f"mobile_day_{state}", planned, now=now)


def _refuse_past(office: Site, day: date, now: datetime) -> None:
    if whole_day(office, day).end <= now:
        raise Invalid("day", "day_over")


async def _checked(
    session: AsyncSession,
    office: Site,
    day: date,
    stops: Sequence[Stop],
    reach: ColumnElement[bool] | None,
) -> list[Stop]:
    """The stops in order of time, if they can be kept.

    A stop is named by where it stood in what was asked for.
    """
    if wrong := itinerary.wrong(stops, whole_day(office, day)):
        raise Invalid(*wrong)
    kiosks = {station.id for station in await stations_of(session, office.id)}
    villages = await session.exec(
        select(Site.id).where(
            col(Site.id).in_({stop.village_id for stop in stops}),
            Site.kind == SiteKind.VILLAGE,
            col(Site.closed_at).is_(None),
            or_(
                Site.province_id == office.province_id,
                false() if reach is None else reach,
            ),
        )
    )
    known = set(villages.all())
    for number, stop in enumerate(stops):
        if stop.village_id not in known:
            raise Invalid(f"stops.{number}.village", "not_a_village_here")
        if not stop.kiosks <= kiosks:
            raise Invalid(f"stops.{number}.kiosks", "kiosk_not_here")
    return sorted(stops, key=lambda stop: stop.span)


async def _keep(
    session: AsyncSession, planned: MobileDay, stops: Sequence[Stop]
) -> None:
    session.add_all(
        MobileStop(
            mobile_day_id=planned.id,
            village_id=stop.village_id,
            starts_at=stop.span.start,
            ends_at=stop.span.end,
            travel_minutes=int(stop.travel.total_seconds()) // 60,
            kiosks=sorted(stop.kiosks),
        )
        for stop in stops
    )
    await session.flush()


def _note(
    session: AsyncSession,
    by: Actor,
    action: str,
    planned: MobileDay,
    *,
    now: datetime,
    **facts: int,
) -> None:
    audit.note(
        session,
        by,
        action,
        f"mobile_day:{planned.id}",
        now=now,
        site=planned.site_id,
        day=planned.day.isoformat(),
        **facts,
    )
