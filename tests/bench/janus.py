"""Debian's Janus as a server under test: its VideoRoom, driven over its WebSocket.

It runs in a process of its own with a configuration of its own, which changes
nothing of Debian's but where it listens, what it loads, and what is being compared.
"""

import asyncio
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

BINARY = "janus"
_MODULES = Path("/usr/lib/x86_64-linux-gnu/janus")

#: A feed is there a moment after its sender is connected.
_NO_SUCH_FEED, _PATIENCE = 428, 250

_CORE = """
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{folder}/plugins"
    transports_folder = "{folder}/transports"
    events_folder = "{folder}/none"
    loggers_folder = "{folder}/none"
    debug_level = 2
    session_timeout = 0
    {loops}
}}
nat: {{
    ice_enforce_list = "{host}"
}}
"""
_SOCKET = """
general: {{
    json = "plain"
    ws = true
    ws_port = {port}
    ws_ip = "127.0.0.1"
}}
"""


def missing() -> str:
    """Why it cannot run here; empty when it can."""
    if shutil.which(BINARY) is None:
        return "Debian's package janus is not installed"
    plugin = next(_modules().glob("plugins/libjanus_videoroom.so*"), None)
    transport = next(_modules().glob("transports/libjanus_websockets.so*"), None)
    if plugin is None or transport is None:
        return f"no VideoRoom or no WebSocket transport in {_modules()}"
    return ""


def _modules() -> Path:
    found = sorted(Path("/usr/lib").glob("*/janus"))
    return found[0] if found else _MODULES


class NotYet(RuntimeError):
    """The feed is not there."""


class Janus:
    """One Janus, its only session, and a handle for each transport of a peer."""

    def __init__(self, host: str, *, event_loops: int) -> None:
        self._host = host
        self._loops = f"event_loops = {event_loops}" if event_loops else ""
        self._folder = tempfile.TemporaryDirectory(prefix="janus-")
        self._asked: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._transactions = count(1)

    async def start(self, adopt: Callable[[int], None]) -> int:
        """Runs it, has its process adopted, and opens a session."""
        port = _free_port()
        folder = Path(self._folder.name)
        for kind, name in (("plugins", "videoroom"), ("transports", "websockets")):
            (folder / kind).mkdir()
            for each in _modules().glob(f"{kind}/libjanus_{name}.so*"):
                (folder / kind / each.name).symlink_to(each)
        (folder / "none").mkdir()
        core = _CORE.format(folder=folder, loops=self._loops, host=self._host)
        (folder / "janus.jcfg").write_text(core)
        transport = folder / "janus.transport.websockets.jcfg"
        transport.write_text(_SOCKET.format(port=port))
        (folder / "janus.plugin.videoroom.jcfg").write_text("general: {}\n")
        self._log = (folder / "log").open("wb")
        self._process = await asyncio.create_subprocess_exec(
            BINARY,
            *("-C", folder / "janus.jcfg", "-F", folder, "-o"),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        # Before it has any thread, so that all that come keep to it as well.
        adopt(self._process.pid)
        self._client = aiohttp.ClientSession()
        self._socket = await self._connect(f"http://127.0.0.1:{port}/")
        self._reader = asyncio.create_task(self._listen())
        self._session = (await self._ask(janus="create"))["data"]["id"]
        return self._process.pid

    async def _connect(self, url: str) -> aiohttp.ClientWebSocketResponse:
        for _ in range(100):
            if self._process.returncode is not None:
                break
            with suppress(OSError, aiohttp.ClientError):
                return await self._client.ws_connect(
                    url, protocols=("janus-protocol",), max_msg_size=0
                )
            await asyncio.sleep(0.05)
        said = (Path(self._folder.name) / "log").read_text()[-2000:]
        raise RuntimeError(f"Janus does not answer:\n{said}")

    async def room(self, publishers: int) -> int:
        """A room for so many who send."""
        handle = await self._attach()
        made = await self._say(
            handle, request="create", publishers=publishers, bitrate=0, fir_freq=0
        )
        await self._ask(janus="detach", handle_id=handle)
        return made["plugindata"]["data"]["room"]

    async def publish(self, room: int, offer: str) -> tuple[int, str]:
        """Sends into a room: the name of the feed, and the answer."""
        handle = await self._attach()
        joined = await self._say(
            handle, request="join", ptype="publisher", room=room, display="p"
        )
        published = await self._say(
            handle, request="publish", jsep={"type": "offer", "sdp": offer}
        )
        return joined["plugindata"]["data"]["id"], published["jsep"]["sdp"]

    async def subscribe(self, room: int, *feeds: int) -> tuple[int, str]:
        """Offers the feeds on one transport: its handle, and the offer."""
        handle = await self._attach()
        streams = [{"feed": feed} for feed in feeds]
        for _ in range(_PATIENCE):
            with suppress(NotYet):
                attached = await self._say(
                    handle,
                    request="join",
                    ptype="subscriber",
                    room=room,
                    streams=streams,
                )
                return handle, attached["jsep"]["sdp"]
            await asyncio.sleep(0.02)
        raise NotYet(feeds)

    async def accept(self, handle: int, answer: str) -> None:
        await self._say(handle, request="start", jsep={"type": "answer", "sdp": answer})

    async def _attach(self) -> int:
        attached = await self._ask(janus="attach", plugin="janus.plugin.videoroom")
        return attached["data"]["id"]

    async def _say(
        self, handle: int, *, jsep: dict[str, Any] | None = None, **body: object
    ) -> dict[str, Any]:
        more = {"jsep": {**jsep, "trickle": False}} if jsep else {}
        said = await self._ask(janus="message", handle_id=handle, body=body, **more)
        told = said["plugindata"]["data"]
        if told.get("error_code") == _NO_SUCH_FEED:
            raise NotYet(told["error"])
        if error := told.get("error"):
            raise RuntimeError(f"Janus refuses {body['request']}: {error}")
        return said

    async def _ask(self, **message: object) -> dict[str, Any]:
        name = str(next(self._transactions))
        answered = self._asked[name] = asyncio.get_running_loop().create_future()
        if hasattr(self, "_session"):
            message["session_id"] = self._session
        await self._socket.send_json({**message, "transaction": name})
        async with asyncio.timeout(20):
            said = await answered
        if said["janus"] == "error":
            raise RuntimeError(f"Janus: {said['error']['reason']}")
        return said

    async def _listen(self) -> None:
        async for message in self._socket:
            said = message.json()
            # An "ack" is only the promise of an event.
            if said["janus"] in {"success", "event", "error"}:
                asked = self._asked.pop(said.get("transaction", ""), None)
                if asked is not None and not asked.done():
                    asked.set_result(said)

    async def close(self) -> None:
        self._reader.cancel()
        await self._socket.close()
        await self._client.close()
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._log.close()
        self._folder.cleanup()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def own_address() -> str:
    """An address of this machine that is not loopback: Janus gathers no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        # Nothing is sent: connecting a datagram socket only asks for the route.
        probe.connect(("192.0.2.1", 9))
        return probe.getsockname()[0]
    return "127.0.0.1"
