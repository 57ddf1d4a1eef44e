"""`make bench-join`: what it takes to join, and what a storm of joins does to calls.

A join is both transports of a participant: the one that sends and the one that
receives, from the first offer until sound has come through in either direction. At
the engine: SDP goes over the pipe of the worker, all else is real. Both halves of
every handshake count, on a core each.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
import uvloop

from tests.bench import janus, servers
from tests.bench.load import Load, Replayer, quantile
from tests.bench.pacer import Pacer
from tests.bench.servers import OurForwarder, account
from tests.bench.trace import Trace, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of everything.

    Attributes:
        alone: joins one after the other.
        together: joins of which `at_once` are always under way.
        rooms: that talk while a storm of joins comes.
        storm: joins that come at the same moment.
        watch: seconds of calm before the storm.
    """

    alone: int
    together: int
    at_once: int
    rooms: int
    storm: int
    watch: float


FULL = Plan(alone=60, together=200, at_once=16, rooms=20, storm=200, watch=5.0)


class Hall:
    """A server, and the peers of one measurement."""

    def __init__(self, server: OurForwarder, trace: Trace) -> None:
        self.server = server
        self.load = Load(trace, Pacer())
        self._joined = 0

    async def join(self, room: str, *hears: str) -> tuple[Replayer, Replayer]:
        """Joins with both transports and sends at once."""
        self._joined += 1
        name = f"joiner{self._joined}"
        self.server.engine.join(name, room, privileged=True)
        sending, receiving = await asyncio.gather(
            self.server.publisher(self.load, room, name),
            self.server.subscriber(self.load, name, *hears),
        )
        return sending, receiving

    async def close(self) -> None:
        await self.load.close()


async def alone(server: OurForwarder, trace: Trace, joins: int) -> list[float]:
    """Milliseconds of each join until sound has come through both ways."""
    hall = Hall(server, trace)
    host = await server.publisher(hall.load, "hall", "host")
    server.engine.join("ear", "hall", privileged=True)
    ear = await server.subscriber(hall.load, "ear")
    host.play()
    taken = []
    for number in range(joins):
        server.engine.seat("ear", 0, f"joiner{number + 1}")
        ear.first_received.clear()
        began = time.perf_counter()
        sending, receiving = await hall.join("hall", "host")
        sending.play(at_once=True)
        async with asyncio.timeout(10):
            await ear.first_received.wait()
            await receiving.first_received.wait()
        taken.append(1000 * (time.perf_counter() - began))
        for peer in (sending, receiving):
            peer.stop()
        server.engine.leave(f"joiner{number + 1}")
    await hall.close()
    server.engine.leave("host")
    server.engine.leave("ear")
    return sorted(taken)


async def together(
    server: OurForwarder, trace: Trace, joins: int, at_once: int
) -> float:
    """Seconds of the server's core that a join takes when many come."""
    hall = Hall(server, trace)
    turn = asyncio.Semaphore(at_once)

    async def one(number: int) -> None:
        async with turn:
            await hall.join(f"rush{number // 2}")

    before = account(server.pid)
    await asyncio.gather(*(one(number) for number in range(joins)))
    after = account(server.pid)
    await hall.close()
    await asyncio.sleep(0.5)
    return (after.cpu - before.cpu) / joins


async def storm(
    server: OurForwarder, trace: Trace, plan: Plan
) -> tuple[list[float], list[float], float]:
    """Milliseconds that media needs before and during a storm, and its length in s."""
    hall = Hall(server, trace)
    for _ in range(plan.rooms):
        await server.room(hall.load, 2)
    await asyncio.sleep(1)
    talking = list(hall.load.peers)
    hall.load.reset()
    await asyncio.sleep(plan.watch)
    calm = _latencies(talking)
    hall.load.reset()
    began = time.perf_counter()
    await asyncio.gather(
        *(hall.join(f"storm{number // 2}") for number in range(plan.storm))
    )
    lasted = time.perf_counter() - began
    shaken = _latencies(talking)
    await hall.close()
    return calm, shaken, lasted


def _latencies(peers: Sequence[Replayer]) -> list[float]:
    return sorted(1000 * each for peer in peers for each in peer.latencies)


async def run(plan: Plan) -> dict[str, object]:
    """Everything; the last line of it."""
    trace = record()
    server = OurForwarder(janus.own_address())
    await server.start()
    before = account(server.pid).cpu
    taken = await alone(server, trace, plan.alone)
    cost = (account(server.pid).cpu - before) / plan.alone
    print(f"one after the other, {plan.alone} joins")
    print(
        f"  until sound both ways   p50 {quantile(taken, 0.5):.1f} ms,"
        f" p95 {quantile(taken, 0.95):.1f} ms, most {taken[-1]:.1f} ms"
    )
    print(f"  of the server's core    {1000 * cost:.1f} ms each")
    cost = await together(server, trace, plan.together, plan.at_once)
    print(f"{plan.together} joins, {plan.at_once} at once")
    print(
        f"  of the server's core    {1000 * cost:.1f} ms each, {1 / cost:.0f} a second"
    )
    calm, shaken, lasted = await storm(server, trace, plan)
    print(
        f"a storm of {plan.storm} joins while {plan.rooms} rooms talk: {lasted:.1f} s"
    )
    for words, times in (("before", calm), ("during", shaken)):
        print(
            f"  media {words}   p50 {quantile(times, 0.5):.2f} ms,"
            f" p99 {quantile(times, 0.99):.2f} ms, most {quantile(times, 1):.2f} ms"
        )
    await server.close()
    return {
        "bench": "join",
        "p50_ms": round(quantile(taken, 0.5), 2),
        "p95_ms": round(quantile(taken, 0.95), 2),
        "per_second": round(1 / cost),
    }


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    servers.keep_to(servers.LOAD_CORE)
    print(json.dumps(await run(FULL)))


if __name__ == "__main__":
    uvloop.run(main())
