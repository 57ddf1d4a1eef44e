"""How long messages wait for somebody to look after them."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from scheduler import overdue
from scheduler.overdue import Oldest
from tests.conftest import NOON
from tests.scheduler import lost
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import DeliveryEvent, Message

MINUTE = timedelta(minutes=1)
LATER = NOON + 10 * MINUTE


async def since(database: Database, oldest: Oldest) -> datetime | None:
    async with database.read() as session:
        return await oldest(session, now=LATER)


@pytest.mark.parametrize(
    ("state", "doubt", "is_lost"),
    [
        (MessageState.UNKNOWN, NOON, None),
        (MessageState.ACCEPTED, None, NOON),
        (MessageState.FAILED, None, NOON),
        (MessageState.DELIVERED, None, None),
    ],
)
async def test_a_message_waits_from_when_it_should_be_looked_after(
    database: Database,
    keyring: Keyring,
    state: MessageState,
    doubt: datetime | None,
    is_lost: datetime | None,
) -> None:
    await lost.booked(database, keyring)
    await lost.became(database, state, LATER + MINUTE)
    assert await since(database, overdue.doubt) is None
    assert await since(database, overdue.lost) is None
    await lost.became(database, state, NOON)
    assert await since(database, overdue.doubt) == doubt
    assert await since(database, overdue.lost) == is_lost


async def test_what_was_told_waits_until_the_message_comes_to_its_end(
    database: Database, keyring: Keyring
) -> None:
    await lost.booked(database, keyring)
    await lost.became(database, MessageState.ACCEPTED, LATER, gateway_id="m1")
    for fate, minutes in (("sent", 0), ("delivered", 3)):
        assert await since(database, overdue.untold) is None
        async with database.write() as session:
            session.add(
                DeliveryEvent(
                    gateway="fake",
                    gateway_id="m1",
                    status=fate,
                    fate=fate,
                    received_at=NOON + minutes * MINUTE,
                )
            )
    assert await since(database, overdue.untold) == NOON + 3 * MINUTE
    async with database.write() as session:
        rows = await session.exec(
            select(Message).where(col(Message.gateway_id) == "m1")
        )
        rows.one().state = MessageState.DELIVERED
    assert await since(database, overdue.untold) is None
