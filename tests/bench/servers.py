"""The servers under test, each in a process of its own on a core of its own.

All put up the same rooms: so many people who send sound and picture, each of whom
receives all the others on one more transport. All say what they cost by the same
account, the kernel's.
"""

import asyncio
import multiprocessing as mp
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

import aioice.ice
import psutil
import structlog
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRecorder, MediaRelay

from signaling.media.engine import MediaEvent, RecordingStopped
from signaling.media.forwarder import ForwarderSettings
from signaling.media.workers.pool import Workers
from tests.bench.janus import Janus
from tests.bench.load import Load, Replayer

SERVER_CORE, LOAD_CORE = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a process has used so far.

    Attributes:
        cpu: seconds on a core.
        beside: those of them in threads beside the first.
        waited: seconds in which it was ready to run and another process ran.
        resident: bytes of memory.
    """

    cpu: float
    beside: float
    waited: float
    resident: int


class Server(Protocol):
    """One that puts rooms up."""

    name: str
    pid: int

    async def start(self) -> None:
        """Runs it."""

    async def room(self, load: Load, people: int) -> None:
        """Puts up one more room, in which everybody has begun to send."""

    async def close(self) -> None:
        """Ends it."""


def account(pid: int) -> Account:
    """Reads the kernel's books on all threads of a process."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    books = {
        int(each.parent.name): [int(number) for number in each.read_text().split()]
        for each in threads
    }
    cpu = sum(ran for ran, _, _ in books.values()) / 1e9
    return Account(
        cpu=cpu,
        beside=cpu - books[pid][0] / 1e9,
        waited=sum(waited for _, waited, _ in books.values()) / 1e9,
        resident=psutil.Process(pid).memory_info().rss,
    )


def keep_to(core: int, pid: int = 0) -> None:
    """Pins a process, and puts it before the neighbours' where that is allowed."""
    pid = pid or os.getpid()
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, int(thread.name), -15)
    # Where sessions are scheduled as groups, a process is nice only to its own.
    with suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text("-15")


class OurForwarder:
    """The forwarder as the service runs it: a worker process behind a pipe."""

    name = "forwarder"

    def __init__(self, host: str) -> None:
        self._host = host
        self._rooms = count()
        self._senders: list[str] = []
        self._recorded_since = 0.0
        self.stopped: list[RecordingStopped] = []

    async def start(self) -> None:
        self.engine = Workers(
            ForwarderSettings(bind_host=self._host, public_addresses=(self._host,)),
            count=1,
            on_event=self._heard,
            clock=time.monotonic,
        )
        await self.engine.start()
        link = self.engine._keepers[0].link
        assert link is not None
        self.pid = link.pid
        keep_to(SERVER_CORE, self.pid)

    async def room(self, load: Load, people: int) -> None:
        room = f"room{next(self._rooms)}"
        names = [f"{room}.{number}" for number in range(people)]
        sending = [await self.publisher(load, room, name) for name in names]
        for name, sender in zip(names, sending, strict=True):
            others = [each for each in names if each != name]
            receiver = await self.subscriber(load, name, *others)
            receiver.listen(*(peer for peer in sending if peer is not sender))
        for peer in sending:
            peer.play()

    async def publisher(self, load: Load, room: str, name: str) -> Replayer:
        self.engine.join(name, room, privileged=False)
        peer = Replayer(load, self._host)
        await peer.connect(await self.engine.publish(name, peer.offer()))
        self._senders.append(name)
        return peer

    async def subscriber(self, load: Load, name: str, *others: str) -> Replayer:
        for slot, other in enumerate(others):
            self.engine.seat(name, slot, other)
        peer = Replayer(load, self._host)
        offer = await self.engine.subscribe(name)
        await self.engine.accept(name, peer.answer(offer))
        await peer.connect(offer)
        return peer

    def record(self, directory: str, key: str, turn: int) -> None:
        """Records everybody."""
        self._recorded_since = time.monotonic()
        for name in self._senders:
            self.engine.record(name, f"{directory}/{name}-{turn}.journal", key)

    def end_recording(self, directory: str, turn: int) -> float:
        """Ends that; returns the bytes a second that were written."""
        seconds = time.monotonic() - self._recorded_since
        written = Path(directory).glob(f"*-{turn}.journal")
        octets = sum(each.stat().st_size for each in written)
        for name in self._senders:
            self.engine.stop_recording(name)
        return octets / seconds

    def _heard(self, event: MediaEvent) -> None:
        if isinstance(event, RecordingStopped):
            self.stopped.append(event)

    async def close(self) -> None:
        await self.engine.stop()


