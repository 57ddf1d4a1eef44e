"""Join codes: nobody has somebody else's, and none outlives its visit."""

import pytest

from tests import make
from tests.visitation.booked import booked
from visitation import visits
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.visits import Participant, codes
from visitation.words import Part


async def test_a_code_finds_its_participant_until_it_is_wiped(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, (_, mother) = await booked(session, world)
        code = await visits.issue(session, mother, keyring=keyring)
        assert len(code) == 6
        assert visits.code_of(mother, keyring=keyring) == code
        assert code not in str(mother.code_fingerprint)
        assert await visits.find_by_code(session, code, keyring=keyring) == mother
        await visits.wipe(session, visit_id=visit.id)
        await session.refresh(mother)
        assert visits.code_of(mother, keyring=keyring) is None
        with pytest.raises(visits.NoSuchCode):
            await visits.find_by_code(session, code, keyring=keyring)


def drawing(*drawn: str) -> Keyring:
    """A keyring that draws these codes in turn, and nonces of zeroes."""
    digits = iter("".join(drawn))
    return Keyring(
        b"k" * 32,
        entropy=lambda count: (
            bytes([int(next(digits))]) if count == 1 else bytes(count)
        ),
    )


async def test_a_code_that_somebody_has_is_drawn_again(database: Database) -> None:
    keyring = drawing("111111", "111111", "111111", "222222")
    async with database.write() as session:
        world = await make.world(session)
        _, (prisoner, mother) = await booked(session, world)
        first = await visits.issue(session, mother, keyring=keyring)
        second = await visits.issue(session, prisoner, keyring=keyring)
        assert (first, second) == ("111111", "222222")
        new = Participant(reference="new", visit_id=mother.visit_id, part=mother.part)
        third = await visits.issue(
            session, new, keyring=drawing("222222", "111111", "333333")
        )
        assert third == "333333"
    async with database.read() as session:
        found = await visits.find_by_code(session, "111111", keyring=keyring)
    assert found.id == mother.id


async def test_whoever_drew_a_code_that_somebody_has_enters_with_another(
    database: Database,
) -> None:
    keyring = drawing("111111", "222222")
    async with database.write() as session:
        world = await make.world(session)
        visit, (_, mother) = await booked(session, world)
        await visits.issue(session, mother, keyring=drawing("111111"))
        (code,) = visits.draw(1, keyring=keyring)
        who = {"reference": "new", "visitor_id": world.visitor.id}
        part = visits.part_of(visit.id, Part.VISITOR, code=code, **who)
        entered = await visits.enter(session, [part], keyring=keyring)
        found = await visits.find_by_code(session, "222222", keyring=keyring)
    assert entered == {world.visitor.id: found.id}


async def test_codes_run_out_with_an_error_and_no_harm(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        _, (prisoner, mother) = await booked(session, world)
        prisoner_id = prisoner.id
        await visits.issue(session, mother, keyring=drawing("111111"))
        with pytest.raises(RuntimeError, match="no free join code"):
            await visits.issue(
                session, prisoner, keyring=drawing(*["111111"] * codes.TRIES)
            )
    async with database.read() as session:
        found = await session.get_one(Participant, prisoner_id)
    assert found.code_fingerprint is None
