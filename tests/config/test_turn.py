"""Asking a TURN server for an allocation, as the doctor does."""

import asyncio
import hashlib
import hmac
import struct
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from config import turn
from config.turn import RelayUrl
from signaling import ice

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
SECRET, REALM = "sesame", "test.example"


class Relay(asyncio.DatagramProtocol):
    """A TURN server that challenges, checks the integrity, and allocates."""

    def __init__(self) -> None:
        self.released = asyncio.Event()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        method = int.from_bytes(data[:2])
        if b"test.example" not in data:
            said = [(0x0009, b"\0\0\x04\x01Unauthorized")]
            said += [(0x0014, REALM.encode()), (0x0015, b"once")]
            self.answer(0x0113, data, said, addr)
        elif not self.is_genuine(data):
            self.answer(0x0113, data, [(0x0009, b"\0\0\x04\x01Unauthorized")], addr)
        else:
            if method == 0x0004:
                self.released.set()
            self.answer(method | 0x0100, data, [], addr)

    def is_genuine(self, data: bytes) -> bool:
        until = NOW + timedelta(minutes=1)
        username, password = ice.credentials(SECRET, opaque="doctor", until=until)
        key = hashlib.md5(f"{username}:{REALM}:{password}".encode()).digest()
        return hmac.new(key, data[:-24], hashlib.sha1).digest() == data[-20:]

    def answer(
        self,
        kind: int,
        asked: bytes,
        said: list[tuple[int, bytes]],
        addr: tuple[str, int],
    ) -> None:
        body = b"".join(
            struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4)
            for name, value in said
        )
        head = struct.pack("!HH", kind, len(body)) + asked[4:20]
        self.transport.sendto(head + body, addr)


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        Relay, local_addr=("127.0.0.1", 0)
    )
    yield protocol
    transport.close()


def url_of(relay: Relay) -> RelayUrl:
    return RelayUrl.parsed(
        f"turn:127.0.0.1:{relay.transport.get_extra_info('sockname')[1]}"
    )


async def test_an_allocation_is_made_and_given_back(relay: Relay) -> None:
    await asyncio.to_thread(turn.allocate_once, url_of(relay), SECRET, now=NOW)
    assert relay.released.is_set()


async def test_a_secret_that_is_not_shared_is_said(relay: Relay) -> None:
    with pytest.raises(turn.NoRelay, match="not its static-auth-secret"):
        await asyncio.to_thread(turn.allocate_once, url_of(relay), "other", now=NOW)


def test_a_server_that_is_not_there_is_said(port: int) -> None:
    with pytest.raises(turn.NoRelay, match="Connection refused"):
        turn.allocate_once(
            RelayUrl.parsed(f"turn:127.0.0.1:{port}?transport=tcp"), SECRET, now=NOW
        )


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("turn:a.ir", RelayUrl(host="a.ir", port=3478, tcp=False, tls=False)),
        ("turn:a.ir:80", RelayUrl(host="a.ir", port=80, tcp=False, tls=False)),
        (
            "turn:a.ir?transport=tcp",
            RelayUrl(host="a.ir", port=3478, tcp=True, tls=False),
        ),
        ("turns:a.ir", RelayUrl(host="a.ir", port=5349, tcp=True, tls=True)),
        ("turn:[::1]:80", RelayUrl(host="::1", port=80, tcp=False, tls=False)),
    ],
)
def test_a_url_is_taken_apart(text: str, url: RelayUrl) -> None:
    assert RelayUrl.parsed(text) == url
