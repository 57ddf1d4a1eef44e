"""Offers of subscriber legs: one at a time for each participant, however long it takes.

The engine may be another process, which answers late or not at all. Knows neither
rooms nor sockets: it is told whom to offer, and says what came of it.
"""

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from signaling.conditions import Renegotiate
from signaling.media.engine import MediaEngine
from signaling.messages import Offer

log = structlog.get_logger()

Say = Callable[[str, Offer | Renegotiate], None]


class Negotiation:
    """What is being offered just now.

    Args:
        say: takes a participant's name and what to tell them.
    """

    def __init__(self, engine: MediaEngine, say: Say) -> None:
        self._engine = engine
        self._say = say
        self._wanted: dict[str, bool] = {}
        self._offering: dict[str, asyncio.Task[None]] = {}

    def offer(self, subscriber: str, *, rebuild: bool) -> None:
        """Offer somebody their leg, after what is being offered to them already."""
        self._wanted[subscriber] = rebuild or self._wanted.get(subscriber, False)
        if subscriber not in self._offering:
            task = asyncio.create_task(self._offer_all(subscriber))
            self._offering[subscriber] = task

    def forget(self, subscriber: str) -> None:
        """Somebody has gone: what they wanted is wanted no more."""
        self._wanted.pop(subscriber, None)

    async def stop(self) -> None:
        """Give up what is not offered yet."""
        for task in tuple(self._offering.values()):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _offer_all(self, subscriber: str) -> None:
        try:
            while (rebuild := self._wanted.pop(subscriber, None)) is not None:
                self._say(subscriber, await self._offered(subscriber, rebuild=rebuild))
        finally:
            # At once: a callback would come too late for what is wanted by then.
            self._offering.pop(subscriber, None)

    async def _offered(self, subscriber: str, *, rebuild: bool) -> Offer | Renegotiate:
        engine = self._engine
        make = engine.rebuild_subscriber if rebuild else engine.subscribe
        try:
            return Offer(target="subscriber", sdp=await make(subscriber))
        except Exception:  # the outermost of this task: the engine is somebody else's
            log.exception("offer_failed", participant=subscriber, rebuild=rebuild)
            return Renegotiate(target="subscriber", rebuild=True)
