"""How often something may be tried, and by whom.

Counts in this process's memory: a restart forgets, and each node of a larger
installation counts for itself. What must hold beyond that, as guesses at codes do, is
counted in the database by `visitation.attempts`.
"""

import time
from datetime import timedelta

from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from visitation.attempts import TooMany


def per_minute(count: int, minutes: int = 1) -> RateLimitItem:
    """So many attempts in so many minutes."""
    return RateLimitItemPerMinute(count, minutes)


def per_hour(count: int, hours: int = 1) -> RateLimitItem:
    """So many attempts in so many hours."""
    return RateLimitItemPerHour(count, hours)


class Throttle:
    """Counts attempts by limit and key."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def hit(self, limit: RateLimitItem, *key: str) -> None:
        """Count one attempt.

        Raises:
            TooMany: if there have been too many under this key.
        """
        if not await self._limiter.hit(limit, *key):
            raise await self._too_many(limit, key)

    async def check(self, limit: RateLimitItem, *key: str) -> None:
        """Look whether one more would be allowed, and count nothing.

        Raises:
            TooMany: if there have been too many under this key.
        """
        if not await self._limiter.test(limit, *key):
            raise await self._too_many(limit, key)

    async def forget(self, limit: RateLimitItem, *key: str) -> None:
        """Start counting afresh, after a success."""
        await self._limiter.clear(limit, *key)

    async def _too_many(self, limit: RateLimitItem, key: tuple[str, ...]) -> TooMany:
        window = await self._limiter.get_window_stats(limit, *key)
        left = window.reset_time - time.time()
        return TooMany(timedelta(seconds=max(1.0, left)))


THROTTLE = web.AppKey("THROTTLE", Throttle)
