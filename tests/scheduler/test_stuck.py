"""A message that no gateway takes is followed too, and goes out when one is back."""

from datetime import timedelta

import pytest

from scheduler import deliveries, dispatch
from scheduler.gateways import Delivery, Fate, Temporary
from scheduler.means import Means
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler import lost
from tests.scheduler.fakes import FakeGateway
from tests.scheduler.posted import draft, only, posted
from tests.scheduler.test_calling import mother
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.wording import Template
from visitation.words import CallOutcome, Channel

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
#: As long as a confirmation may wait.
PATIENCE = 2 * HOUR
LANDLINE = "+982133445566"


def away(tools: Means) -> None:
    """Nothing goes out by the first gateway: its account is wrong."""
    way = tools.ways.of(tools.gateways[0])
    way.failed(tools.clock(), "20003", misconfigured=True)


async def look_after(database: Database, tools: Means) -> int:
    return await lost.ladder.look_after(database, now=tools.clock(), means=tools)


async def send(database: Database, tools: Means) -> int:
    return await dispatch.send_due(database, now=tools.clock(), means=tools)


async def tell(database: Database, tools: Means, fate: Fate) -> None:
    async with database.write() as session:
        await deliveries.told(
            session,
            gateway="fake",
            delivery=Delivery(gateway_id="fake-1", fate=fate, status=fate.value),
            keyring=tools.keyring,
            now=tools.clock(),
        )


@pytest.fixture
def tools(clock: Clock, keyring: Keyring) -> Means:
    return lost.means(clock, keyring, FakeGateway(channels=lost.SMS_ONLY))


async def test_what_waits_too_long_is_rung_and_what_arrives_closes_its_line(
    database: Database, clock: Clock, keyring: Keyring, tools: Means
) -> None:
    _world, visit = await lost.booked(database, keyring)
    away(tools)
    clock.now = NOON + PATIENCE - MINUTE
    assert await look_after(database, tools) == 0
    clock.forward(MINUTE)
    away(tools)
    assert await send(database, tools) == 0
    assert await look_after(database, tools) == 1
    assert await look_after(database, tools) == 0
    (task,) = await lost.tasks(database)
    assert (task.template, task.outcome, task.done_at) == (Template.BOOKED, None, None)
    # It was never sent, so it is not sent again: it still goes out, once.
    assert (await only(database)).state is MessageState.PENDING
    tools.ways.of(tools.gateways[0]).answered(clock())
    assert await send(database, tools) == 1
    assert [one.done_at for one in await lost.tasks(database)] == [None]
    await tell(database, tools, Fate.DELIVERED)
    (task,) = await lost.tasks(database)
    assert (task.outcome, task.done_at, task.done_by) == (
        CallOutcome.ARRIVED,
        clock(),
        None,
    )
    assert (await mother(database)).told_at == clock()
    assert await lost.acts(database, visit) == [
        "message_call",
        "participant_told",
        "message_delivered",
        "ring_arrived",
    ]


async def test_one_that_is_late_and_then_lost_keeps_its_one_line(
    database: Database, clock: Clock, keyring: Keyring, tools: Means
) -> None:
    await lost.booked(database, keyring)
    clock.now = NOON + PATIENCE
    assert await look_after(database, tools) == 1
    assert await send(database, tools) == 1
    await tell(database, tools, Fate.UNDELIVERED)
    assert await look_after(database, tools) == 0
    assert [one.done_at for one in await lost.tasks(database)] == [None]
    assert (await mother(database)).told_at is None
    assert len(await lost.told(database)) == 1


