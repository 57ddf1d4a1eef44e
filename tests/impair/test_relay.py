import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest

from tests.impair.line import Direction, Way
from tests.impair.relay import Relay, bad_line


@pytest.mark.parametrize(
    ("way", "arrivals"),
    [
        (Way(), [0.0, 0.0, 0.0]),
        (Way(delay=0.3), [0.3, 0.3, 0.3]),
        (Way(rate=8_000, longest=0.5), [1.0, None, None]),
        (Way(rate=8_000), [1.0, 2.0, None]),
        (Way(loss=1.0), [None, None, None]),
    ],
    ids=["perfect", "far", "narrow", "narrow_with_patience", "broken"],
)
def test_when_three_datagrams_of_a_thousand_octets_arrive(
    way: Way, arrivals: list[float | None]
) -> None:
    direction = Direction(way, 1)

    assert [direction.arrival(972, 0.0) for _ in range(3)] == arrivals


def test_the_same_seed_loses_the_same_datagrams_about_as_many_as_said() -> None:
    first, second = (Direction(Way(loss=0.1), 5) for _ in range(2))
    lost = [first.arrival(100, 0.0) is None for _ in range(5000)]

    assert lost == [second.arrival(100, 0.0) is None for _ in range(5000)]
    assert 400 < sum(lost) < 600


def test_jitter_keeps_the_order_and_reordering_does_not() -> None:
    for way, kept in ((Way(jitter=0.1), True), (Way(reordering=0.2), False)):
        direction = Direction(way, 3)
        arrivals = [direction.arrival(100, n / 1000) for n in range(200)]
        assert (arrivals == sorted(arrivals, key=lambda at: at or 0)) is kept


def test_a_stream_loses_nothing_but_time() -> None:
    direction = Direction(Way(delay=0.1, loss=0.5), 4)
    arrivals = [direction.reliable(100, 0.0) for _ in range(50)]

    assert min(arrivals) == 0.1
    assert max(arrivals) > 0.4


class Echo:
    """A service that answers with what it hears."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.heard: set[object] = set()
        asyncio.get_running_loop().add_reader(self.socket, self._read)

    def _read(self) -> None:
        datagram, address = self.socket.recvfrom(2048)
        self.heard.add(address)
        self.socket.sendto(datagram, address)

    async def stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while piece := await reader.read(100):
            writer.write(piece)
        writer.close()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.socket)
        self.socket.close()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture
async def relay(echo: Echo) -> AsyncIterator[Relay]:
    server = await asyncio.start_server(echo.stream, "127.0.0.1", 0)
    tcp = server.sockets[0].getsockname()[1]
    udp = echo.socket.getsockname()[1]
    way = Way(delay=0.05)
    async with bad_line(
        up=way, down=way, hosts=("127.0.0.1",), udp=udp, tcp=tcp
    ) as relay:
        yield relay
    server.close()


async def asked(client: socket.socket, relay: Relay, text: bytes) -> float:
    """How many seconds the answer took."""
    began = time.monotonic()
    client.sendto(text, ("127.0.0.1", relay.udp_port))
    async with asyncio.timeout(1):
        heard = await asyncio.get_running_loop().sock_recv(client, 100)
    assert heard == text
    return time.monotonic() - began


async def test_datagrams_go_both_ways_late_and_from_an_address_for_each_client(
    relay: Relay, echo: Echo
) -> None:
    for _ in range(2):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.setblocking(False)
            assert await asked(client, relay, b"one") >= 0.1
            assert await asked(client, relay, b"two") >= 0.1

    assert len(echo.heard) == 2


async def test_a_cut_line_carries_nothing_until_it_is_mended(relay: Relay) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        relay.cut()
        with pytest.raises(TimeoutError):
            await asked(client, relay, b"lost")
        relay.mend()
        assert await asked(client, relay, b"back") >= 0.1


async def test_streams_go_through_late_and_wait_while_the_line_is_cut(
    relay: Relay,
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.tcp_port)
    began = time.monotonic()
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    assert time.monotonic() - began >= 0.1

    relay.cut()
    writer.write(b"later")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.4):
            await reader.readexactly(5)
    relay.mend()
    assert await reader.readexactly(5) == b"later"
    writer.close()
    await writer.wait_closed()
