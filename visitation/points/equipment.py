"""Trying the kiosks of a point: staff ask, the kiosk begins, the result stays."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.places import Station
from visitation.points.tables import DeviceTest, DeviceTestWanted

#: A kiosk that was off all that time tries nothing when it is turned on.
WANTED_FOR: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Whether each part of a device works; None where it was skipped."""

    camera: bool | None = None
    microphone: bool | None = None
    loudspeaker: bool | None = None


async def want(
    session: AsyncSession, station: Station, *, by: Actor, now: datetime
) -> None:
    """Have a kiosk tried as soon as its screen sees that."""
    row = await session.get(DeviceTestWanted, station.id)
    if row is None:
        row = DeviceTestWanted(station_id=station.id, asked_at=now)
    row.asked_at = now
    session.add(row)
    await session.flush()
    audit.note(session, by, "device_test_wanted", f"site:{station.site_id}", now=now)


async def is_wanted(session: AsyncSession, *, station_id: int, now: datetime) -> bool:
    """Whether a kiosk is to be tried now."""
    row = await session.get(DeviceTestWanted, station_id)
    return row is not None and row.asked_at > now - WANTED_FOR


async def wanted_of(
    session: AsyncSession, *, station_ids: Collection[int], now: datetime
) -> frozenset[int]:
    """Which of some kiosks are to be tried and have not been yet."""
    rows = await session.exec(
        select(DeviceTestWanted.station_id).where(
            col(DeviceTestWanted.station_id).in_(tuple(station_ids)),
            col(DeviceTestWanted.asked_at) > now - WANTED_FOR,
        )
    )
    return frozenset(rows.all())


async def begun(session: AsyncSession, *, station_id: int) -> None:
    """A kiosk has begun; loading its page again does not begin once more."""
    row = await session.get(DeviceTestWanted, station_id)
    if row is not None:
        await session.delete(row)
        await session.flush()


async def record(
    session: AsyncSession, station: Station, found: Parts, *, by: Actor, now: datetime
) -> None:
    """Keep what trying a kiosk found."""
    session.add(
        DeviceTest(
            station_id=station.id,
            taken_at=now,
            camera=found.camera,
            microphone=found.microphone,
            loudspeaker=found.loudspeaker,
        )
    )
    await session.flush()
    audit.note(session, by, "device_tested", f"site:{station.site_id}", now=now)


async def latest(
    session: AsyncSession, *, station_ids: Collection[int]
) -> Mapping[int, DeviceTest]:
    """The last test of each of some kiosks that was ever tried."""
    newest = (
        select(func.max(DeviceTest.id))
        .where(col(DeviceTest.station_id).in_(tuple(station_ids)))
        .group_by(col(DeviceTest.station_id))
    )
    rows = await session.exec(select(DeviceTest).where(col(DeviceTest.id).in_(newest)))
    return {row.station_id: row for row in rows.all()}
