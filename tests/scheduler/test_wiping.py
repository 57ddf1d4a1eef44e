"""Numbers that nobody needs any more are wiped; what the figures need stays."""

from datetime import timedelta

from sqlmodel import select

from scheduler import wiping
from scheduler.means import Means
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler import lost
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.posted import DAY, draft, posted, stored
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import CallTask, Message
from visitation.wording import Template

SENT, WAITS = MessageState.DELIVERED, MessageState.UNKNOWN
KEEP = 90 * DAY


async def wipe(database: Database, clock: Clock, keyring: Keyring) -> int:
    tools: Means = means(clock, keyring, FakeGateway())
    return await wiping.wipe_numbers(database, now=clock(), means=tools)


async def numbers(database: Database) -> list[bool]:
    """Of which messages the number is known, the oldest first."""
    return [bool(one.phone) for one in await stored(database)]


async def test_a_message_is_wiped_long_after_it_was_worth_sending(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    sent = {"state": SENT, "segments": 1, "sent_at": NOON, "look_at": NOON}
    await posted(database, draft() | sent)
    (before,) = await stored(database)
    clock.now = NOON + DAY + KEEP - timedelta(hours=1)
    assert await wipe(database, clock, keyring) == 0
    clock.forward(DAY)
    assert await wipe(database, clock, keyring) == 1
    (after,) = await stored(database)
    gone = {"phone": "", "variables": {}, "look_at": None}
    assert after.model_dump() == before.model_dump() | gone


async def test_codes_to_sign_in_are_wiped_after_a_day_and_what_may_go_never(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    clock.now = NOON + 2 * DAY
    in_doubt = {"state": WAITS}
    await posted(
        database,
        draft(Template.SIGN_IN) | {"state": SENT},
        draft(Template.SIGN_IN, expires_at=clock.now) | {"state": SENT},
        draft(Template.SIGN_IN) | in_doubt,
        draft() | {"state": SENT},
    )
    assert await wipe(database, clock, keyring) == 1
    assert await numbers(database) == [False, True, True, True]


async def test_it_is_done_once_a_day_and_again_does_no_harm(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    clock.now = NOON + 2 * DAY
    await posted(database, draft(Template.SIGN_IN) | {"state": SENT})
    assert await wipe(database, clock, keyring) == 1
    await posted(database, draft(Template.SIGN_IN) | {"state": SENT})
    assert await wipe(database, clock, keyring) == 0
    clock.forward(DAY)
    assert await wipe(database, clock, keyring) == 1
    clock.forward(DAY)
    assert await wipe(database, clock, keyring) == 0


async def test_many_are_wiped_a_few_at_a_time(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    many = 2 * wiping.BATCH + 1
    await posted(sqlite, *(draft() | {"state": SENT} for _ in range(many)))
    clock.now = NOON + DAY + KEEP
    assert await wipe(sqlite, clock, keyring) == many
    async with sqlite.read() as session:
        left = await session.exec(select(Message.id).where(Message.phone != ""))
        assert left.all() == []


async def test_past_lines_of_the_call_list_go(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await lost.booked(database, keyring)
    await lost.became(database, MessageState.FAILED, clock())
    await lost.look_after(database, clock, keyring)
    async with database.write() as session:
        (line,) = (await session.exec(select(CallTask))).all()
    clock.now = line.due_by + KEEP
    assert await wipe(database, clock, keyring) == 2
    assert await lost.tasks(database) == []
