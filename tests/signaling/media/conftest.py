import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from signaling.media.engine import LegConnected, MediaEvent
from signaling.media.forwarder import Forwarder, ForwarderSettings
from tests.signaling.media.client import Peer


async def until(true: Callable[[], object], *, within: float = 3.0) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


@dataclass
class Stage:
    """A forwarder on loopback, the events it told, and the peers it talks to."""

    forwarder: Forwarder
    events: list[MediaEvent]
    peers: list[Peer] = field(default_factory=list)
    skew: float = 0.0

    def peer(self, host: str = "127.0.0.1") -> Peer:
        self.peers.append(Peer(host))
        return self.peers[-1]

    async def publisher(self, name: str, **offer: object) -> Peer:
        peer = self.peer()
        answer = self.forwarder.publish(name, peer.offer(**offer))
        await peer.connect(answer)
        await self.connected(name, "publisher")
        return peer

    async def subscriber(self, name: str, *sees: str, refuse: str = "") -> Peer:
        peer = self.peer()
        for slot, publisher in enumerate(sees):
            self.forwarder.seat(name, slot, publisher)
        offer = self.forwarder.subscribe(name)
        self.forwarder.accept(name, peer.answer(offer, refuse=refuse))
        await peer.connect(offer)
        await self.connected(name, "subscriber")
        return peer

    async def connected(self, name: str, target: str) -> None:
        event = LegConnected(participant=name, target=target)
        await until(lambda: event in self.events)


def forwarder_for(stage: list[Stage], settings: ForwarderSettings) -> Forwarder:
    return Forwarder(
        settings,
        on_event=lambda event: stage[0].events.append(event),
        clock=lambda: time.monotonic() + stage[0].skew,
        wall_clock=time.time,
        randomness=os.urandom,
    )


@pytest.fixture
def settings() -> ForwarderSettings:
    return ForwarderSettings(bind_host="127.0.0.1")


@pytest.fixture
async def stage(settings: ForwarderSettings) -> AsyncIterator[Stage]:
    stages: list[Stage] = []
    forwarder = forwarder_for(stages, settings)
    stages.append(Stage(forwarder, []))
    await forwarder.start()
    yield stages[0]
    for peer in stages[0].peers:
        await peer.close()
    await forwarder.stop()
    assert not forwarder.dropped["fault"]
