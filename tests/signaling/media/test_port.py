"""What strangers and attackers may do to the one port."""

import asyncio
import os
import socket
import struct
from collections.abc import Iterator

import pytest
from aioice import stun

from signaling.media import dtls
from signaling.media.sockets import bound_sockets
from tests.signaling.media.client import audio, video
from tests.signaling.media.conftest import Stage, until


class Stranger:
    """Somebody who found the port and nothing else."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._server = ("127.0.0.1", port)

    def send(self, *datagrams: bytes) -> None:
        for datagram in datagrams:
            self._socket.sendto(datagram, self._server)

    def hears_nothing(self) -> bool:
        try:
            return not self._socket.recv(2048)
        except BlockingIOError:
            return True

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def stranger(stage: Stage) -> Iterator[Stranger]:
    stranger = Stranger(stage.forwarder.port)
    yield stranger
    stranger.close()


def client_hello() -> bytes:
    """The datagram with which a DTLS client begins."""

    async def begin() -> bytes:
        said: asyncio.Queue[bytes] = asyncio.Queue()
        channel = dtls.Channel(send=said.put_nowait)
        proof = channel.fingerprint
        task = asyncio.ensure_future(
            channel.shake_hands(role="client", fingerprints=(proof,))
        )
        hello = await said.get()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return hello

    return asyncio.run(begin())


HELLO = client_hello()
GARBAGE = {
    "empty": b"",
    "oversize": b"\x80" + bytes(1600),
    "short_rtp": b"\x80\x60",
    "short_stun": b"\x00\x01\x00\x00",
    "stun_of_lengths_that_lie": b"\x00\x01\xff\xff\x21\x12\xa4\x42" + bytes(12),
    "turn_channel": b"\x40\x00\x00\x04abcd",
    "hello": HELLO,
    "rtp": audio(1),
    "rtcp": b"\x81\xc9" + bytes(30),
    "all_ones": b"\xff" * 100,
}


@pytest.mark.parametrize("datagram", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_from_a_stranger_is_dropped_and_counted(
    stage: Stage, stranger: Stranger, datagram: bytes
) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    before = stage.forwarder.dropped.total()

    stranger.send(datagram, datagram)
    await until(lambda: stage.forwarder.dropped.total() == before + 2)
    family.send(audio(1))
    await until(lambda: terminal.packets)

    assert stranger.hears_nothing()
    assert stage.forwarder.statistics("family").publisher.packets == 1


@pytest.mark.parametrize("datagram", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_from_a_participant_costs_nobody_the_call(
    stage: Stage, datagram: bytes
) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    family.send(audio(0))
    await until(lambda: terminal.packets)

    family.send_raw(datagram)
    terminal.send_raw(datagram)
    family.send(audio(1))

    await until(lambda: len(terminal.packets) == 2)


async def test_a_strangers_hello_does_not_win_the_race_for_the_handshake(
    stage: Stage, stranger: Stranger
) -> None:
    peer = stage.peer()
    answer = await stage.forwarder.publish("family", peer.offer())
    stranger.send(*[HELLO] * 200)
    peer.meet(answer)
    await peer.reach()
    stranger.send(*[HELLO] * 200)

    await peer.shake_hands(answer)

    await stage.connected("family", "publisher")
    assert stage.forwarder.dropped["stranger"] == 400


async def test_a_flood_before_the_handshake_is_bounded(stage: Stage) -> None:
    peer = stage.peer()
    peer.meet(await stage.forwarder.subscribe("terminal"))
    await peer.reach()

    for _ in range(500):
        peer.send_raw(HELLO)
        await asyncio.sleep(0)
    await until(lambda: stage.forwarder.dropped["dtls_queue"] == 500 - 32)


async def test_checks_with_a_wrong_password_open_nothing(stage: Stage) -> None:
    peer = stage.peer()
    peer.meet(await stage.forwarder.publish("family", peer.offer()))

    for _ in range(20):
        peer.check(password="not the password")
    await until(lambda: stage.forwarder.dropped["check"] == 20)

    assert peer.checks_answered == 0
    assert stage.forwarder.statistics("family").publisher.last_heard is None


async def test_a_flood_of_checks_does_not_stop_the_call(
    stage: Stage, stranger: Stranger
) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    unknown = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    unknown.attributes["USERNAME"] = "nobody:else"
    unknown.add_message_integrity(b"guess")

    for number in range(20):
        stranger.send(*[bytes(unknown)] * 50)
        family.send(audio(number))
        await asyncio.sleep(0.001)

    await until(lambda: len(terminal.packets) == 20)


@pytest.mark.parametrize(
    "attribute",
    [b"\x00\x24\x00\x01\x00\x00\x00\x00", b"\x00\x20\x00\x02\x00\x01\x00\x00"],
)
async def test_a_check_with_broken_attributes_is_dropped(
    stage: Stage, attribute: bytes
) -> None:
    peer = stage.peer()
    peer.meet(await stage.forwarder.publish("family", peer.offer()))
    name = f"{peer.server_ufrag}:me".encode()
    username = struct.pack("!HH", 6, len(name)) + name + bytes(-len(name) % 4)
    body = username + attribute
    head = struct.pack("!HHL12s", 1, len(body), 0x2112A442, os.urandom(12))

    peer.send_raw(head + body)

    await until(lambda: stage.forwarder.dropped["check"] == 1)


async def test_a_replayed_packet_is_not_forwarded_twice(stage: Stage) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    wire = family.ciphers.protect(audio(1))

    for _ in range(3):
        family.send_raw(wire)
    family.send_raw(wire[:-1] + bytes((wire[-1] ^ 1,)))
    family.send_raw(wire[:20])
    await until(lambda: stage.forwarder.dropped["srtp"] == 4)

    assert len(terminal.packets) == 1


async def test_a_participant_cannot_make_streams_without_end(stage: Stage) -> None:
    family = await stage.publisher("family")

    for ssrc in range(100):
        family.send(audio(1, ssrc=ssrc))
    await until(lambda: stage.forwarder.dropped["too_many_streams"] == 36)


async def test_lengths_that_lie_inside_an_authentic_packet_cost_only_it(
    stage: Stage,
) -> None:
    family = await stage.publisher("family")
    terminal = await stage.subscriber("terminal", "family")
    plain = audio(1)
    # libsrtp itself refuses an extension longer than the packet; padding is inside.
    padded = bytes((0xA0,)) + video(1, key=True)[1:-1] + b"\xff"
    family.send(padded)
    family.send(plain)

    await until(lambda: terminal.packets)
    assert [packet[12:] for packet in terminal.packets] == [plain[12:]]


def test_a_taken_port_is_refused_and_nothing_stays_open() -> None:
    (taken,) = bound_sockets("127.0.0.1", 0, ("127.0.0.1",), buffer=4096)
    port = taken.getsockname()[1]
    with pytest.raises(OSError, match="in use"):
        bound_sockets("0.0.0.0", port, ("127.0.0.1", "::1"), buffer=4096)
    taken.close()
