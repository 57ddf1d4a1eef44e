"""`make bench-media`: what forwarding costs, beside decoding and encoding again.

Two-way rooms of 720p30 VP8 and Opus over loopback, with real ICE and DTLS-SRTP. The
server has one core to itself, the load has the other; the servers take turns.
"""

import asyncio
import gc
import json
from dataclasses import dataclass

import uvloop

from tests.bench import servers
from tests.bench.load import Replayer
from tests.bench.servers import Server
from tests.bench.trace import Trace, record

SERVER_CORE, LOAD_CORE = 0, 1
ROUNDS = (10, 30, 50)
SETTLE, MEASURE = 2.0, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    server: str
    rooms: int
    cpu: float
    packets: int
    expected: int
    fps: float
    waited: float
    latencies: tuple[float, ...]

    @property
    def us_per_packet(self) -> float:
        return self.cpu * MEASURE * 1e6 / max(1, self.packets)

    @property
    def loss(self) -> float:
        return max(0.0, 1 - self.packets / self.expected)

    def quantile(self, share: float) -> float | None:
        """Milliseconds."""
        if not self.latencies:
            return None
        return 1000 * self.latencies[int(share * (len(self.latencies) - 1))]


async def forwarder_room(server: Server, trace: Trace, room: int) -> list[Replayer]:
    names = [f"{room}a", f"{room}b"]
    sending = [Replayer(trace, marks=True) for _ in names]
    receiving = [Replayer(trace, marks=True) for _ in names]
    for name, peer in zip(names, sending, strict=True):
        await peer.connect(await server.ask("publish", name, peer.offer()))
    for mine, theirs, peer in zip(names, reversed(names), receiving, strict=True):
        offer = await server.ask("subscribe", mine, theirs)
        await server.ask("accept", mine, peer.answer(offer))
        await peer.connect(offer)
    for peer, other in zip(receiving, reversed(sending), strict=True):
        peer.listens_to = other
    return sending + receiving


async def relay_room(server: Server, trace: Trace) -> list[Replayer]:
    peers = [Replayer(trace, marks=False) for _ in range(2)]
    offers = []
    for peer in peers:
        host, port = peer.address
        line = f"a=candidate:1 1 udp 2130706431 {host} {port} typ host"
        offers.append(
            peer.offer(direction="sendrecv").replace(
                "a=rtcp-mux\r\n", f"a=rtcp-mux\r\n{line}\r\na=end-of-candidates\r\n"
            )
        )
    answers = await server.ask("room", *offers)
    await asyncio.gather(
        *(peer.connect(answer) for peer, answer in zip(peers, answers, strict=True))
    )
    return peers


async def measure(kind: str, rooms: int, trace: Trace) -> Result:
    """Puts the rooms up, lets them talk, and takes them down."""
    relayed = kind == "media_relay"
    serve = servers.media_relay if relayed else servers.forwarder
    server = Server(serve, SERVER_CORE)
    peers: list[Replayer] = []
    for room in range(rooms):
        if relayed:
            peers += await relay_room(server, trace)
        else:
            peers += await forwarder_room(server, trace, room)
    if not relayed:
        await server.ask("freeze")
    sending = [peer for peer in peers if relayed or peer.listens_to is peer]
    for peer in sending:
        peer.play()
    await asyncio.sleep(SETTLE)
    before, waited_before = await server.ask("cpu"), server.waited()
    for peer in peers:
        peer.reset()
    await asyncio.sleep(MEASURE)
    after, waited_after = await server.ask("cpu"), server.waited()
    packets = sum(peer.received for peer in peers)
    expected = sum(peer.sent - peer.sent_before for peer in sending)
    frames = sum(peer.frames for peer in peers)
    latencies = sorted(each for peer in peers for each in peer.latencies)
    for peer in peers:
        peer.stop()
        await peer.close()
    server.close()
    return Result(
        server=kind,
        rooms=rooms,
        cpu=(after - before) / MEASURE,
        packets=packets,
        expected=expected,
        fps=frames / MEASURE / len(sending),
        waited=(waited_after - waited_before) / MEASURE,
        latencies=tuple(latencies),
    )


def show(result: Result) -> None:
    def cell(value: float | None) -> str:
        return "-" if value is None else f"{value:.2f}"

    cost = None if result.server == "media_relay" else result.us_per_packet
    loss = None if result.server == "media_relay" else 100 * result.loss
    print(
        f"{result.server:<12} {result.rooms:>5} {100 * result.cpu:>7.1f}"
        f" {100 * result.cpu / result.rooms:>10.2f} {cell(cost):>10}"
        f" {cell(result.quantile(0.5)):>8} {cell(result.quantile(0.99)):>8}"
        f" {cell(loss):>7} {result.fps:>6.1f} {100 * result.waited:>7.1f}",
        flush=True,
    )


async def main() -> None:
    servers.take_core(LOAD_CORE)
    trace = record()
    gc.freeze()
    print(f"two-way rooms, 720p30 VP8 at {trace.bitrate / 1e6:.2f} Mbit/s and Opus")
    print(
        f"{'server':<12} {'rooms':>5} {'CPU %':>7} {'CPU %/room':>10}"
        f" {'µs/packet':>10} {'p50 ms':>8} {'p99 ms':>8} {'loss %':>7} {'fps':>6}"
        f" {'wait %':>7}"
    )
    ours: list[Result] = []
    theirs: list[Result] = []
    for rooms in ROUNDS:
        ours.append(await measure("forwarder", rooms, trace))
        show(ours[-1])
        theirs.append(await measure("media_relay", 1, trace))
        show(theirs[-1])
    print("wait: time the server was ready to run while others had its core")
    most = max(
        (each for each in ours if each.loss < 0.01),
        key=lambda each: each.rooms,
        default=ours[0],
    )
    relayed = sum(result.cpu for result in theirs) / len(theirs)
    print(
        json.dumps(
            {
                "bench": "media",
                "us_per_packet": round(most.us_per_packet, 2),
                "p50_ms": round(most.quantile(0.5) or 0.0, 3),
                "p99_ms": round(most.quantile(0.99) or 0.0, 3),
                "ratio_media_relay": round(relayed / (most.cpu / most.rooms), 1),
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(main())
