"""Writers of SQLite, in line for its one connection.

A pool of one gives its connection to whoever asks at the right moment; of a crowd, some
would wait for minutes while others have one turn after the other. Knows no connection.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import TimeoutError as NoTurn


class Line:
    """Gives turns in the order in which they were asked for.

    Args:
        patience: after how many seconds somebody who waits goes away.
    """

    def __init__(self, *, patience: float) -> None:
        self._patience = patience
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the end.

        Raises:
            NoTurn: if it does not come in time.
        """
        try:
            async with asyncio.timeout(self._patience):
                await self._turn.acquire()
        except TimeoutError:
            raise NoTurn(f"no turn to write came in {self._patience} s") from None
        try:
            yield
        finally:
            self._turn.release()