async def test_a_message_that_arrives_late_closes_the_line_of_what_followed_it(
    database: Database, clock: Clock, keyring: Keyring, tools: Means
) -> None:
    _world, visit = await lost.booked(database, keyring)
    await send(database, tools)
    await lost.became(database, MessageState.ACCEPTED, clock(), gateway_id="fake-1")
    tools.gateways[0].calls_back = True
    assert await look_after(database, tools) == 1
    await lost.became(database, MessageState.UNDELIVERED, clock())
    assert await look_after(database, tools) == 1
    assert (await mother(database)).told_at is None
    await tell(database, tools, Fate.DELIVERED)
    assert [one.outcome for one in await lost.tasks(database)] == [CallOutcome.ARRIVED]
    assert (await mother(database)).told_at == clock()
    assert (await lost.acts(database, visit))[-2:] == [
        "ring_arrived",
        "participant_told",
    ]


async def test_failing_again_and_again_is_waiting_too(
    database: Database, clock: Clock, keyring: Keyring, tools: Means
) -> None:
    await lost.booked(database, keyring)
    tools.gateways[0].failing += [Temporary("unreachable")] * 99
    while clock() < NOON + PATIENCE:
        await send(database, tools)
        assert await look_after(database, tools) == 0
        clock.forward(10 * MINUTE)
    assert (await only(database)).attempts > 2
    assert await look_after(database, tools) == 1
    assert len(await lost.tasks(database)) == 1


async def test_what_the_night_put_off_waits_from_the_morning_on(
    database: Database, clock: Clock, keyring: Keyring, tools: Means
) -> None:
    clock.now = NOON + 9 * HOUR  # 21:00
    await posted(database, draft(now=clock() - MINUTE, expires_at=NOON + 48 * HOUR))
    assert await send(database, tools) == 0
    clock.forward(PATIENCE)
    assert await look_after(database, tools) == 0
    morning = NOON + 20 * HOUR
    message = await only(database)
    assert (message.not_before, message.look_at) == (morning, morning + PATIENCE)


@pytest.mark.parametrize("template", [Template.REQUESTED, Template.OFFER])
async def test_what_nobody_says_by_telephone_just_waits(
    database: Database, clock: Clock, tools: Means, template: Template
) -> None:
    await posted(database, draft(template))
    clock.forward(PATIENCE)
    assert await look_after(database, tools) == 0
    message = await only(database)
    assert (message.state, message.look_at) == (MessageState.PENDING, None)


async def test_a_code_is_looked_after_by_whoever_wants_it() -> None:
    assert Message(**draft(Template.SIGN_IN)).look_at is None


async def test_somebody_is_rung_while_there_is_time() -> None:
    soon = Message(**draft(expires_at=NOON + HOUR))
    assert soon.look_at == NOON + HOUR / 2


async def test_a_call_that_nobody_makes_goes_as_text(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await lost.booked(database, keyring, reads=False)
    calls = FakeGateway("calls", channels=frozenset({Channel.VOICE}))
    tools = lost.means(clock, keyring, calls, FakeGateway(channels=lost.SMS_ONLY))
    away(tools)
    assert await send(database, tools) == 0
    clock.forward(PATIENCE)
    away(tools)
    assert await look_after(database, tools) == 1
    message = await only(database)
    assert (message.channel, message.look_at) == (Channel.SMS, clock() + PATIENCE)
    assert await send(database, tools) == 1
    assert await lost.tasks(database) == []


@pytest.mark.parametrize("both_away", [True, False])
async def test_where_no_text_helps_somebody_is_rung(
    database: Database, clock: Clock, keyring: Keyring, *, both_away: bool
) -> None:
    phone = {"reads": False} if both_away else {"phone": LANDLINE}
    await lost.booked(database, keyring, **phone)
    calls = FakeGateway("calls", channels=frozenset({Channel.VOICE}))
    texts = FakeGateway(channels=lost.SMS_ONLY)
    tools = lost.means(clock, keyring, calls, texts)
    away(tools)
    if both_away:
        tools.ways.of(texts).failed(clock(), "20003", misconfigured=True)
    clock.forward(PATIENCE)
    assert await look_after(database, tools) == 1
    assert (await only(database)).channel is Channel.VOICE
    assert len(await lost.tasks(database)) == 1
