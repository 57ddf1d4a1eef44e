"""The WebSocket of the call: who may open one, and how a conversation goes.

Knows limits and close codes, and no room: the hub lets in, `hearing` acts. The first
message brings the ticket; nothing about who it is stands in the address.
"""

import asyncio
from typing import Final

import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from yarl import URL

from signaling import belonging, door, wire
from signaling.door import Belongs
from signaling.hearing import hear
from signaling.hub import Hub
from signaling.messages import Deny, FromPage
from signaling.peer import Peer
from signaling.tickets import BadTicket
from signaling.wire import ProtocolError
from visitation.calls import Denied
from visitation.errors import NotFound

log = structlog.get_logger()

HEARTBEAT_SECONDS: Final = 10.0
#: A page that gathers ICE candidates sends many messages at once, then few.
BURST: Final = 60.0
PER_SECOND: Final = 4.0
#: What a log calls a request whose client does not wait for the answer.
GONE: Final = 499


class Allowance:
    """How many messages a socket may still send: a bucket that fills with time."""

    def __init__(self, now: float) -> None:
        self._left = BURST
        self._at = now

    def take(self, now: float) -> bool:
        """Whether one more is allowed at this monotonic second."""
        self._left = min(BURST, self._left + (now - self._at) * PER_SECOND)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


async def serve(
    request: web.Request, hub: Hub, belongs: Belongs = door.to_anybody
) -> web.StreamResponse:
    """Talk with one page for as long as it stays, and may speak for who it says it is.

    Raises:
        aiohttp.web.HTTPForbidden: if another site's page asks.
    """
    if not from_our_page(request, hub.settings.origins):
        raise web.HTTPForbidden
    socket = web.WebSocketResponse(
        compress=False, max_msg_size=wire.MOST_BYTES, heartbeat=HEARTBEAT_SECONDS
    )
    try:
        await socket.prepare(request)
    except ConnectionResetError:
        # A page on a bad line gave this try up, and is at the next one.
        return web.Response(status=GONE)
    peer = Peer(socket, request, stall_seconds=hub.settings.stall_seconds)
    peer.begin()
    watching = asyncio.create_task(belonging.watch(hub, peer, belongs))
    try:
        await _converse(socket, peer, hub, belongs)
    finally:
        watching.cancel()
        hub.lost(peer, closed=socket.close_code == WSCloseCode.GOING_AWAY)
        await peer.finish()
    return socket


def from_our_page(request: web.BaseRequest, allowed: tuple[str, ...]) -> bool:
    """Whether the page that asks is of the host it asks, or of an allowed origin."""
    origin = request.headers.get("Origin", "")
    if origin in allowed:
        return True
    try:
        asked_by = URL(origin)
    except ValueError:
        return False
    return bool(asked_by.host) and asked_by.authority == request.host.lower()


async def _converse(
    socket: web.WebSocketResponse, peer: Peer, hub: Hub, belongs: Belongs
) -> None:
    clock = asyncio.get_running_loop().time
    allowance = Allowance(clock())
    try:
        first = await _first(socket, hub.settings.first_message_seconds)
        began = hub.clock()
        await hub.enter(peer, first, belongs)
        hub.stopwatch.joining.note(hub.clock() - began)
        while (text := await _next(socket)) is not None:
            if not allowance.take(clock()):
                peer.refuse("too_many", WSCloseCode.POLICY_VIOLATION)
                return
            await hear(hub, peer, wire.parse(text))
    except ProtocolError as error:
        log.info("protocol_error", code=error.code, visit=peer.visit)
        peer.refuse(error.code, WSCloseCode.PROTOCOL_ERROR)
    except Denied as denied:
        peer.send(Deny(reason=denied.denial.value, opens_at=denied.opens_at))
    except (BadTicket, NotFound):
        peer.send(Deny(reason="ticket"))


async def _first(socket: web.WebSocketResponse, patience: float) -> FromPage:
    try:
        async with asyncio.timeout(patience):
            text = await _next(socket)
    except TimeoutError:
        raise ProtocolError("first_message", "too late") from None
    if text is None:
        raise ProtocolError("first_message", "none")
    return wire.parse(text)


async def _next(socket: web.WebSocketResponse) -> str | None:
    """The next text, or None when the socket is closed, by whomever."""
    raw = await socket.receive()
    if raw.type is WSMsgType.TEXT:
        text: str = raw.data
        return text
    if raw.type is WSMsgType.BINARY:
        raise ProtocolError("malformed", "binary")
    return None
