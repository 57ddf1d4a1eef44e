"""What is claimed: the most urgent first, nobody at night, nothing too late."""

from datetime import timedelta

import pytest

from scheduler import claiming, dispatch
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.make import World
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.posted import draft, only, posted, stored
from tests.scheduler.test_booking import TEN, book
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import Message, OptOut
from visitation.visits import Visit
from visitation.wording import Template
from visitation.words import Channel

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
#: 22:30 and 08:00 in Tehran.
NIGHT, MORNING = NOON + 10 * HOUR + 30 * MINUTE, NOON + 20 * HOUR


async def claimed(database: Database, tools, room: int = 9) -> list[int]:
    async with database.write() as session:
        found = await claiming.claim(session, room=room, means=tools)
        return [one.message.id for one in found]


@pytest.fixture
def tools(clock: Clock, keyring: Keyring):
    return means(clock, keyring, FakeGateway())


async def test_the_most_urgent_goes_first_then_who_waits_longest(
    database: Database, tools
) -> None:
    day, cancelled, asked, earlier, code = await posted(
        database,
        draft(Template.OFFICIAL_REMINDER_DAY),
        draft(Template.CANCELLED),
        draft(),
        draft(not_before=NOON - MINUTE),
        draft(Template.READY),
    )
    assert await claimed(database, tools, room=3) == [code, cancelled, earlier]
    assert await claimed(database, tools) == [asked, day]
    assert await claimed(database, tools) == []


async def test_no_more_is_claimed_than_the_gateway_takes(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    await posted(sqlite, *(draft() for _ in range(5)))
    slow = means(clock, keyring, FakeGateway(per_second=2))
    assert len(await claimed(sqlite, slow)) == 2
    assert len(await claimed(sqlite, slow)) == 0
    clock.forward(timedelta(seconds=1))
    assert len(await claimed(sqlite, slow)) == 2


async def test_a_call_waits_for_a_gateway_that_can_speak(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    spoken, written = await posted(sqlite, draft(channel=Channel.VOICE), draft())
    mute = FakeGateway("mute", channels=frozenset({Channel.SMS}))
    assert await claimed(sqlite, means(clock, keyring, mute)) == [written]
    both = means(clock, keyring, mute, FakeGateway("speaks"))
    assert await claimed(sqlite, both) == [spoken]
    assert [m.gateway for m in await stored(sqlite)] == ["speaks", "mute"]


async def test_at_night_what_may_wait_is_put_off_to_the_morning(
    database: Database, clock: Clock, tools
) -> None:
    clock.now = NIGHT
    waits, goes, ends = await posted(
        database,
        draft(),
        draft(Template.REMINDER_SOON, variables={}),
        draft(expires_at=MORNING),
    )
    assert await claimed(database, tools, room=1) == [ends]
    assert await claimed(database, tools) == [goes]
    rows = {row.id: row for row in await stored(database)}
    assert (rows[waits].state, rows[waits].not_before) == (
        MessageState.PENDING,
        MORNING,
    )
    clock.now = MORNING
    assert await claimed(database, tools) == [waits]


async def test_the_night_is_that_of_the_prison(
    sqlite: Database, clock: Clock, keyring: Keyring, tools
) -> None:
    async with sqlite.write() as session:
        world: World = await make.world(session)
        await book(session, world, keyring)
        world.prison.zone = "America/New_York"
        session.add(world.prison)
    clock.now = NOON + MINUTE  # 3:31 in New York
    assert await claimed(sqlite, tools) == []
    assert (await only(sqlite)).not_before == NOON + 4.5 * HOUR


async def test_nothing_reminds_of_a_visit_that_has_begun(
    database: Database, clock: Clock, keyring: Keyring, tools
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
    (reminder,) = await posted(
        database,
        draft(Template.REMINDER_SOON, visit_id=visit.id, expires_at=TEN + HOUR),
    )
    async with database.write() as session:
        (await session.get_one(Visit, visit.id)).starts_at = NOON
    assert reminder not in await claimed(database, tools)
    assert (await stored(database))[-1].state is MessageState.EXPIRED


async def test_whoever_wants_no_messages_gets_none(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    gateway = FakeGateway()
    tools = means(clock, keyring, gateway)
    await posted(database, draft(phone="+989120000001"), draft())
    async with database.write() as session:
        known = keyring.fingerprint("phone", "+989120000001")
        session.add(OptOut(phone_fingerprint=known, gateway="fake", at=NOON))
    assert await dispatch.send_due(database, now=NOON, means=tools) == 1
    assert [(m.state, m.error, m.look_at) for m in await stored(database)] == [
        (MessageState.FAILED, "opted_out", NOON),
        (MessageState.ACCEPTED, "", NOON + 2 * HOUR),
    ]
    assert [phone for phone, _ in gateway.sent] == [(await _second(database)).phone]


async def _second(database: Database) -> Message:
    return (await stored(database))[1]


async def test_one_that_cannot_be_put_into_words_fails_alone(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    gateway = FakeGateway()
    await posted(database, draft(variables={"day": "دوشنبه"}), draft())
    tools = means(clock, keyring, gateway)
    assert await dispatch.send_due(database, now=clock(), means=tools) == 1
    assert [(one.state, one.error) for one in await stored(database)] == [
        (MessageState.FAILED, "no_words"),
        (MessageState.ACCEPTED, ""),
    ]
