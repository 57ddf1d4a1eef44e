"""What names a message at a provider: no other installation's message, nor an older."""

from datetime import timedelta

from scheduler import outgoing
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.posted import draft, posted
from visitation.database import Database
from visitation.keyring import Keyring

OTHERS = Keyring(b"another installation's own secret")


async def _reference(
    database: Database, clock: Clock, keyring: Keyring, number: int
) -> str:
    gateway = FakeGateway()
    async with database.read() as session:
        (one,) = await outgoing.outgoing(
            session,
            [number],
            gateway,
            means=means(clock, keyring, gateway),
            now=clock(),
        )
    assert one.letter is not None
    return one.letter.reference


async def test_a_message_has_one_number_that_only_this_installation_gives(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    first, second = await posted(database, draft(), draft())
    named = await _reference(database, clock, keyring, first)
    assert 0 < int(named) < 2**52
    clock.forward(timedelta(hours=1))
    assert await _reference(database, clock, keyring, first) == named
    assert await _reference(database, clock, keyring, second) != named
    assert await _reference(database, clock, OTHERS, first) != named


async def test_a_row_that_is_numbered_anew_is_another_message(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    said = {"id": 7, "dedup_key": "visit:1:v1:visit_booked"}
    await posted(sqlite, draft() | said)
    lost = await _reference(sqlite, clock, keyring, 7)
    async with sqlite.write() as session:
        await session.delete(await session.get_one(outgoing.Message, 7))
    await posted(sqlite, draft(now=NOON + timedelta(days=1)) | said)
    assert await _reference(sqlite, clock, keyring, 7) != lost
