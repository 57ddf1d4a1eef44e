"""One socket: a bounded queue out, one task that writes, and what closes it.

Knows nothing of rooms. A peer that does not keep up is dropped, never waited for.
"""

import asyncio
import contextlib
from typing import Final

import structlog
from aiohttp import WSCloseCode, web

from signaling import wire
from signaling.messages import Deny, End, Error, Leave, ToPage

log = structlog.get_logger()

QUEUED: Final = 64
_GOODBYE_SECONDS: Final = 1.0
#: After these the socket closes: they say why.
LAST_WORDS: Final = (Leave, End, Deny)


class Peer:
    """A participant's socket, as the rest of the service writes to it."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        request: web.BaseRequest,
        *,
        stall_seconds: float,
    ) -> None:
        self._socket = socket
        self._request = request
        self._stall_seconds = stall_seconds
        self._queue: asyncio.Queue[tuple[ToPage, int | None]] = asyncio.Queue(QUEUED)
        self._writer: asyncio.Task[None] | None = None
        self._closing = False
        #: Set by the hub once the first message was good.
        self.visit = ""
        self.participant = ""
        self.account_id: int | None = None

    def begin(self) -> None:
        """Start writing."""
        self._writer = asyncio.create_task(self._write())

    async def finish(self) -> None:
        """Wait until what was queued last is written, then stop; called once."""
        if self._writer is None:
            return
        if not self._closing:
            self._writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._writer

    def send(self, message: ToPage) -> None:
        """Queue a message; a peer whose queue is full is dropped."""
        close_code = WSCloseCode.OK if isinstance(message, LAST_WORDS) else None
        self._put(message, close_code)

    def refuse(self, code: str, close_code: int) -> None:
        """Say what the page did wrong, and close."""
        self._put(Error(code=code), close_code)

    @property
    def is_open(self) -> bool:
        """Whether anything sent now may still arrive."""
        return not self._closing and not self._socket.closed

    def _put(self, message: ToPage, close_code: int | None) -> None:
        if self._closing:
            return
        try:
            self._queue.put_nowait((message, close_code))
        except asyncio.QueueFull:
            self._give_up()
            if self._writer is not None:
                self._writer.cancel()
            return
        self._closing = close_code is not None

    def _give_up(self) -> None:
        log.info("peer_too_slow", visit=self.visit, participant=self.participant)
        self._closing = True

    async def _write(self) -> None:
        try:
            while True:
                message, close_code = await self._queue.get()
                async with asyncio.timeout(self._stall_seconds):
                    await self._socket.send_str(wire.text_of(message))
                if close_code is not None:
                    await self._socket.close(code=close_code)
                    return
        except TimeoutError:
            self._give_up()
            await self._hang_up()
        except ConnectionError:
            self._closing = True
        except asyncio.CancelledError:
            if self._closing:
                await self._hang_up()
            raise

    async def _hang_up(self) -> None:
        # What waits in a full line would only hold the goodbye up as well.
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        if self._request.transport is not None:
            self._request.transport.abort()
