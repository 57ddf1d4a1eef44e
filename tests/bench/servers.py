"""The two servers under test, each in a process of its own on a core of its own.

A server answers questions on a pipe: ("publish", name, offer) and so on. Both put the
same rooms up: two participants who send each other sound and picture.
"""

import asyncio
import gc
import multiprocessing as mp
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aioice.ice
import structlog
import uvloop
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

from signaling.media.forwarder import Forwarder, ForwarderSettings

Answer = Callable[..., Awaitable[Any]]


class Server:
    """A server process, seen from the load's side."""

    def __init__(self, serve: Callable[[Connection], None], core: int) -> None:
        context = mp.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_pinned, args=(serve, core, theirs))
        self._process.start()
        theirs.close()

    async def ask(self, question: str, *arguments: object) -> Any:
        loop, answered = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._pipe.fileno(), answered.set)
        self._pipe.send((question, *arguments))
        await answered.wait()
        loop.remove_reader(self._pipe.fileno())
        return self._pipe.recv()

    def waited(self) -> float:
        """Seconds the server was ready to run and did not."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[1]) for each in tasks) / 1e9

    def close(self) -> None:
        self._pipe.send(("stop",))
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()


def take_core(core: int) -> None:
    """Pins this process, and puts it before the neighbours' where that is allowed."""
    os.sched_setaffinity(0, {core})
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _pinned(serve: Callable[[Connection], None], core: int, pipe: Connection) -> None:
    take_core(core)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    serve(pipe)


async def _answer(pipe: Connection, answers: dict[str, Answer]) -> None:
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
            if question == "cpu":
                pipe.send(time.process_time())
            else:
                pipe.send(await answers[question](*arguments))
        asked.clear()


def forwarder(pipe: Connection) -> None:
    """Our own forwarder, as the service runs it: uvloop, and the heap frozen."""
    uvloop.run(_forwarder(pipe))


async def _forwarder(pipe: Connection) -> None:
    engine = Forwarder(
        ForwarderSettings(bind_host="127.0.0.1"),
        on_event=lambda _: None,
        clock=time.monotonic,
        wall_clock=time.time,
        randomness=os.urandom,
    )
    await engine.start()

    async def publish(name: str, offer: str) -> str:
        return await engine.publish(name, offer)

    async def subscribe(name: str, *publishers: str) -> str:
        for slot, publisher in enumerate(publishers):
            engine.seat(name, slot, publisher)
        return await engine.subscribe(name)

    async def accept(name: str, answer: str) -> None:
        await engine.accept(name, answer)

    async def seat(name: str, slot: int, publisher: str) -> None:
        engine.seat(name, slot, publisher)

    async def freeze() -> None:
        gc.collect()
        gc.freeze()

    async def dropped() -> dict[str, int]:
        return dict(engine.dropped)

    await _answer(
        pipe,
        {
            "publish": publish,
            "subscribe": subscribe,
            "accept": accept,
            "seat": seat,
            "freeze": freeze,
            "dropped": dropped,
        },
    )
    await engine.stop()


def media_relay(pipe: Connection) -> None:
    """aiortc's own way: decode, relay, encode again."""
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]
    asyncio.run(_media_relay(pipe))


async def _media_relay(pipe: Connection) -> None:
    relay = MediaRelay()
    connections: list[RTCPeerConnection] = []

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
        return answers

    await _answer(pipe, {"room": room})
    await asyncio.gather(*(connection.close() for connection in connections))
