"""The socket's limits, on a real server with real sockets."""

import asyncio
import json
import socket as sockets

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from signaling import peer
from signaling.endpoint import BURST, Allowance
from signaling.hub import CallSettings
from signaling.messages import Message, TimeLeft
from tests.signaling.conftest import Stage, hear, say
from visitation.words import Part


@pytest.mark.parametrize(
    ("origin", "answered"),
    [
        ("https://visits.example", True),
        ("https://elsewhere.example", False),
        ("null", False),
        ("", False),
        ("not an origin", False),
    ],
)
async def test_only_our_own_pages_open_a_socket(
    stage: Stage, origin: str, answered: bool
) -> None:
    if answered:
        await (await stage.dial(Origin=origin)).close()
        return
    with pytest.raises(WSServerHandshakeError) as refused:
        await stage.dial(Origin=origin)
    assert refused.value.status == 403


async def test_whoever_says_nothing_is_hung_up_on(stage: Stage) -> None:
    stage.hub.settings = CallSettings(first_message_seconds=0.05)

    socket = await stage.dial()

    assert await socket.receive_json() == {"type": "error", "code": "first_message"}
    assert (await socket.receive()).type is WSMsgType.CLOSE
    assert socket.close_code == 1002


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not json", "malformed"),
        ('{"type": "ping"}', "first_message"),
        ('{"type": "join", "version": 9, "ticket": "x"}', "version"),
        ('{"type": "join", "version": 1}', "malformed"),
    ],
)
async def test_what_is_no_first_message_ends_the_socket(
    stage: Stage, text: str, code: str
) -> None:
    socket = await stage.dial()

    await socket.send_str(text)

    assert await socket.receive_json() == {"type": "error", "code": code}
    await socket.receive()
    assert socket.close_code == 1002


async def test_bytes_are_no_message(stage: Stage) -> None:
    socket = await stage.join(Part.PRISONER)
    await hear(socket, "joined")

    await socket.send_bytes(b"\x00\x01")

    assert await hear(socket, "error") == {"type": "error", "code": "malformed"}


async def test_a_message_over_the_limit_closes_with_1009(stage: Stage) -> None:
    socket = await stage.dial()

    await socket.send_str(json.dumps({"type": "join", "ticket": "x" * 70_000}))

    await socket.receive()
    assert socket.close_code == 1009


@pytest.mark.parametrize("kind", ["join", "resume"])
async def test_a_bad_ticket_is_denied(stage: Stage, kind: str) -> None:
    socket = await stage.dial()
    name = "ticket" if kind == "join" else "token"

    await say(socket, kind, version=1, **{name: "3.dmlz.1.x"})

    assert await socket.receive_json() == {
        "type": "deny",
        "reason": "ticket",
        "opens_at": None,
    }
    await socket.receive()
    assert socket.close_code == 1000


async def test_joining_twice_is_a_fault(stage: Stage) -> None:
    socket = await stage.join(Part.PRISONER)

    await say(socket, "join", version=1, ticket=stage.ticket(Part.PRISONER))

    assert (await hear(socket, "error"))["code"] == "first_message"


async def test_pings_are_answered(stage: Stage) -> None:
    socket = await stage.join(Part.PRISONER)
    await say(socket, "ping")

    assert await hear(socket, "pong") == {"type": "pong"}


async def test_too_many_messages_close_with_1008(stage: Stage) -> None:
    socket = await stage.join(Part.PRISONER)

    for _ in range(int(BURST) + 5):
        await say(socket, "ping")

    assert (await hear(socket, "error"))["code"] == "too_many"
    await socket.receive()
    assert socket.close_code == 1008


def test_an_allowance_fills_again_with_time() -> None:
    allowance = Allowance(now=0.0)

    spent = [allowance.take(0.0) for _ in range(61)]

    assert spent == [True] * 60 + [False]
    assert allowance.take(0.25)
    assert not allowance.take(0.25)


async def test_a_page_that_does_not_keep_up_is_dropped(stage: Stage) -> None:
    slow = await stage.join(Part.PRISONER)
    await hear(slow, "joined")
    quick = await stage.join(Part.VISITOR)
    await hear(quick, "joined")
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    dropped = live.peers["prisoner-reference"]

    for _ in range(peer.QUEUED + 1):
        dropped.send(TimeLeft(seconds=60))

    assert not dropped.is_open
    told = await hear(quick, "participant_updated")
    assert told["state"] == "reconnecting"


async def test_a_stalled_line_holds_nobody_else_up(stage: Stage) -> None:
    stage.hub.settings = CallSettings(stall_seconds=0.2)
    stalled = await stage.join(Part.PRISONER)
    await hear(stalled, "joined")
    quick = await stage.join(Part.VISITOR)
    await hear(quick, "joined")
    line = _stopped_reading(stalled)
    live = stage.hub.live(stage.visit.reference)
    assert live is not None
    victim = live.peers["prisoner-reference"]

    began = asyncio.get_running_loop().time()
    while victim.is_open and asyncio.get_running_loop().time() - began < 20:
        victim.send(Message(code="", text="x" * 60_000))
        await asyncio.sleep(0)
    await say(quick, "ping")

    assert not victim.is_open
    await hear(quick, "pong")
    line.abort()


def _stopped_reading(socket: object) -> asyncio.Transport:
    transport: asyncio.Transport = socket._response.connection.transport  # type: ignore[attr-defined]
    transport.pause_reading()
    raw: sockets.socket = transport.get_extra_info("socket")
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 1024)
    return transport
