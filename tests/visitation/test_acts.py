"""The record is searched, and the room it takes is known, on both databases."""

from tests import make
from tests.conftest import NOON
from visitation import audit
from visitation.database import Database, room
from visitation.people import Scope
from visitation.visits import acts
from visitation.visits.acts import Sought


async def test_whoever_reaches_a_prison_finds_what_concerns_it(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        prison = world.prison.id
        for subject in (f"site:{prison}", f"prisoner:{world.prisoner.id}", "site:4711"):
            audit.note(session, audit.SYSTEM, "probe", subject, now=NOON)
    async with database.read() as session:
        sought = Sought(action="probe", who="system", since=NOON)
        near = await acts.newest(
            session, sought, scope=Scope(sites=frozenset({prison})), limit=9
        )
        everything = await acts.oldest(
            session, sought, scope=Scope(everywhere=True), limit=9
        )
        there = await acts.newest(
            session, Sought(site_id=prison), scope=Scope(everywhere=True), limit=9
        )
        nobody = await acts.newest(session, sought, scope=Scope(), limit=9)
        assert await room.size(session) > 0
    kept = [f"site:{prison}", f"prisoner:{world.prisoner.id}"]
    assert [one.entry.subject for one in near] == kept[::-1]
    assert [one.entry.subject for one in everything] == [*kept, "site:4711"]
    assert set(kept) <= {one.entry.subject for one in there}
    assert list(nobody) == []
