"""coturn under the rules that we ship: whom it serves, and whom it lets be reached."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aioice import stun
from aioice.turn import (
    TurnClientTcpProtocol,
    TurnTransport,
    create_turn_endpoint,
)

from config import turn
from signaling import ice
from tests.relay import coturn
from tests.relay.coturn import Relay

Heard = asyncio.Queue[bytes]


class Echo(asyncio.DatagramProtocol):
    """Stands for the media server: says what it hears."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


class Listener(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard: Heard = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.put_nowait(data)


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    async with coturn.relaying(tmp_path, coturn.own_address(), stale_nonce=1) as relay:
        yield relay


@pytest.fixture
async def media() -> AsyncIterator[tuple[str, int]]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        Echo, local_addr=(coturn.own_address(), 0)
    )
    yield transport.get_extra_info("sockname")
    transport.close()


@asynccontextmanager
async def allocated(
    relay: Relay,
    way: str = "udp",
    *,
    opaque: str = "pX1",
    lasts: float = 60,
    secret: str = coturn.SECRET,
) -> AsyncIterator[tuple[TurnTransport, Listener]]:
    until = datetime.now(UTC) + timedelta(seconds=lasts)
    username, password = ice.credentials(secret, opaque=opaque, until=until)
    context = ssl.create_default_context(cafile=relay.authority)
    transport, listener = await create_turn_endpoint(
        Listener,
        server_addr=(relay.host, relay.tls_port if way == "tls" else relay.port),
        username=username,
        password=password,
        ssl=context if way == "tls" else False,
        transport="udp" if way == "udp" else "tcp",
    )
    try:
        yield transport, listener
    finally:
        await client_of(transport).delete()


def client_of(transport: TurnTransport) -> Any:
    return transport._TurnTransport__inner_protocol


async def refusal(asking: Awaitable[object]) -> int:
    with pytest.raises(stun.TransactionFailed) as refused:
        await asking
    return int(refused.value.response.error_code)


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
async def test_datagrams_go_to_the_media_server_and_back(
    relay: Relay, media: tuple[str, int], way: str
) -> None:
    async with allocated(relay, way) as (transport, listener):
        transport.sendto(b"a picture", media)
        assert await asyncio.wait_for(listener.heard.get(), 5) == b"a picture"


@pytest.mark.parametrize(
    "peer",
    ["127.0.0.1", "192.0.2.1", "10.0.0.1", "169.254.169.254", "8.8.8.8", "224.0.0.1"],
)
async def test_nobody_else_is_reached(relay: Relay, peer: str) -> None:
    if peer == relay.host:
        pytest.skip("this machine has no address but loopback")
    async with allocated(relay) as (transport, _):
        client = client_of(transport)
        assert await refusal(client.channel_bind(0x4000, (peer, 9))) == 403
        asks = stun.Message(stun.Method.CREATE_PERMISSION, stun.Class.REQUEST)
        asks.attributes["XOR-PEER-ADDRESS"] = (peer, 9)
        assert await refusal(client.request_with_retry(asks)) == 403


async def test_the_doctor_sees_that_it_relays_to_us_alone(tmp_path: Path) -> None:
    own, now = coturn.own_address(), datetime.now(UTC)
    async with coturn.relaying(tmp_path, own) as relay:
        url = turn.RelayUrl.parsed(relay.urls["tcp"])
        allowed = await asyncio.to_thread(
            turn.allocate_once,
            url,
            coturn.SECRET,
            now=now,
            peers=(own, "203.0.113.1"),
        )
    assert allowed == {own: True, "203.0.113.1": False}


async def test_a_relay_to_tcp_peers_is_not_given(relay: Relay) -> None:
    username, password = ice.credentials(
        coturn.SECRET, opaque="pX1", until=datetime.now(UTC) + timedelta(minutes=1)
    )
    loop = asyncio.get_running_loop()
    server = (relay.host, relay.port)
    line, client = await loop.create_connection(
        lambda: TurnClientTcpProtocol(server, username, password, 600, 500), *server
    )
    asks = stun.Message(stun.Method.ALLOCATE, stun.Class.REQUEST)
    asks.attributes["REQUESTED-TRANSPORT"] = 0x06000000
    async with asyncio.timeout(5):
        assert await refusal(client.request_with_retry(asks)) == 442
    line.close()


async def test_old_and_foreign_credentials_open_nothing(relay: Relay) -> None:
    async def allocate(**how: Any) -> None:
        async with allocated(relay, **how):
            pass

    assert await refusal(allocate(lasts=-1)) == 401
    assert await refusal(allocate(secret="another secret")) == 401


async def test_an_allocation_outlives_its_credentials(
    relay: Relay, media: tuple[str, int]
) -> None:
    async with allocated(relay, lasts=2) as (transport, listener):
        await asyncio.sleep(3.5)
        refresh = stun.Message(stun.Method.REFRESH, stun.Class.REQUEST)
        refresh.attributes["LIFETIME"] = 600
        await client_of(transport).request_with_retry(refresh)
        transport.sendto(b"still here", media)
        assert await asyncio.wait_for(listener.heard.get(), 5) == b"still here"


async def test_one_participant_has_no_more_than_the_quota(tmp_path: Path) -> None:
    async with (
        coturn.relaying(tmp_path, coturn.own_address(), user_quota=2) as relay,
        allocated(relay),
        allocated(relay),
    ):

        async def third() -> None:
            async with allocated(relay):
                pass

        assert await refusal(third()) == 486
        async with allocated(relay, opaque="pY2"):
            pass


async def test_a_renewed_certificate_ends_no_call(
    relay: Relay, media: tuple[str, int], tmp_path: Path
) -> None:
    async with allocated(relay, "tls") as (transport, listener):
        coturn.certify(tmp_path, relay.host)
        for _ in range(100):
            if await trusted(relay):
                break
            await asyncio.sleep(0.2)
        assert await trusted(relay)
        transport.sendto(b"not interrupted", media)
        assert await asyncio.wait_for(listener.heard.get(), 5) == b"not interrupted"


async def trusted(relay: Relay) -> bool:
    context = ssl.create_default_context(cafile=relay.authority)
    try:
        _, line = await asyncio.open_connection(relay.host, relay.tls_port, ssl=context)
    except ssl.SSLError:
        return False
    line.close()
    return True
