"""The demonstration's points have services to show: of some weeks, and of today."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import cast, seed, served
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.places import Site
from visitation.points import queue
from visitation.services import counting
from visitation.services.counting import Done
from visitation.services.tables import ServiceRecord
from visitation.words import ServiceChannel, ServiceKind

NOW = datetime(2026, 11, 23, 8, 33, tzinfo=UTC)


async def _site(session: AsyncSession, name: str) -> Site:
    return (await session.exec(select(Site).where(Site.name == name))).one()


async def _seeded(
    database: Database, keyring: Keyring, now: datetime
) -> Sequence[ServiceRecord]:
    await seed.fill(database, keyring, password="a long password", now=now)
    async with database.read() as session:
        return (await session.exec(select(ServiceRecord))).all()


async def test_every_point_of_the_clerk_has_services_of_every_kind(
    database: Database, keyring: Keyring
) -> None:
    records = await _seeded(database, keyring, NOW)
    async with database.read() as session:
        today = await counting.by_kind(
            session,
            point_id=(await _site(session, cast.OFFICE)).id,
            day=date(2026, 11, 23),
        )
        points = {name: await _site(session, name) for _, name, _ in served.DAYS}
    assert len(records) == 42
    assert {one.kind for one in records} == set(ServiceKind)
    assert {one.channel for one in records} == set(ServiceChannel)
    assert {one.point_id for one in records} == {one.id for one in points.values()}
    assert points.keys() == {
        cast.OFFICE,
        cast.MOBILE_OFFICE,
        cast.TRAVELLING_OFFICE,
        cast.VILLAGE,
    }
    assert not any(one.late or one.withdrawn_at for one in records)
    assert today == (
        Done(kind=ServiceKind.PETITION, times=1, people=1),
        Done(kind=ServiceKind.SANA, times=1, people=2),
        Done(kind=ServiceKind.REGISTRY, times=1, people=1),
        Done(kind=ServiceKind.FORENSIC, times=1, people=1),
        Done(kind=ServiceKind.PUBLIC_RIGHTS, times=1, people=5),
        Done(kind=ServiceKind.OTHER, times=1, people=1),
    )


@pytest.mark.parametrize("hour", [1, 5, 21])
async def test_services_of_today_are_of_today_at_any_hour(
    sqlite: Database, keyring: Keyring, hour: int
) -> None:
    now = NOW.replace(hour=hour)
    records = await _seeded(sqlite, keyring, now)
    async with sqlite.read() as session:
        today = queue.day_of(await _site(session, cast.OFFICE), now)
    assert max(one.done_at for one in records) <= now
    assert [one.day for one in records].count(today) == 8
