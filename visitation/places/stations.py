"""Stations: adding, renaming, taking out of order and back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import Invalid
from visitation.places.tables import Site, Station
from visitation.words import SiteKind, StationKind


async def add_station(
    session: AsyncSession, *, site: Site, name: str, by: Actor, now: datetime
) -> Station:
    """Add a station: a terminal in a prison, a kiosk anywhere else.

    Raises:
        Invalid: if the site has a station of that name.
    """
    kind = StationKind.TERMINAL if site.kind is SiteKind.PRISON else StationKind.KIOSK
    station = Station(site_id=site.id, kind=kind, name=name.strip())
    await _keep(session, station, name.strip())
    audit.note(session, by, "add_station", f"station:{station.id}", now=now)
    return station


async def rename_station(
    session: AsyncSession, station: Station, *, name: str, by: Actor, now: datetime
) -> None:
    """Give a station another name.

    Raises:
        Invalid: if the site has a station of that name.
    """
    await _keep(session, station, name.strip())
    audit.note(session, by, "rename_station", f"station:{station.id}", now=now)


async def take_out_of_order(
    session: AsyncSession, station: Station, *, reason: str, by: Actor, now: datetime
) -> None:
    """Keep a station from being booked until it is back in order.

    What is booked there stays booked: somebody must move it.

    Raises:
        Invalid: if there is no reason.
    """
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    station.out_of_order = reason.strip()
    session.add(station)
    audit.note(session, by, "station_out_of_order", f"station:{station.id}", now=now)


async def put_in_order(
    session: AsyncSession, station: Station, *, by: Actor, now: datetime
) -> None:
    """Let a station be booked again."""
    station.out_of_order = None
    session.add(station)
    audit.note(session, by, "station_in_order", f"station:{station.id}", now=now)


async def stations_of(session: AsyncSession, site_id: int) -> Sequence[Station]:
    """The stations of a site, by name."""
    rows = await session.exec(
        select(Station)
        .where(Station.site_id == site_id)
        .order_by(col(Station.name), col(Station.id))
    )
    return rows.all()


async def _keep(session: AsyncSession, station: Station, name: str) -> None:
    try:
        async with session.begin_nested():
            station.name = name
            session.add(station)
            await session.flush()
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        raise Invalid("name", "station_name_taken") from None
