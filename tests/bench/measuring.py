"""How many rooms a server carries: put rooms up, watch for some seconds, put up more.

A number of rooms is carried when under one packet in a hundred is missing and the
slowest of a hundred needs under 20 ms more than the wire. A server is asked three
times before it has failed: one bad second on a shared machine is not its limit, and
what a load that was itself late has found says nothing.
"""

import asyncio
import gc
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.bench.load import Load, quantile
from tests.bench.pacer import Pacer
from tests.bench.servers import Relay, Server, account
from tests.bench.trace import FPS, Trace

MOST_LOSS, MOST_P99, LEAST_FPS = 0.01, 20.0, 0.97 * FPS
_LOOKS = 3
_DRAIN = 0.5
#: Pictures flow when in so many seconds this share of all frames came.
_LOOK, _MOST = 1.0, 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long is waited and watched, in seconds.

    Attributes:
        settle: at least, before anything is counted.
        patience: more than that, until all pictures flow: a server that finds out
            first how much fits through a line takes some seconds for it.
    """

    settle: float
    measure: float
    patience: float = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One number of rooms on one server.

    Attributes:
        cpu: share of a core.
        waited: share of the time in which it was ready to run and did not.
        memory: bytes a room, above the empty server.
        packets: forwarded a second.
        p50: milliseconds added.
        p99: milliseconds added.
        loss: share of the packets.
        fps: pictures a second and stream that came out.
        late: milliseconds that the load was late, the worst of a hundred times.
        beside: share of a core of threads beside the one that forwards.
    """

    server: str
    people: int
    rooms: int
    cpu: float
    waited: float
    memory: float
    packets: float
    p50: float
    p99: float
    loss: float
    fps: float
    late: float
    beside: float = 0.0

    @property
    def us_per_packet(self) -> float:
        """Microseconds of a core for a packet that came out."""
        return 1e6 * self.cpu / self.packets if self.packets else 0.0

    @property
    def carried(self) -> bool:
        """Good enough to say that the server carries so many rooms."""
        return (
            self.loss < MOST_LOSS
            and 0 < self.p99 < MOST_P99
            and self.late < MOST_P99
            and self.fps > LEAST_FPS
        )


class Bout:
    """One server from its start to its end, with the rooms that are up."""

    def __init__(self, server: Server, trace: Trace, *, people: int = 2) -> None:
        self.server = server
        self.rooms = 0
        self._people = people
        self._load = Load(trace, Pacer(), marks=not isinstance(server, Relay))
        self._empty = 0

    async def start(self) -> None:
        """Runs the server."""
        await self.server.start()
        await asyncio.sleep(0.5)
        self._empty = account(self.server.pid).resident

    async def grow(self, rooms: int) -> None:
        """Puts rooms up until there are so many."""
        while self.rooms < rooms:
            await self.server.room(self._load, self._people)
            self.rooms += 1

    async def measure(self, pace: Pace) -> Result:
        """Watches what is up."""
        load = self._load
        gc.collect()
        gc.freeze()
        gc.disable()
        await asyncio.sleep(pace.settle)
        streams = sum(len(peer.heard_from) for peer in load.peers)
        for _ in range(int(pace.patience)):
            load.reset()
            await asyncio.sleep(_LOOK)
            flowing = sum(peer.frames for peer in load.peers)
            if flowing > _MOST * FPS * _LOOK * streams:
                break
        load.reset()
        before = account(self.server.pid)
        await asyncio.sleep(pace.measure)
        after = account(self.server.pid)
        expected = sum(
            sender.sent - sender.sent_before
            for peer in load.peers
            for sender in peer.heard_from
        )
        received = sum(peer.received - peer.received_before for peer in load.peers)
        frames = sum(peer.frames for peer in load.peers)
        gc.enable()
        latencies = sorted(each for peer in load.peers for each in peer.latencies)
        return Result(
            server=self.server.name,
            people=self._people,
            rooms=self.rooms,
            cpu=(after.cpu - before.cpu) / pace.measure,
            waited=(after.waited - before.waited) / pace.measure,
            memory=(after.resident - self._empty) / max(1, self.rooms),
            packets=received / pace.measure,
            p50=1000 * quantile(latencies, 0.5),
            p99=1000 * quantile(latencies, 0.99),
            loss=max(0.0, 1 - received / expected) if expected else 1.0,
            fps=frames / pace.measure / max(1, streams),
            late=1000 * quantile(sorted(load.pacer.lateness), 0.99),
            beside=(after.beside - before.beside) / pace.measure,
        )

    async def missing(self) -> int:
        """Packets that have never come out, after the last one was sent."""
        for peer in self._load.peers:
            peer.stop()
        await asyncio.sleep(_DRAIN)
        return sum(
            sum(sender.sent for sender in peer.heard_from) - peer.received
            for peer in self._load.peers
        )

    async def close(self) -> None:
        """Takes everything down."""
        await self._load.close()
        await self.server.close()


async def growth(
    bout: Bout,
    steps: Iterable[int],
    pace: Pace,
    tell: Callable[[Result], None],
    *,
    looks: int = _LOOKS,
) -> list[Result]:
    """Puts up more and more rooms until the server does not carry them.

    Returns:
        What was measured, in the order of the steps, one result for each.
    """
    results: list[Result] = []
    await bout.start()
    try:
        for rooms in steps:
            await bout.grow(rooms)
            for _ in range(looks):
                result = await bout.measure(pace)
                tell(result)
                if result.carried:
                    break
            results.append(result)
            if not result.carried:
                break
    finally:
        await bout.close()
    return results


def capacity(results: list[Result]) -> int:
    """The most rooms that were carried."""
    return max((each.rooms for each in results if each.carried), default=0)
