"""Provinces, sites, stations, weekly openings and policies, on both databases."""

from sqlmodel import col, select

from tests.conftest import NOON
from visitation import audit, places
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.words import SiteKind

BY = audit.SYSTEM


async def test_what_is_done_to_a_place_is_on_record(database: Database) -> None:
    async with database.write() as session:
        province = await places.add_province(
            session, code="10", name="اصفهان", by=BY, now=NOON
        )
        site = await places.add_site(
            session,
            province_id=province.id,
            kind=SiteKind.PRISON,
            name="زندان",
            by=BY,
            now=NOON,
        )
        station = await places.add_station(
            session, site=site, name="کابین", by=BY, now=NOON
        )
        await places.take_out_of_order(session, station, reason="-", by=BY, now=NOON)
    async with database.read() as session:
        entries = (
            await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))
        ).all()
    assert [(entry.action, entry.subject) for entry in entries] == [
        ("add_province", f"province:{province.id}"),
        ("add_site", f"site:{site.id}"),
        ("add_station", f"station:{station.id}"),
        ("station_out_of_order", f"station:{station.id}"),
    ]
    assert not any("زندان" in str(entry.facts) for entry in entries)
