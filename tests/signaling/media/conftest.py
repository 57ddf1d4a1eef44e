import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from signaling.media.engine import LegConnected, MediaEvent, Target
from signaling.media.forwarder import Forwarder, ForwarderSettings
from tests.signaling.media.client import Peer


async def until(true: Callable[[], object], *, within: float = 3.0) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


class Clock:
    """The monotonic clock, which a test may put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@dataclass
class Stage:
    """A forwarder on loopback, the events it told, and the peers it talks to."""

    forwarder: Forwarder
    events: list[MediaEvent]
    clock: Clock
    peers: list[Peer] = field(default_factory=list)

    def peer(self, host: str = "127.0.0.1") -> Peer:
        self.peers.append(Peer(host))
        return self.peers[-1]

    async def publisher(
        self, name: str, *, host: str = "127.0.0.1", **offer: object
    ) -> Peer:
        peer = self.peer(host)
        answer = await self.forwarder.publish(name, peer.offer(**offer))
        await peer.connect(answer)
        await self.connected(name, "publisher")
        return peer

    async def subscriber(
        self, name: str, *sees: str, host: str = "127.0.0.1", **answer: object
    ) -> Peer:
        peer = self.peer(host)
        for slot, publisher in enumerate(sees):
            self.forwarder.seat(name, slot, publisher)
        offer = await self.forwarder.subscribe(name)
        await self.forwarder.accept(name, peer.answer(offer, **answer))
        await peer.connect(offer)
        await self.connected(name, "subscriber")
        return peer

    async def connected(self, name: str, target: Target) -> None:
        event = LegConnected(participant=name, target=target)
        await until(lambda: event in self.events)


@pytest.fixture
def settings() -> ForwarderSettings:
    # Wide enough for the high layer at once: who tests lines says so.
    return ForwarderSettings(bind_host="127.0.0.1", line_start=4_000_000)


@pytest.fixture
async def stage(settings: ForwarderSettings) -> AsyncIterator[Stage]:
    events: list[MediaEvent] = []
    clock = Clock()
    forwarder = Forwarder(
        settings,
        on_event=events.append,
        clock=clock,
        wall_clock=time.time,
        randomness=os.urandom,
    )
    await forwarder.start()
    stage = Stage(forwarder, events, clock)
    yield stage
    for peer in stage.peers:
        await peer.close()
    await forwarder.stop()
    assert not forwarder.dropped["fault"]
