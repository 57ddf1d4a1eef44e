"""A bad line between browsers and the service: UDP for media, TCP for everything else.

Like a NAT it gives every address behind it a socket of its own towards the service.
Both kinds of traffic share the line, as they do in a village.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from tests.impair.line import Direction, Way

_LARGEST: Final = 2048
_TCP_PIECE: Final = 4096

Address = tuple[str, int]


class Relay:
    """A line in both directions, which may be cut and changed at any time.

    Attributes:
        up: towards the service.
        down: from the service.
        udp_port: where media is sent to, instead of the service's port.
        tcp_port: where pages are asked for, instead of the service's port.
    """

    def __init__(self, *, up: Way, down: Way, seed: int = 1) -> None:
        self.up = Direction(up, seed)
        self.down = Direction(down, seed + 1)
        self.udp_port = self.tcp_port = 0
        self._loop = asyncio.get_running_loop()
        self._listening: list[socket.socket] = []
        self._beyond: dict[tuple[Address, Address], socket.socket] = {}
        self._server: asyncio.Server | None = None
        self._streams: set[asyncio.Task[None]] = set()
        self._mended = asyncio.Event()
        self._mended.set()

    def change(self, *, up: Way, down: Way) -> None:
        """Makes another line of it, for what is sent from now on."""
        self.up.way, self.down.way = up, down

    def cut(self) -> None:
        """Loses everything from now on."""
        self.up.down = self.down.down = True
        self._mended.clear()

    def mend(self) -> None:
        """Carries again what is sent from now on."""
        self.up.down = self.down.down = False
        self._mended.set()

    async def open(self, *, hosts: tuple[str, ...], udp: int, tcp: int) -> None:
        """Listens beside the service, which has these ports."""
        for host in hosts:
            self._listen(host, udp)
        self._server = await asyncio.start_server(
            lambda reader, writer: self._stream(reader, writer, tcp), "127.0.0.1", 0
        )
        self.tcp_port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Ends all that goes through it."""
        if self._server:
            self._server.close()
        streams = tuple(self._streams)
        for task in streams:
            task.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
        for each in (*self._listening, *self._beyond.values()):
            self._loop.remove_reader(each)
            each.close()

    def _listen(self, host: str, udp: int) -> None:
        near = _bound(host, self.udp_port)
        self.udp_port = near.getsockname()[1]
        self._listening.append(near)

        def read() -> None:
            with suppress(BlockingIOError):
                while True:
                    datagram, client = near.recvfrom(_LARGEST)
                    beyond = self._way_beyond(near, client, (host, udp))
                    self._pass(self.up, datagram, beyond.send)

        self._loop.add_reader(near, read)

    def _way_beyond(
        self, near: socket.socket, client: Address, service: Address
    ) -> socket.socket:
        key = near.getsockname(), client
        if known := self._beyond.get(key):
            return known
        beyond = self._beyond[key] = _bound(service[0], 0)
        beyond.connect(service)

        def read() -> None:
            with suppress(BlockingIOError, ConnectionRefusedError):
                while True:
                    datagram = beyond.recv(_LARGEST)
                    self._pass(self.down, datagram, lambda d: near.sendto(d, client))

        self._loop.add_reader(beyond, read)
        return beyond

    def _pass(
        self, direction: Direction, datagram: bytes, send: Callable[[bytes], int]
    ) -> None:
        now = self._loop.time()
        arrival = direction.arrival(len(datagram), now)
        if arrival is None:
            return
        if arrival <= now:
            _send(send, datagram)
        else:
            self._loop.call_at(arrival, _send, send, datagram)

    async def _stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tcp: int
    ) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", tcp)
        except OSError:
            writer.close()
            return
        for direction, source, sink in (
            (self.up, reader, far_writer),
            (self.down, far_reader, writer),
        ):
            task = self._loop.create_task(self._carry(direction, source, sink))
            self._streams.add(task)
            task.add_done_callback(self._streams.discard)

    async def _carry(
        self,
        direction: Direction,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
    ) -> None:
        """Carries a stream in pieces, of which many are on their way at once."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        reading = self._loop.create_task(self._read(direction, source, under_way))
        try:
            while True:
                arrival, piece = await under_way.get()
                await asyncio.sleep(max(0.0, arrival - self._loop.time()))
                await self._mended.wait()
                if not piece:
                    break
                sink.write(piece)
                await sink.drain()
        except OSError:
            pass
        finally:
            reading.cancel()
            sink.close()

    async def _read(
        self,
        direction: Direction,
        source: asyncio.StreamReader,
        under_way: asyncio.Queue[tuple[float, bytes]],
    ) -> None:
        piece = b"."
        while piece:
            try:
                piece = await source.read(_TCP_PIECE)
            except OSError:
                piece = b""
            arrival = direction.reliable(len(piece), self._loop.time())
            under_way.put_nowait((arrival, piece))


def _bound(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.setblocking(False)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
    bound.bind((host, port))
    return bound


def _send(send: Callable[[bytes], int], datagram: bytes) -> None:
    with suppress(OSError):
        send(datagram)


@asynccontextmanager
async def bad_line(
    *, up: Way, down: Way, hosts: tuple[str, ...], udp: int, tcp: int, seed: int = 1
) -> AsyncIterator[Relay]:
    """A line to the service that listens on these ports of these addresses."""
    relay = Relay(up=up, down=down, seed=seed)
    await relay.open(hosts=hosts, udp=udp, tcp=tcp)
    try:
        yield relay
    finally:
        await relay.close()
        # What is closed says so to its stream a little later.
        await asyncio.sleep(0.05)


def through(relay: Relay, *, udp: int) -> str:
    """A script for pages that sends their media through the relay."""
    return f"""
      const describe = RTCPeerConnection.prototype.setRemoteDescription;
      const [theirs, ours] = [" {udp} typ host", " {relay.udp_port} typ host"];
      RTCPeerConnection.prototype.setRemoteDescription = function (description) {{
        const sdp = description.sdp?.replaceAll(theirs, ours);
        return describe.call(this, {{ type: description.type, sdp }});
      }};
    """
