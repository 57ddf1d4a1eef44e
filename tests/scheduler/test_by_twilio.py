"""A booking's message by the real client: sent, lost sight of, found, delivered."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from scheduler import dispatch, polling, reconcile
from scheduler.gateways import Twilio, TwilioSettings
from scheduler.means import Means
from tests.fakes import Clock
from tests.scheduler.fake_twilio import (
    FAILS_AFTER_TAKING,
    HANGS_UP_AFTER_TAKING,
    SID,
    TIMES_OUT_AFTER_TAKING,
    TOKEN,
    FakeTwilio,
    Turn,
    refused,
)
from tests.scheduler.fakes import means
from tests.scheduler.test_dispatch import booked, stored
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def provider(clock: Clock) -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio(clock=clock).serving() as fake:
        yield fake


@pytest.fixture
async def tools(
    clock: Clock, keyring: Keyring, provider: FakeTwilio
) -> AsyncIterator[Means]:
    gateway = Twilio(
        TwilioSettings(
            account_sid=SID,
            auth_token=TOKEN,
            sender="+15005550006",
            timeout_seconds=1.0,
            base_url=provider.base_url,
        )
    )
    yield means(clock, keyring, gateway)
    await gateway.close()


async def run(database: Database, clock: Clock, tools: Means) -> None:
    """Everything that looks after messages, once a minute for a while."""
    for _ in range(25):
        await dispatch.send_due(database, now=clock(), means=tools)
        await reconcile.reconcile(database, now=clock(), means=tools)
        await polling.poll_deliveries(database, now=clock(), means=tools)
        clock.forward(MINUTE)


@pytest.mark.parametrize(
    "turn", [TIMES_OUT_AFTER_TAKING, HANGS_UP_AFTER_TAKING, FAILS_AFTER_TAKING]
)
async def test_what_was_taken_without_an_answer_is_found_and_goes_out_once(
    database: Database,
    clock: Clock,
    provider: FakeTwilio,
    tools: Means,
    turn: Turn,
) -> None:
    await booked(database, tools.keyring)
    provider.turns.append(turn)
    await dispatch.send_due(database, now=clock(), means=tools)
    assert [m.state for m in await stored(database)] == [MessageState.UNKNOWN]
    await run(database, clock, tools)
    (held,) = provider.messages
    (message,) = await stored(database)
    assert (message.state, message.gateway_id) == (MessageState.ACCEPTED, held.sid)


async def test_what_broke_before_it_was_taken_is_sent_again_and_arrives(
    database: Database,
    clock: Clock,
    provider: FakeTwilio,
    tools: Means,
) -> None:
    await booked(database, tools.keyring)
    provider.turns.extend(
        [refused(20429), Turn(takes=False, hangs_up=True), refused(20500)]
    )
    await run(database, clock, tools)
    await run(database, clock, tools)
    (held,) = provider.messages
    provider.advance(held, "delivered")
    await run(database, clock, tools)
    (message,) = await stored(database)
    assert (message.state, message.gateway_id) == (MessageState.DELIVERED, held.sid)


async def test_a_list_that_hides_what_was_taken_costs_one_message_twice(
    database: Database,
    clock: Clock,
    provider: FakeTwilio,
    tools: Means,
) -> None:
    await booked(database, tools.keyring)
    provider.turns.append(HANGS_UP_AFTER_TAKING)
    provider.hides = True
    await run(database, clock, tools)
    assert len(provider.messages) == 2
    (message,) = await stored(database)
    assert message.gateway_id == provider.messages[1].sid


async def test_a_wrong_account_loses_nothing(
    database: Database,
    clock: Clock,
    provider: FakeTwilio,
    tools: Means,
) -> None:
    await booked(database, tools.keyring)
    provider.auth_token = "changed"
    await run(database, clock, tools)
    (message,) = await stored(database)
    assert (message.state, message.error) == (MessageState.PENDING, "20003")
    assert tools.health()[0].misconfigured is True
    provider.auth_token = TOKEN
    await run(database, clock, tools)
    assert [m.state for m in await stored(database)] == [MessageState.ACCEPTED]
