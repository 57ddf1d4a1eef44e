from datetime import timedelta

import pytest
from sqlmodel import func, select

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from tests.visitation.calling import at, live, quanta
from visitation import audit, calls, visits
from visitation.calls import NotExtendable
from visitation.database import Database
from visitation.errors import Invalid
from visitation.visits import Claim, Visit
from visitation.words import Outcome

BY = audit.SYSTEM
MINUTE = timedelta(minutes=1)


async def _extend(database: Database, stale: Visit) -> None:
    async with database.write() as session:
        await calls.extend(session, stale, by_minutes=30, by=BY, now=at(11))


async def test_a_live_visit_goes_on_while_everything_is_free(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await live(session, world)
        await calls.extend(session, visit, by_minutes=15, by=BY, now=at(20))
        assert (visit.ends_at, visit.booked_end_at) == (at(45), at(30))
        assert await quanta(session, visit, f"terminal:{world.terminal.id}") == 10
        assert await quanta(session, visit, f"prisoner:{world.prisoner.id}") == 9
        entry = (await audit.history(session, visit_id=visit.id))[-1]
        assert (entry.action, entry.facts) == ("visit_extend", {"minutes": 15})


@pytest.mark.parametrize(
    ("same", "taken"),
    [
        ({"terminal_id", "prisoner_id"}, {"terminal", "prisoner", "visitor"}),
        ({"prisoner_id"}, {"prisoner", "visitor"}),
    ],
    ids=["terminal and people", "people"],
)
async def test_a_visit_is_not_extended_over_what_somebody_needs_next(
    database: Database, same: set[str], taken: set[str]
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await live(session, world)
        other_terminal = await make.terminal(session, world.prison)
        other_kiosk = await make.kiosk(session, world.point)
        columns = {"terminal_id": other_terminal.id, "kiosk_id": other_kiosk.id}
        if "terminal_id" in same:
            columns.pop("terminal_id")
        await booked(session, world, starts_at=at(35), **columns)
        before = await quanta(session, visit, f"terminal:{world.terminal.id}")
        with pytest.raises(NotExtendable) as refused:
            await calls.extend(session, visit, by_minutes=15, by=BY, now=at(20))
        assert {name.split(":")[0] for name in refused.value.taken} == taken
        assert visit.ends_at == at(30)
        assert await quanta(session, visit, f"terminal:{world.terminal.id}") == before
    async with database.read() as session:
        found = await visits.by_reference(session, visit.reference)
        assert found.ends_at == at(30)
        assert await quanta(session, visit, f"terminal:{world.terminal.id}") == before


@pytest.mark.parametrize("minutes", [0, -5, 7, 65])
async def test_an_extension_is_whole_quanta_up_to_an_hour(
    sqlite: Database, minutes: int
) -> None:
    async with sqlite.write() as session:
        visit, _ = await live(session, await make.world(session))
        with pytest.raises(Invalid, match="minutes: extension_length"):
            await calls.extend(session, visit, by_minutes=minutes, by=BY, now=NOON)


async def test_only_a_live_visit_is_extended(database: Database) -> None:
    async with database.write() as session:
        visit, _ = await booked(session, await make.world(session))
        with pytest.raises(NotExtendable) as refused:
            await calls.extend(session, visit, by_minutes=5, by=BY, now=NOON)
        assert refused.value.taken == frozenset()
        assert str(refused.value) == "not live"


@pytest.mark.parametrize("meanwhile", ["finished", "extended"])
async def test_a_visit_that_changed_meanwhile_is_not_extended(
    database: Database, meanwhile: str
) -> None:
    async with database.write() as session:
        await live(session, await make.world(session))
    async with database.read() as session:
        stale = (await session.exec(select(Visit))).one()
    async with database.write() as session:
        visit = await visits.by_reference(session, stale.reference)
        if meanwhile == "finished":
            await calls.finish(
                session, visit, outcome=Outcome.COMPLETED, by=BY, now=at(10)
            )
        else:
            await calls.extend(session, visit, by_minutes=5, by=BY, now=at(10))
        claimed = (await session.exec(select(func.count()).select_from(Claim))).one()
    with pytest.raises(visits.Overtaken):
        await _extend(database, stale)
    async with database.read() as session:
        after = (await session.exec(select(func.count()).select_from(Claim))).one()
    assert after == claimed
