"""A booking costs the same few statements, whoever comes."""

from datetime import timedelta

import pytest

from tests import make
from tests.scheduler.queries import counted
from tests.scheduler.test_booking import TEN, at, book
from visitation.database import Database
from visitation.keyring import Keyring

MOST = 6


@pytest.mark.parametrize("company", [0, 3])
async def test_a_booking_takes_few_statements(
    database: Database, keyring: Keyring, company: int
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        family = [world.visitor.id]
        for _ in range(company):
            other = await make.visitor(session)
            await make.contact(session, world.prisoner, other)
            family.append(other.id)
    with counted(database) as sent:
        async with database.write() as session:
            await book(session, world, keyring, visitor_ids=family)
    first = len(sent)
    with counted(database) as sent:
        async with database.write() as session:
            later = at(TEN + timedelta(hours=1))
            await book(session, world, keyring, visitor_ids=family, span=later)
    # Only PostgreSQL waits in line.
    most = MOST + (not database.is_sqlite)
    # What there is of the allowance is counted, what is new comes with the visit.
    assert (first, len(sent)) == (most, most + 1)
