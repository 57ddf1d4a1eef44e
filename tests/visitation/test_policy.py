from dataclasses import replace
from datetime import date

import pytest

from tests import make
from tests.conftest import NOON
from visitation import audit, places
from visitation.database import Database
from visitation.errors import Invalid
from visitation.places import Policy

BY = audit.SYSTEM


async def test_a_prison_without_a_policy_has_the_defaults(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        assert await places.policy_of(session, prison.id) == Policy()
        wanted = Policy(turnover_minutes=10, max_party=6, early_minutes=0)
        await places.set_policy(
            session, site_id=prison.id, policy=wanted, by=BY, now=NOON
        )
        again = replace(wanted, max_party=2)
        await places.set_policy(
            session, site_id=prison.id, policy=again, by=BY, now=NOON
        )
    async with database.read() as session:
        assert await places.policy_of(session, prison.id) == again


@pytest.mark.parametrize("name", places.LIMITS)
@pytest.mark.parametrize("end", [0, 1], ids=["too little", "too much"])
async def test_every_number_of_a_policy_has_its_limits(
    sqlite: Database, name: str, end: int
) -> None:
    limit = places.LIMITS[name][end]
    async with sqlite.write() as session:
        prison = await make.prison(session)
        set_to = {"site_id": prison.id, "by": BY, "now": NOON}
        await places.set_policy(session, policy=Policy(**{name: limit}), **set_to)
        beyond = Policy(**{name: limit + (5 if end else -5)})
        with pytest.raises(Invalid, match=f"{name}: out_of_range"):
            await places.set_policy(session, policy=beyond, **set_to)


async def test_a_turnover_is_whole_quanta(sqlite: Database) -> None:
    async with sqlite.write() as session:
        prison = await make.prison(session)
        with pytest.raises(Invalid, match="turnover_minutes: whole_quanta"):
            await places.set_policy(
                session,
                site_id=prison.id,
                policy=Policy(turnover_minutes=7),
                by=BY,
                now=NOON,
            )


async def test_a_turnover_leaves_something_of_every_slot(database: Database) -> None:
    async with database.write() as session:
        prison = await make.prison(session)
        old = date(2026, 11, 22)
        await make.template(session, prison, weekday=0, slot_minutes=10, valid_to=old)
        await make.template(session, prison, weekday=0, slot_minutes=30)
        set_to = {"site_id": prison.id, "by": BY, "now": NOON}
        await places.set_policy(session, policy=Policy(turnover_minutes=25), **set_to)
        with pytest.raises(Invalid, match="turnover_minutes: turnover_swallows_slots"):
            await places.set_policy(
                session, policy=Policy(turnover_minutes=30), **set_to
            )
