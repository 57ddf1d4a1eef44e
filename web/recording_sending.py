"""Bytes of a recording on their way, for as long as whoever asked may have them.

Knows neither what they are made from nor what is done when that turns out damaged.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from aiohttp import web

from web import identity, threads
from web.keys import CLOCK

#: How often it is asked again who takes what is being sent.
_ASKS_AGAIN = timedelta(seconds=5)


async def send(
    request: web.Request,
    response: web.StreamResponse,
    first: bytes,
    made: Iterator[bytes],
    *,
    until: datetime | None,
) -> None:
    """Send piece after piece; break off what may not go on, so that it is not whole.

    *first* was read before anything was said, and *made* follows it. *until* is when
    their leave ends, None if what was begun may be ended.
    """
    right = _Right(request, until)
    await response.write(first)
    async for piece in threads.pieces(made):
        if not await right.lasts():
            break_off(request)
            return
        await response.write(piece)


def break_off(request: web.Request) -> None:
    """End an answer in its middle, in the one way that nobody takes for its end."""
    if request.transport is not None:
        request.transport.abort()


class _Right:
    def __init__(self, request: web.Request, until: datetime | None) -> None:
        self._request = request
        self._until = until
        self._asked = request.app[CLOCK]()

    async def lasts(self) -> bool:
        """False once the leave or the session is over, or their reach has changed."""
        now = self._request.app[CLOCK]()
        if self._until is not None and now >= self._until:
            return False
        if abs(now - self._asked) < _ASKS_AGAIN:
            return True
        self._asked = now
        return await identity.still_stands(self._request)
