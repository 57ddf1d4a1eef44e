"""`make bench-join`: from the publish offer to the first packet at the other end.

At the engine: SDP is handed over by a pipe, everything else is real. Both sides of
the handshake count, and the joiner begins to send as soon as it may.
"""

import json
import time

import uvloop

from tests.bench import servers
from tests.bench.load import Replayer
from tests.bench.servers import Server
from tests.bench.trace import record

SERVER_CORE, LOAD_CORE = 0, 1
JOINS = 20


async def first_packet(server: Server, name: str, watcher: Replayer) -> float:
    """Milliseconds from the offer until the watcher has received something."""
    await server.ask("seat", "watcher", 0, name)
    watcher.first_received.clear()
    peer = Replayer(watcher.trace, marks=False)
    offer = peer.offer()
    began = time.perf_counter()
    await peer.connect(await server.ask("publish", name, offer))
    peer.play(at_once=True)
    await watcher.first_received.wait()
    taken = time.perf_counter() - began
    peer.stop()
    await peer.close()
    return 1000 * taken


async def main() -> None:
    servers.take_core(LOAD_CORE)
    server = Server(servers.forwarder, SERVER_CORE)
    watcher = Replayer(record(), marks=False)
    offer = await server.ask("subscribe", "watcher")
    await server.ask("accept", "watcher", watcher.answer(offer))
    await watcher.connect(offer)
    taken = sorted(
        [await first_packet(server, f"joiner{n}", watcher) for n in range(JOINS)]
    )
    await watcher.close()
    server.close()
    print("joins, ms:", " ".join(f"{each:.1f}" for each in taken))
    p50, p95 = taken[JOINS // 2], taken[JOINS * 95 // 100]
    print(
        json.dumps({"bench": "join", "p50_ms": round(p50, 2), "p95_ms": round(p95, 2)})
    )


if __name__ == "__main__":
    uvloop.run(main())
