"""Short forms of `make prove-sender` and `make prove-outage`."""

import asyncio
from datetime import timedelta

import pytest

from scheduler.means import Point
from tests import postgres
from tests.prove import outage, sender
from visitation.database import Database, migrate

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("point", list(Point))
async def test_a_killed_sender_loses_nothing_on_sqlite(
    sqlite_url: str, point: Point
) -> None:
    found = await sender.killed_at(point, sqlite_url, nodes=1, times=2)
    assert (found.right, found.kills) == (True, 2), found


@pytest.mark.parametrize("point", list(Point))
async def test_two_that_are_killed_lose_nothing_on_postgresql(
    postgresql_url: str, point: Point
) -> None:
    await asyncio.to_thread(migrate, postgresql_url)
    postgres.empty(postgresql_url)
    found = await sender.killed_at(point, postgresql_url, nodes=2, times=2)
    assert found.right, found
    assert found.kills >= 1


async def test_after_an_outage_what_is_worth_it_goes_out_in_order(
    sqlite: Database,
) -> None:
    found = await outage.endured(sqlite, count=120, during=5 * MINUTE, after=MINUTE / 2)
    assert found.right, found
    assert found.sent + found.expired == 120
    assert found.expired > 0
    assert found.tries > 1
