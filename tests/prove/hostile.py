"""`make prove-hostile`: all that may arrive at the port, and a call that goes on.

Strangers, and two authenticated participants who send 10⁵ mutated packets into the
parsers, against the real forwarder; meanwhile a pair speaks, and others join.
`ARGS="--packets 20000 --seed 7"` does less, and something else.
"""

import argparse
import asyncio
import gc
import json
import os
import socket
import sys
import time
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from random import Random
from typing import Final

import psutil
import pylibsrtp
import uvloop
from aioice import stun
from structlog.testing import capture_logs

from signaling.media import dtls
from signaling.media.engine import MediaEvent
from signaling.media.forwarder import Forwarder, ForwarderSettings
from tests.prove import mutations
from tests.prove.honest import Honest
from tests.signaling.media.client import Peer, audio

#: So many datagrams, then everybody else gets a turn.
_BURST: Final = 32
_CODECS: Final = ("VP8", "H264")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the storm left.

    Attributes:
        sent: what was sent of each kind.
        dropped: what the forwarder counts as not used, by its reason.
        faults: exceptions that reached the reader, and errors in the log.
        honest_sent: packets of sound of the honest pair.
        honest_heard: those of them that arrived.
        joined: people who got in during the flood.
        resident_growth: bytes, from a fifth of the way to the end.
        object_growth: Python objects, over the same time.
    """

    sent: dict[str, int]
    dropped: dict[str, int]
    faults: int
    honest_sent: int
    honest_heard: int
    joined: int
    resident_growth: int
    object_growth: int
    seconds: float

    def complaints(self) -> list[str]:
        """What should not be so."""
        found = []
        if self.faults:
            found.append(f"{self.faults} faults")
        if self.honest_heard < 0.99 * self.honest_sent or not self.honest_sent:
            found.append(f"heard {self.honest_heard} of {self.honest_sent}")
        if not self.joined:
            found.append("nobody could join")
        if self.resident_growth > 24 << 20:
            found.append(f"memory grew by {self.resident_growth >> 20} MiB")
        if self.object_growth > 20_000:
            found.append(f"{self.object_growth} objects more")
        return found


class Siege:
    """The forwarder, the honest, and whoever wants it to fall."""

    def __init__(self, forwarder: Forwarder, random: Random, hello: bytes) -> None:
        self.forwarder = forwarder
        self.sent: Counter[str] = Counter()
        self.joined = 0
        self._random = random
        self._peers: dict[str, Peer] = {}
        self._stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._stranger.setblocking(False)
        self._hello = hello

    async def publisher(self, name: str, **offer: object) -> Peer:
        """Somebody of the room who sends."""
        peer = self._peers[f"{name} sends"] = Peer()
        self.forwarder.join(name, "room", privileged=False)
        await peer.connect(await self.forwarder.publish(name, peer.offer(**offer)))
        return peer

    async def subscriber(self, name: str, *sees: str) -> Peer:
        """Somebody of the room who receives."""
        peer = self._peers[f"{name} receives"] = Peer()
        self.forwarder.join(name, "room", privileged=False)
        for slot, publisher in enumerate(sees):
            self.forwarder.seat(name, slot, publisher)
        offer = await self.forwarder.subscribe(name)
        answer = peer.answer(offer, rtx=True, codecs=_CODECS)
        await self.forwarder.accept(name, answer)
        await peer.connect(offer)
        return peer

    async def stay(self) -> None:
        """Until cancelled: everybody consents, and forgets what they heard."""
        while True:
            await asyncio.sleep(2)
            for peer in self._peers.values():
                peer.check()
                peer.reports.clear()
                peer.packets.clear()

    async def close(self) -> None:
        """Everybody goes home."""
        for peer in self._peers.values():
            await peer.close()
        self._stranger.close()

    async def garbage(self, times: int) -> None:
        """Datagrams that are nothing, from strangers and from participants."""
        lying = b"\x00\x01\xff\xff\x21\x12\xa4\x42" + bytes(12)
        nothing = (b"", b"\x80", b"\x80\x60", b"\x16", b"\x00\x01\x00\x00", lying)
        large = (b"\x80" + bytes(1600), b"\x00" * 9000, b"\xff" * 1500)
        for _ in range(times):
            noise = self._random.randbytes(self._random.randrange(1500))
            for datagram in (*nothing, *large, noise, self._hello):
                await self._from_all("garbage", datagram)

    async def wrong_keys(self, honest: Honest, times: int) -> None:
        """What is encrypted for somebody else, repeated, cut, or from elsewhere."""
        rogue, other = self._peers["rogue sends"], self._peers["other sends"]
        assert other.ciphers
        for number in range(times):
            wire = other.ciphers.protect(audio(number & 0xFFFF, ssrc=0xF0E))
            await self._send("wrong key", rogue.send_raw, wire)
            await self._send("foreign source", self._from_stranger, honest.wire)
            await self._send("foreign source", rogue.send_raw, honest.wire)
            speaker = self._peers["family sends"]
            await self._send("replayed", speaker.send_raw, honest.wire)
            cut = honest.wire[: self._random.randrange(len(honest.wire) + 1)]
            await self._send("truncated", speaker.send_raw, cut)

    async def checks(self, times: int) -> None:
        """STUN that nobody asked for: unknown, guessed, broken."""
        family = self._peers["family sends"]
        for number in range(times):
            request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
            known = f"{family.server_ufrag}:x" if number % 2 else f"no{number}:x"
            request.attributes["USERNAME"] = known
            request.attributes["USE-CANDIDATE"] = None
            request.add_message_integrity(b"a guess")
            asked = bytearray(bytes(request))
            await self._send("check", self._from_stranger, bytes(asked))
            for _ in range(3):
                asked[self._random.randrange(2, len(asked))] ^= 0xFF
            await self._send("broken check", self._from_stranger, bytes(asked))

    async def hellos(self, times: int) -> None:
        """A stranger begins a handshake, before and while somebody else does theirs."""
        for each in range(times):
            name = f"newcomer {each}"
            peer = self._peers[f"{name} sends"] = Peer()
            self.forwarder.join(name, "room", privileged=False)
            answer = await self.forwarder.publish(name, peer.offer())
            await self._hello_storm()
            peer.meet(answer)
            await peer.reach()
            shaking = asyncio.ensure_future(peer.shake_hands(answer))
            while not shaking.done():
                await self._hello_storm()
                await asyncio.sleep(0.005)
            await shaking
            self.joined += 1
            self.forwarder.leave(name)
            await self._peers.pop(f"{name} sends").close()

    async def mutants(self, packets: Iterable[bytes], sent: int) -> None:
        """So many of participants whose keys are good and whose contents are not."""
        senders = [self._peers[f"{one} sends"] for one in ("rogue", "other")]
        listener = self._peers["rogue receives"]
        enough = self.sent["mutated"] + sent
        for number, packet in enumerate(packets):
            if self.sent["mutated"] == enough:
                return
            control = len(packet) > 1 and 192 <= packet[1] <= 223
            # Reports about what one receives belong to the other leg, mostly.
            peer = senders[number % 2]
            if control and self._random.random() < 0.7:
                peer = listener
            try:
                protected = protect(peer, packet)
            except pylibsrtp.Error:
                self.sent["could not be encrypted"] += 1
                continue
            await self._send("mutated", peer.send_raw, protected)

    async def _hello_storm(self) -> None:
        for _ in range(20):
            await self._send("hello", self._from_stranger, self._hello)
            rogue = self._peers["rogue sends"]
            await self._send("hello", rogue.send_raw, self._hello)

    async def _from_all(self, kind: str, datagram: bytes) -> None:
        for send in (
            self._from_stranger,
            self._peers["rogue sends"].send_raw,
            self._peers["rogue receives"].send_raw,
        ):
            await self._send(kind, send, datagram)

    async def _send(
        self, kind: str, send: Callable[[bytes], object], datagram: bytes
    ) -> None:
        with suppress(BlockingIOError):
            send(datagram)
        self.sent[kind] += 1
        if self.sent.total() % _BURST == 0:
            await asyncio.sleep(0)

    def _from_stranger(self, datagram: bytes) -> None:
        self._stranger.sendto(datagram, ("127.0.0.1", self.forwarder.port))


def protect(peer: Peer, packet: bytes) -> bytes:
    """Encrypts whatever it is, as RTCP if it says so."""
    assert peer.ciphers
    if len(packet) > 1 and 192 <= packet[1] <= 223:
        return peer.ciphers.protect_rtcp(packet)
    return peer.ciphers.protect(packet)


async def client_hello() -> bytes:
    """The datagram with which a DTLS client begins."""
    said: asyncio.Queue[bytes] = asyncio.Queue()
    channel = dtls.Channel(send=said.put_nowait)
    proof = channel.fingerprint
    shaking = asyncio.ensure_future(
        channel.shake_hands(role="client", fingerprints=(proof,))
    )
    hello = await said.get()
    shaking.cancel()
    await asyncio.gather(shaking, return_exceptions=True)
    return hello


@asynccontextmanager
async def besieged(random: Random) -> AsyncIterator[tuple[Siege, Honest]]:
    """A forwarder with an honest pair and two rogues in one room."""
    events: list[MediaEvent] = []
    forwarder = Forwarder(
        ForwarderSettings(bind_host="127.0.0.1"),
        on_event=events.append,
        clock=time.monotonic,
        wall_clock=time.time,
        randomness=os.urandom,
    )
    await forwarder.start()
    siege = Siege(forwarder, random, await client_hello())
    try:
        family = await siege.publisher("family")
        await siege.publisher("rogue", rids=("h", "l"), rtx=True)
        await siege.publisher("other", rtx=True, codecs=_CODECS)
        terminal = await siege.subscriber("terminal", "family", "rogue", "other")
        await siege.subscriber("rogue", "family", "other")
        yield siege, Honest(family, terminal)
    finally:
        await siege.close()
        await forwarder.stop()


async def storm(*, packets: int, seed: int) -> Verdict:
    """All of it, the mutated packets last and most."""
    began = time.monotonic()
    random = Random(seed)
    few = max(5, packets // 500)
    with capture_logs() as logs:
        async with besieged(random) as (siege, honest):
            going = [asyncio.create_task(one) for one in (honest.speak(), siege.stay())]
            await asyncio.sleep(0.1)
            mutants = mutations.storm(random)
            await siege.mutants(mutants, packets // 5)
            before = _measured()
            await siege.garbage(few)
            await siege.wrong_keys(honest, few)
            await siege.checks(few)
            await siege.hellos(3)
            await siege.mutants(mutants, packets - packets // 5)
            await asyncio.sleep(0.5)
            for task in going:
                task.cancel()
            await asyncio.gather(*going, return_exceptions=True)
            await asyncio.sleep(0.2)
            after = _measured()
            dropped = dict(siege.forwarder.dropped)
    errors = [one for one in logs if one["log_level"] in {"error", "critical"}]
    for error in errors:
        print(error["event"], *traceback.format_exception(error.get("exc_info")))
    return Verdict(
        sent=dict(siege.sent),
        dropped=dropped,
        faults=len(errors) + dropped.get("fault", 0),
        honest_sent=honest.sent,
        honest_heard=honest.heard,
        joined=siege.joined,
        resident_growth=after[0] - before[0],
        object_growth=after[1] - before[1],
        seconds=round(time.monotonic() - began, 1),
    )


def _measured() -> tuple[int, int]:
    gc.collect()
    return psutil.Process().memory_info().rss, len(gc.get_objects())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    print(f"seed {given.seed}")
    verdict = uvloop.run(storm(packets=given.packets, seed=given.seed))
    for kind, number in verdict.sent.items():
        print(f"{kind:24}{number:>10}")
    print("not used:")
    for reason, number in sorted(verdict.dropped.items()):
        print(f"  {reason:22}{number:>10}")
    for complaint in (complaints := verdict.complaints()):
        print(f"FAILED: {complaint}")
    print(json.dumps({"prove": "hostile", "seed": given.seed, **asdict(verdict)}))
    sys.exit(bool(complaints))


if __name__ == "__main__":
    main()
