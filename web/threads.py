"""Bytes that are made in a thread, piece by piece, as fast as somebody takes them."""

import asyncio
from collections.abc import AsyncIterator, Iterator


async def pieces(made: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each piece in its turn; the next is made only once this one was taken.

    What is left of *made* when nobody takes more is closed by its last owner: closing
    it here could meet a thread that is still at work in it.
    """
    while (piece := await asyncio.to_thread(next, made, None)) is not None:
        yield piece