class JanusRooms:
    """Janus' VideoRoom; one event loop for all handles, or a thread for each."""

    def __init__(self, host: str, *, event_loops: int) -> None:
        self.name = "janus tuned" if event_loops else "janus default"
        self._host = host
        self._janus = Janus(host, event_loops=event_loops)

    async def start(self) -> None:
        self.pid = await self._janus.start(lambda pid: keep_to(SERVER_CORE, pid))

    async def room(self, load: Load, people: int) -> None:
        room = await self._janus.room(people)
        sending = [Replayer(load, self._host) for _ in range(people)]
        feeds = []
        for peer in sending:
            offer = peer.with_candidate(peer.offer())
            feed, answer = await self._janus.publish(room, offer)
            feeds.append(feed)
            await peer.connect(answer)
        for sender in sending:
            others = [peer for peer in sending if peer is not sender]
            receiver = Replayer(load, self._host)
            handle, offer = await self._janus.subscribe(
                room, *(feeds[sending.index(peer)] for peer in others)
            )
            answer = receiver.with_candidate(receiver.answer(offer))
            await self._janus.accept(handle, answer)
            await receiver.be_found(offer)
            receiver.listen(*others)
        for peer in sending:
            peer.play()

    async def close(self) -> None:
        await self._janus.close()


class Relay:
    """aiortc's own way: decode, relay, encode again. Rooms of two."""

    name = "media relay"
    #: Where it records what it relays; nowhere.
    directory = ""

    def __init__(self, host: str) -> None:
        self._host = host

    async def start(self) -> None:
        context = mp.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        said = (self._host, theirs, self.directory)
        self._process = context.Process(target=_relay, args=said)
        self._process.start()
        theirs.close()
        assert self._process.pid is not None
        self.pid = self._process.pid

    async def room(self, load: Load, people: int) -> None:
        assert people == 2
        peers = [Replayer(load, self._host) for _ in range(people)]
        offers = [
            peer.with_candidate(peer.offer(direction="sendrecv")) for peer in peers
        ]
        answers = await self._ask("room", *offers)
        await asyncio.gather(
            *(peer.connect(answer) for peer, answer in zip(peers, answers, strict=True))
        )
        for peer in peers:
            peer.play()

    async def _ask(self, question: str, *arguments: object) -> Any:
        loop, answered = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._pipe.fileno(), answered.set)
        self._pipe.send((question, *arguments))
        await answered.wait()
        loop.remove_reader(self._pipe.fileno())
        return self._pipe.recv()

    async def close(self) -> None:
        self._pipe.send(("stop",))
        await asyncio.to_thread(self._process.join, 10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


class RecordingRelay(Relay):
    """The same with aiortc's `MediaRecorder`, a file for each who sends."""

    name = "media recorder"

    def __init__(self, host: str, directory: str) -> None:
        super().__init__(host)
        self.directory = directory


def _relay(host: str, pipe: Connection, directory: str) -> None:
    keep_to(SERVER_CORE)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    aioice.ice.get_host_addresses = lambda **_: [host]
    asyncio.run(_serve_relay(pipe, directory))


async def _serve_relay(pipe: Connection, directory: str) -> None:
    relay = MediaRelay()
    connections: list[RTCPeerConnection] = []
    recorders: list[MediaRecorder] = []

    async def record(connection: RTCPeerConnection) -> None:
        recorder = MediaRecorder(f"{directory}/{len(recorders)}.webm")
        for receiver in connection.getReceivers():
            recorder.addTrack(relay.subscribe(receiver.track))
        await recorder.start()
        recorders.append(recorder)

    async def room(*offers: str) -> list[str]:
        fresh = [RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in offers]
        connections.extend(fresh)
        for connection, offer in zip(fresh, offers, strict=True):
            await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for connection, other in zip(fresh, reversed(fresh), strict=True):
            for receiver in other.getReceivers():
                connection.addTrack(relay.subscribe(receiver.track))
        answers = []
        for connection in fresh:
            await connection.setLocalDescription(await connection.createAnswer())
            answers.append(connection.localDescription.sdp)
            if directory:
                await record(connection)
        return answers

    await _obey(pipe, {"room": room})
    await asyncio.gather(*(connection.close() for connection in connections))
    await asyncio.gather(*(recorder.stop() for recorder in recorders))


async def _obey(
    pipe: Connection, answers: dict[str, Callable[..., Awaitable[Any]]]
) -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe.fileno(), asked.set)
    while True:
        await asked.wait()
        while pipe.poll():
            question, *arguments = pipe.recv()
            if question == "stop":
                loop.remove_reader(pipe.fileno())
                return
            pipe.send(await answers[question](*arguments))
        asked.clear()
