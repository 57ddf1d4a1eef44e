"""What gateways tell is kept, in whatever order it comes, and the end stays the end."""

from datetime import timedelta

import pytest
from sqlmodel import select

from scheduler import deliveries, dispatch, polling
from scheduler.gateways import Delivery, Fate, OptedOut, Temporary
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.posted import draft, only, posted, stored
from tests.scheduler.test_booking import book
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import DeliveryEvent, Message, OptOut

MINUTE = timedelta(minutes=1)


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def tools(clock: Clock, keyring: Keyring, gateway: FakeGateway):
    return means(clock, keyring, gateway)


async def tell(database: Database, tools, fate: Fate, code: str = "", **more) -> bool:
    async with database.write() as session:
        return await deliveries.told(
            session,
            gateway="fake",
            delivery=Delivery(
                gateway_id="fake-1", fate=fate, status=fate.value, code=code, **more
            ),
            keyring=tools.keyring,
            now=tools.clock(),
        )


async def sent(database: Database, tools) -> None:
    await posted(database, draft(phone="+989120000001"))
    await dispatch.send_due(database, now=tools.clock(), means=tools)


async def events(database: Database) -> list[str]:
    async with database.read() as session:
        rows = await session.exec(
            select(DeliveryEvent.status).order_by(DeliveryEvent.status)
        )
        return list(rows.all())


async def test_a_message_is_delivered_once(
    database: Database, clock: Clock, tools
) -> None:
    await sent(database, tools)
    clock.forward(MINUTE)
    fates = [Fate.SENT, Fate.DELIVERED, Fate.DELIVERED, Fate.SENT, Fate.UNDELIVERED]
    moved = [await tell(database, tools, fate, "30003") for fate in fates]
    assert moved == [False, True, False, False, False]
    message = await only(database)
    assert (message.state, message.delivered_at, message.look_at, message.error) == (
        MessageState.DELIVERED,
        NOON + MINUTE,
        None,
        "",
    )
    assert await events(database) == ["delivered", "sent", "undelivered"]


async def test_one_that_did_not_arrive_is_looked_after_at_once(
    database: Database, clock: Clock, tools
) -> None:
    await sent(database, tools)
    clock.forward(MINUTE)
    assert await tell(database, tools, Fate.UNDELIVERED, "30003")
    message = await only(database)
    assert (message.state, message.error, message.look_at) == (
        MessageState.UNDELIVERED,
        "30003",
        NOON + MINUTE,
    )


async def test_what_is_told_before_we_know_it_is_ours_is_kept(
    database: Database, tools
) -> None:
    assert not await tell(database, tools, Fate.DELIVERED)
    await sent(database, tools)
    assert (await only(database)).state is MessageState.DELIVERED


async def test_what_is_told_in_the_moment_of_recording_is_found_later(
    database: Database, tools
) -> None:
    await sent(database, tools)
    async with database.write() as session:
        session.add(
            DeliveryEvent(
                gateway="fake",
                gateway_id="fake-1",
                status="delivered",
                fate=Fate.DELIVERED.value,
                received_at=NOON,
            )
        )
    assert await polling.poll_deliveries(database, now=NOON, means=tools) == 1
    assert (await only(database)).state is MessageState.DELIVERED


async def test_who_opts_out_is_known_by_a_fingerprint(
    database: Database, keyring: Keyring, tools
) -> None:
    await sent(database, tools)
    assert await tell(database, tools, Fate.FAILED, "21610", opted_out=True)
    assert await tell(database, tools, Fate.FAILED, "21610", opted_out=True) is False
    assert (await only(database)).error == "opted_out"
    await posted(database, draft(phone="+989120000001"))
    assert await dispatch.send_due(database, now=NOON, means=tools) == 0
    async with database.read() as session:
        (known,) = (await session.exec(select(OptOut))).all()
    assert known == OptOut(
        phone_fingerprint=keyring.fingerprint("phone", "+989120000001"),
        gateway="fake",
        at=NOON,
    )


