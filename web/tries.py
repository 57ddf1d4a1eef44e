"""Tries at passwords and pairing codes, counted in the database.

Each in a transaction of its own, before it is known how it ends.
"""

from aiohttp import web

from visitation import attempts
from visitation.attempts import Limit
from web.keys import CLOCK, DATABASE, KEYRING

_PURPOSE = "attempt"


async def hit(request: web.Request, *tries: tuple[Limit, str]) -> None:
    """Count one try under each limit and key.

    Raises:
        TooMany: if there were too many under one of them; none is counted then.
    """
    async with request.app[DATABASE].write() as session:
        for limit, key in tries:
            seen = request.app[KEYRING].fingerprint(_PURPOSE, key)
            await attempts.hit(session, limit, seen, now=request.app[CLOCK]())


async def forget(request: web.Request, limit: Limit, key: str) -> None:
    """Start counting afresh, after a success."""
    seen = request.app[KEYRING].fingerprint(_PURPOSE, key)
    async with request.app[DATABASE].write() as session:
        await attempts.forget(session, limit, seen)
