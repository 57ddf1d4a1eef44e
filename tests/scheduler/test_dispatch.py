"""Messages are sent once, are never lost, and nothing unknown is sent again."""

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import select

from scheduler import booking, claiming, dispatch
from scheduler.gateways import Permanent, Temporary, Unknown
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.make import World
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_booking import BY, TEN, at, book
from visitation import visits
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState, ParticipantState
from visitation.messages import Message
from visitation.visits import Visit
from visitation.words import Outcome

MINUTE = timedelta(minutes=1)


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


async def booked(
    database: Database, keyring: Keyring, **changes
) -> tuple[World, Visit]:
    async with database.write() as session:
        world = await make.world(session)
        return world, await book(session, world, keyring, **changes)


async def stored(database: Database) -> Sequence[Message]:
    async with database.read() as session:
        return (await session.exec(select(Message).order_by(Message.id))).all()


async def send(database: Database, clock: Clock, keyring: Keyring, gateway) -> int:
    return await dispatch.send_due(
        database, now=clock(), means=means(clock, keyring, gateway)
    )


async def test_a_due_message_is_sent_once_and_its_reader_counts_as_told(
    database: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    world, visit = await booked(database, keyring)
    assert await send(database, clock, keyring, gateway) == 1
    assert await send(database, clock, keyring, gateway) == 0
    async with database.read() as session:
        people = await visits.participants(session, visit.id)
        code = visits.code_of(people[1], keyring=keyring)
    in_persian = code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert gateway.sent == [
        (
            world.visitor.phone,
            f"ملاقات سه‌شنبه ۳ آذر ۱۰:۰۰، دفتر سیار شماره…. کد ورود: {in_persian}",
        )
    ]
    assert [(p.state, p.told_at) for p in people] == [
        (ParticipantState.EXPECTED, None),
        (ParticipantState.TOLD, NOON),
    ]
    (message,) = await stored(database)
    assert (message.state, message.gateway, message.gateway_id) == (
        MessageState.ACCEPTED,
        "fake",
        "fake-1",
    )
    assert (message.attempts, message.segments, message.sent_at) == (1, 1, NOON)
    assert message.lease_until is None


@pytest.mark.parametrize("allowed", [True, False])
async def test_an_address_is_added_only_where_the_gateway_allows_one(
    sqlite: Database, clock: Clock, keyring: Keyring, allowed: bool
) -> None:
    await booked(sqlite, keyring)
    gateway = FakeGateway(allows_link=allowed)
    with_link = means(clock, keyring, gateway, link="https://visits.example")
    await dispatch.send_due(sqlite, now=NOON, means=with_link)
    # Opened, it leaves the digits of the phone to be typed.
    address = re.search(r"\nhttps://visits\.example/join#\d{6}$", gateway.sent[0][1])
    assert (address is not None) is allowed


async def test_what_was_certainly_not_taken_waits_longer_each_time(
    database: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    await booked(database, keyring)
    waits = []
    for _ in range(7):
        gateway.failing.append(Temporary("20429"))
        await send(database, clock, keyring, gateway)
        (message,) = await stored(database)
        assert (message.state, message.error) == (MessageState.PENDING, "20429")
        assert await send(database, clock, keyring, gateway) == 0
        waits.append((message.not_before - clock()).total_seconds())
        clock.now = message.not_before
    assert waits == [30, 60, 120, 240, 480, 600, 600]
    assert await send(database, clock, keyring, gateway) == 1
    (message,) = await stored(database)
    assert (message.state, message.attempts, message.error) == (
        MessageState.ACCEPTED,
        8,
        "",
    )


async def test_four_hours_without_a_gateway_lose_nothing(
    sqlite: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    await booked(sqlite, keyring)
    while clock() < NOON + timedelta(hours=4):
        gateway.failing[:] = [Temporary("unreachable")]
        await send(sqlite, clock, keyring, gateway)
        clock.forward(MINUTE)
    gateway.failing.clear()
    clock.forward(timedelta(minutes=10))
    assert await send(sqlite, clock, keyring, gateway) == 1


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (Permanent("21211"), MessageState.FAILED),
        (Unknown("timeout"), MessageState.UNKNOWN),
    ],
)
async def test_what_failed_for_good_or_may_have_gone_is_not_sent_again(
    database: Database, clock: Clock, keyring: Keyring, failure: Exception, state: str
) -> None:
    gateway = FakeGateway()
    gateway.failing.append(failure)
    _, visit = await booked(database, keyring)
    await send(database, clock, keyring, gateway)
    clock.forward(timedelta(hours=2))
    await send(database, clock, keyring, gateway)
    (message,) = await stored(database)
    assert (message.state, message.error) == (state, failure.code)
    assert gateway.sent == []
    async with database.read() as session:
        people = await visits.participants(session, visit.id)
    assert {p.state for p in people} == {ParticipantState.EXPECTED}


async def test_a_message_too_old_to_be_worth_sending_expires(
    database: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    await booked(database, keyring)
    clock.now = TEN
    assert await send(database, clock, keyring, gateway) == 0
    (message,) = await stored(database)
    assert (message.state, gateway.sent) == (MessageState.EXPIRED, [])


async def test_a_message_waits_for_its_time(
    sqlite: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    await booked(sqlite, keyring)
    async with sqlite.write() as session:
        (message,) = (await session.exec(select(Message))).all()
        message.not_before = NOON + MINUTE
    assert await send(sqlite, clock, keyring, gateway) == 0
    clock.forward(MINUTE)
    assert await send(sqlite, clock, keyring, gateway) == 1


async def test_killed_after_claiming_it_is_unknown_and_not_sent_blindly(
    database: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    await booked(database, keyring)
    async with database.write() as session:
        tools = means(clock, keyring, gateway)
        assert len(await claiming.claim(session, room=9, means=tools)) == 1
    clock.forward(claiming.LEASE - timedelta(seconds=1))
    await send(database, clock, keyring, gateway)
    assert [m.state for m in await stored(database)] == [MessageState.SENDING]
    clock.forward(timedelta(seconds=1))
    await send(database, clock, keyring, gateway)
    (message,) = await stored(database)
    assert (message.state, message.error) == (MessageState.UNKNOWN, "lease")
    assert gateway.sent == []


async def test_killed_before_the_claim_is_committed_it_is_sent_once(
    database: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    await booked(database, keyring)
    async with database.write() as session:
        tools = means(clock, keyring, gateway)
        assert len(await claiming.claim(session, room=9, means=tools)) == 1
        await session.rollback()
    assert await send(database, clock, keyring, gateway) == 1
    assert len(gateway.sent) == 1


async def test_killed_after_sending_before_recording_it_went_out_once(
    database: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    await booked(database, keyring)
    gateway.pause = 30
    asked = asyncio.Event()
    gateway.before = asked.set
    sending = asyncio.create_task(send(database, clock, keyring, gateway))
    await asked.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    gateway.pause = 0
    clock.forward(claiming.LEASE)
    await send(database, clock, keyring, gateway)
    assert [m.state for m in await stored(database)] == [MessageState.UNKNOWN]
    assert len(gateway.sent) == 0


async def test_an_answer_that_came_after_the_lease_is_still_recorded(
    sqlite: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    await booked(sqlite, keyring)

    asked = asyncio.Event()

    def late() -> None:
        clock.forward(2 * claiming.LEASE)
        asked.set()

    gateway.before = late
    gateway.pause = 1.0
    sending = asyncio.create_task(send(sqlite, clock, keyring, gateway))
    await asked.wait()
    async with sqlite.write() as session:
        await claiming.retire(session, now=clock())
    assert [m.state for m in await stored(sqlite)] == [MessageState.UNKNOWN]
    assert await sending == 1
    assert [m.state for m in await stored(sqlite)] == [MessageState.ACCEPTED]


async def test_two_senders_never_take_the_same_message(
    database: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(
            session, world.prison, visits_per_week=14, visits_per_month=14
        )
        for n in range(12):
            span = at(TEN + n * timedelta(minutes=30))
            await book(session, world, keyring, span=span)
    gateway.pause = 0.01
    taken = await asyncio.gather(
        *(send(database, clock, keyring, gateway) for _ in range(4))
    )
    assert sum(taken) == len(gateway.sent) == len(set(gateway.sent)) == 12


async def test_one_bad_message_does_not_stop_the_others(
    sqlite: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        for n in range(2):
            await book(session, world, keyring, span=at(TEN + n * timedelta(hours=1)))
    gateway.failing.append(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await send(sqlite, clock, keyring, gateway)
    assert [m.state for m in await stored(sqlite)] == [
        MessageState.SENDING,
        MessageState.ACCEPTED,
    ]


async def test_a_code_that_cannot_be_opened_fails_its_message_alone(
    sqlite: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    await booked(sqlite, keyring, official_id=None)
    assert await send(sqlite, clock, Keyring(b"x" * 32), gateway) == 0
    (message,) = await stored(sqlite)
    assert (message.state, message.error) == (MessageState.FAILED, "code_wiped")


async def test_a_cancelled_visit_tells_only_of_its_cancellation(
    database: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    _, visit = await booked(database, keyring)
    async with database.write() as session:
        await booking.cancel(
            session,
            visit=await visits.by_reference(session, visit.reference),
            outcome=Outcome.CANCELLED_BY_PRISON,
            reason="تعمیر",
            by=BY,
            now=NOON,
        )
    assert await send(database, clock, keyring, gateway) == 1
    assert [text for _, text in gateway.sent] == [
        "ملاقات سه‌شنبه ۳ آذر ۱۰:۰۰ لغو شد: به تصمیم زندان."
    ]
    async with database.read() as session:
        people = await visits.participants(session, visit.id)
    assert {p.state for p in people} == {ParticipantState.EXPECTED}


async def test_whoever_was_told_of_an_old_time_has_not_been_told(
    sqlite: Database, clock: Clock, keyring: Keyring, gateway: FakeGateway
) -> None:
    world, visit = await booked(sqlite, keyring)
    asked = asyncio.Event()
    gateway.before, gateway.pause = asked.set, 1.0
    sending = asyncio.create_task(send(sqlite, clock, keyring, gateway))
    await asked.wait()
    async with sqlite.write() as session:
        await booking.move(
            session,
            visit=await visits.by_reference(session, visit.reference),
            terminal_id=world.terminal.id,
            span=at(TEN + timedelta(hours=1)),
            kiosk_id=None,
            by=BY,
            now=NOON,
        )
    await sending
    async with sqlite.read() as session:
        people = await visits.participants(session, visit.id)
    states = [m.state for m in await stored(sqlite)]
    assert states[0] is MessageState.ACCEPTED
    told = people[1].state is ParticipantState.TOLD
    assert told is (states[1] is MessageState.ACCEPTED)