async def test_a_gateway_that_refuses_for_an_opt_out_is_believed(
    sqlite: Database, gateway: FakeGateway, tools
) -> None:
    gateway.failing.append(OptedOut("21610"))
    await sent(sqlite, tools)
    await posted(sqlite, draft(phone="+989120000001"))
    assert await dispatch.send_due(sqlite, now=NOON, means=tools) == 0
    assert gateway.letters == []


async def test_the_history_of_a_visit_says_what_did_not_arrive(
    database: Database, keyring: Keyring, tools
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
    await dispatch.send_due(database, now=NOON, means=tools)
    await tell(database, tools, Fate.FAILED, "30005")
    async with database.read() as session:
        rows = await session.exec(
            select(AuditEntry).where(AuditEntry.action == "message_failed")
        )
        (entry,) = rows.all()
        message = (await session.exec(select(Message))).one()
    assert (entry.subject, entry.visit_id, entry.facts) == (
        f"message:{message.id}",
        visit.id,
        {"template": "visit_booked", "code": "30005"},
    )


async def test_a_gateway_that_does_not_tell_is_asked_ever_more_rarely(
    sqlite: Database, clock: Clock, gateway: FakeGateway, tools
) -> None:
    await sent(sqlite, tools)
    asked: list[int] = []
    answer = gateway.delivery

    async def delivery(gateway_id: str) -> Delivery | None:
        asked.append(round((clock() - NOON) / MINUTE))
        if len(asked) == 2:
            raise Temporary("503")
        return await answer(gateway_id)

    gateway.delivery = delivery
    for _ in range(20):
        clock.forward(MINUTE)
        await polling.poll_deliveries(sqlite, now=clock(), means=tools)
    assert asked == [2, 4, 8, 16]
    gateway.deliveries["fake-1"] = Delivery(
        gateway_id="fake-1", fate=Fate.DELIVERED, status="10"
    )
    clock.forward(12 * MINUTE)
    assert await polling.poll_deliveries(sqlite, now=clock(), means=tools) == 1
    assert (await only(sqlite)).state is MessageState.DELIVERED


async def test_one_that_tells_is_asked_after_hours_of_silence(
    sqlite: Database, clock: Clock, gateway: FakeGateway, tools
) -> None:
    gateway.calls_back = True
    gateway.deliveries["fake-1"] = Delivery(
        gateway_id="fake-1", fate=Fate.DELIVERED, status="delivered"
    )
    await sent(sqlite, tools)
    clock.forward(polling.SILENT_ALTHOUGH_IT_TELLS - MINUTE)
    assert await polling.poll_deliveries(sqlite, now=clock(), means=tools) == 0
    clock.forward(MINUTE)
    assert await polling.poll_deliveries(sqlite, now=clock(), means=tools) == 1


async def test_two_messages_that_went_as_one_come_to_the_same_end(
    database: Database, clock: Clock, tools
) -> None:
    same = {"phone": "+989120000001"}
    ids = await posted(database, draft(**same), draft(**same))
    async with database.write() as session:
        for number in ids:
            message = await session.get_one(Message, number)
            message.state = MessageState.ACCEPTED
            message.gateway, message.gateway_id = "fake", "fake-1"
    assert await tell(database, tools, Fate.DELIVERED)
    assert [one.state for one in await stored(database)] == [MessageState.DELIVERED] * 2


async def test_each_of_many_is_asked_for_in_its_turn(
    sqlite: Database, clock: Clock, gateway: FakeGateway, tools
) -> None:
    many = polling.BATCH + 5
    await posted(sqlite, *(draft() for _ in range(many)))
    await dispatch.send_due(sqlite, now=NOON, means=tools)
    clock.forward(2 * MINUTE)
    for number in range(many):
        gateway.deliveries[f"fake-{number + 1}"] = Delivery(
            gateway_id=f"fake-{number + 1}", fate=Fate.DELIVERED, status="10"
        )
    settled = [
        await polling.poll_deliveries(sqlite, now=clock(), means=tools)
        for _ in range(2)
    ]
    assert settled == [polling.BATCH, 5]
