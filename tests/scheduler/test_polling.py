"""Gateways are asked side by side, and one that hangs delays no other for long."""

import asyncio
from datetime import timedelta

from scheduler import dispatch, polling
from scheduler.gateways import Delivery, Fate
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.posted import draft, posted, stored
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.words import Channel

SENT, DELIVERED = MessageState.ACCEPTED, MessageState.DELIVERED


class _Waiting(FakeGateway):
    """Tells that all was delivered, once it may."""

    def __init__(self, name: str, channel: Channel, until: asyncio.Event) -> None:
        super().__init__(name, channels=frozenset({channel}))
        self.until = until
        self.was_asked = asyncio.Event()

    async def delivery(self, gateway_id: str) -> Delivery | None:
        self.was_asked.set()
        await self.until.wait()
        return Delivery(gateway_id=gateway_id, fate=Fate.DELIVERED, status="10")


async def _sent(
    database: Database, clock: Clock, keyring: Keyring, *gateways: FakeGateway
):
    tools = means(clock, keyring, *gateways)
    await posted(database, draft(), draft(channel=Channel.VOICE))
    assert await dispatch.send_due(database, now=clock(), means=tools) == 2
    clock.forward(polling.SILENT)
    return tools


async def test_gateways_are_asked_at_the_same_time(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    last = _Waiting("last", Channel.VOICE, asyncio.Event())
    first = _Waiting("first", Channel.SMS, last.was_asked)
    last.until = first.was_asked
    tools = await _sent(sqlite, clock, keyring, first, last)
    assert await polling.poll_deliveries(sqlite, now=clock(), means=tools) == 2


async def test_a_gateway_that_hangs_is_not_waited_for_and_asked_again_later(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    open_ = asyncio.Event()
    open_.set()
    hangs = _Waiting("hangs", Channel.SMS, asyncio.Event())
    tells = _Waiting("tells", Channel.VOICE, open_)
    tools = await _sent(database, clock, keyring, hangs, tells)
    brief = timedelta(milliseconds=20)
    settled = await polling.poll_deliveries(
        database, now=clock(), means=tools, enough=brief
    )
    assert settled == 1
    assert [one.state for one in await stored(database)] == [SENT, DELIVERED]
    hangs.until = open_
    clock.forward(timedelta(minutes=2))
    assert await polling.poll_deliveries(database, now=clock(), means=tools) == 1
