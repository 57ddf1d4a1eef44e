import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import psutil
import pytest

from signaling.media.engine import LegConnected, LegFailed, MediaEvent, Target
from signaling.media.forwarder import ForwarderSettings
from signaling.media.workers.pool import Workers
from tests.signaling.media.client import Peer, audio
from tests.signaling.media.conftest import Clock, until

#: Starting Python may take long on a machine that runs other tests.
PATIENCE = 20.0
NUMBERS = itertools.count(1)


@dataclass
class Stage:
    """Workers on loopback, the events they told, and the peers in their rooms."""

    workers: Workers
    events: list[MediaEvent]
    clock: Clock
    peers: list[Peer] = field(default_factory=list)

    async def publisher(self, room: str, name: str) -> Peer:
        peer = self._peer()
        self.workers.join(name, room, privileged=False)
        await peer.connect(await self.workers.publish(name, peer.offer()))
        await self.told(LegConnected(participant=name, target="publisher"))
        return peer

    async def subscriber(self, room: str, name: str, *sees: str) -> Peer:
        peer = self._peer()
        self.workers.join(name, room, privileged=False)
        for slot, publisher in enumerate(sees):
            self.workers.seat(name, slot, publisher)
        await self.answered(name, peer, await self.workers.subscribe(name))
        return peer

    async def answered(self, name: str, peer: Peer, offer: str) -> None:
        await self.workers.accept(name, peer.answer(offer))
        await peer.connect(offer)
        await self.told(LegConnected(participant=name, target="subscriber"))

    async def pair(self, room: str) -> tuple[Peer, Peer]:
        """One who sends and one who receives; sound has passed between them."""
        sender = await self.publisher(room, f"{room}-a")
        receiver = await self.subscriber(room, f"{room}-b", f"{room}-a")
        await passes(sender, receiver)
        return sender, receiver

    async def again(self, room: str) -> tuple[Peer, Peer]:
        """The same two with new legs, as pages build them when told to."""
        self.events.clear()
        sender, receiver = self._peer(), self._peer()
        sends, receives = f"{room}-a", f"{room}-b"
        await sender.connect(await self.workers.publish(sends, sender.offer()))
        await self.answered(
            receives, receiver, await self.workers.rebuild_subscriber(receives)
        )
        await self.told(LegConnected(participant=sends, target="publisher"))
        return sender, receiver

    def place(self, room: str) -> int:
        return self.workers._places[room].number

    def process(self, number: int) -> psutil.Process:
        link = self.workers._keepers[number].link
        assert link is not None
        return psutil.Process(link.pid)

    async def told(self, event: MediaEvent) -> None:
        await until(lambda: event in self.events, within=PATIENCE)

    async def failed(self, *legs: tuple[str, Target]) -> None:
        for name, target in legs:
            await self.told(
                LegFailed(participant=name, target=target, reason="worker_died")
            )

    def _peer(self) -> Peer:
        self.peers.append(Peer())
        return self.peers[-1]


def say(sender: Peer, words: bytes = b"\xfcsound") -> None:
    """Sends one packet of sound, numbered after all others."""
    sender.send(audio(next(NUMBERS), payload=words))


async def passes(sender: Peer, receiver: Peer) -> None:
    """Sends sound until some is heard."""
    before = len(receiver.packets)
    deadline = time.monotonic() + PATIENCE
    while len(receiver.packets) == before:
        assert time.monotonic() < deadline, "nothing is heard"
        say(sender)
        await asyncio.sleep(0.02)


Opens = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def opens() -> AsyncIterator[Opens]:
    stages: list[Stage] = []

    async def open_stage(count: int = 2, **settings: int) -> Stage:
        events: list[MediaEvent] = []
        clock = Clock()
        workers = Workers(
            ForwarderSettings(bind_host="127.0.0.1", **settings),
            count=count,
            on_event=events.append,
            clock=clock,
        )
        await workers.start()
        stages.append(Stage(workers, events, clock))
        return stages[-1]

    yield open_stage
    for stage in stages:
        for peer in stage.peers:
            await peer.close()
        await stage.workers.stop()


@pytest.fixture
async def stage(opens: Opens) -> Stage:
    return await opens()
