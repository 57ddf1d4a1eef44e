"""Where line tests are made: one socket each, few at once, one of a line at a time.

Keeps what they find. Knows limits and close codes; how a test goes is `line_trial`'s.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from signaling import ice, line_messages, line_ticket, line_trial
from signaling.endpoint import HEARTBEAT_SECONDS, from_our_page
from signaling.hub import CallSettings
from signaling.line_messages import (
    VERSION,
    Begin,
    FromPage,
    Ready,
    Reason,
    Refused,
    Result,
    ToPage,
)
from signaling.line_trial import Gone, Timing
from signaling.media.engine import BadSdp, MediaEngine
from signaling.tickets import BadTicket
from signaling.wire import MOST_BYTES, ProtocolError
from visitation import lines
from visitation.database import Database
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from visitation.lines import Whose

log = structlog.get_logger()

MOST_AT_ONCE: Final = 4
_QUEUED: Final = 32
_STALL_SECONDS: Final = 5.0


class Busy(VisitationError):
    """As many lines as may be are being tested just now."""


_REFUSALS: Final[Mapping[type[Exception], Reason]] = {
    BadTicket: "ticket",
    Busy: "busy",
    BadSdp: "bad_sdp",
    ProtocolError: "malformed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a test is made with."""

    engine: MediaEngine
    database: Database
    keyring: Keyring
    clock: Callable[[], datetime]
    settings: CallSettings
    timing: Timing = Timing()  # noqa: RUF009 - frozen


class Caller:
    """A page at the other end of a socket."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._said: asyncio.Queue[FromPage | Exception] = asyncio.Queue(_QUEUED)

    async def listen(self) -> None:
        """Take in what the page says until it goes; too much of it counts as going."""
        try:
            async for raw in self._socket:
                if raw.type is not WSMsgType.TEXT:
                    break
                self._said.put_nowait(line_messages.parse(raw.data))
        except (ProtocolError, asyncio.QueueFull) as error:
            await self._said.put(
                error if isinstance(error, ProtocolError) else ProtocolError("too_many")
            )
        else:
            await self._said.put(Gone())

    async def send(self, message: ToPage) -> None:
        """Tell the page something; one that does not take it is given up."""
        try:
            async with asyncio.timeout(_STALL_SECONDS):
                await self._socket.send_str(line_messages.text_of(message))
        except (TimeoutError, ConnectionError):
            raise Gone from None

    def hang_up(self) -> None:
        """Whatever the page still says is not heard."""
        while not self._said.empty():
            self._said.get_nowait()
        self._said.put_nowait(Gone())

    async def next(self, *, within: float) -> FromPage | None:
        """What the page says next; None if it says nothing for so many seconds.

        Raises:
            Gone: if it can say nothing any more.
            ProtocolError: if what it said is no message.
        """
        try:
            async with asyncio.timeout(within):
                said = await self._said.get()
        except TimeoutError:
            return None
        if isinstance(said, Exception):
            raise said
        return said


class LineDesk:
    """Every line test that is being made in this process."""

    def __init__(self, *, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._running: dict[Whose, Caller] = {}

    def __len__(self) -> int:
        return len(self._running)

    async def serve(self, request: web.Request, means: Means) -> web.StreamResponse:
        """Test one line for as long as its page stays.

        Raises:
            aiohttp.web.HTTPForbidden: if another site's page asks.
        """
        if not from_our_page(request, means.settings.origins):
            raise web.HTTPForbidden
        socket = web.WebSocketResponse(
            compress=False, max_msg_size=MOST_BYTES, heartbeat=HEARTBEAT_SECONDS
        )
        await socket.prepare(request)
        caller = Caller(socket)
        listening = asyncio.create_task(caller.listen())
        try:
            await self._answer(caller, means)
        finally:
            with contextlib.suppress(ConnectionError):
                await socket.close(code=WSCloseCode.OK)
            listening.cancel()
        return socket

    def stop(self) -> None:
        """Break off every test."""
        for caller in self._running.values():
            caller.hang_up()

    async def _answer(self, caller: Caller, means: Means) -> None:
        try:
            of = await _greeted(caller, means)
            async with self._turn(of, caller):
                await caller.send(await _tested(of, caller, means))
        except Gone:
            log.info("line_test_broken_off")
        except VisitationError as error:
            # An engine that is being started anew can try no line for a moment.
            reason = _REFUSALS.get(type(error), "busy")
            log.info("line_test_refused", reason=reason)
            with contextlib.suppress(Gone):
                await caller.send(Refused(reason=reason))

    @contextlib.asynccontextmanager
    async def _turn(self, of: Whose, caller: Caller) -> AsyncIterator[None]:
        """A place among the tests; an older one of the same line gives way."""
        if older := self._running.get(of):
            older.hang_up()
        elif len(self._running) >= self._most:
            raise Busy
        self._running[of] = caller
        try:
            yield
        finally:
            if self._running.get(of) is caller:
                del self._running[of]


async def _greeted(caller: Caller, means: Means) -> Whose:
    first = await caller.next(within=means.settings.first_message_seconds)
    if not isinstance(first, Begin) or first.version != VERSION:
        raise ProtocolError("first_message")
    now = means.clock()
    of = line_ticket.read(means.keyring, first.ticket, now=now)
    servers = ice.servers(
        means.settings.stun,
        means.settings.turn,
        opaque=means.keyring.reference(),
        closes_at=now,
    )
    await caller.send(Ready(ice_servers=servers))
    return of


async def _tested(of: Whose, caller: Caller, means: Means) -> Result:
    name = f"test-{means.keyring.reference()}"
    measured = await line_trial.run(means.engine, name, caller, timing=means.timing)
    async with means.database.write() as session:
        kept = await lines.keep(session, of=of, measured=measured, now=means.clock())
        verdict = kept.verdict
    log.info("line_tested", verdict=verdict, relayed=measured.relayed)
    return Result(verdict=verdict, **asdict(measured))
