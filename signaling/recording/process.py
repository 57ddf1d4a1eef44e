"""The process that finishes a recording, as its parent sees it.

It dies with nobody: whoever is killed meanwhile finds the directory held until it ends.
"""

import asyncio
import json
import sys
from typing import Any, Final

from signaling import children
from signaling.recording import orders
from signaling.recording.orders import Order
from visitation.errors import VisitationError

#: An hour of a visit takes a minute or two.
_LONGEST: Final = 3600.0
_MODULE: Final = "signaling.recording.finish"


class Unfinished(VisitationError):
    """The process came to no end that counts.

    Attributes:
        why: a stable word.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def carry_out(order: Order) -> dict[str, Any]:
    """Has an order carried out; returns the answer of `finish`.

    Raises:
        Unfinished: it was not.
    """
    # Nothing of the key is in the arguments or the environment.
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        _MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=children.environment(),
        # Ctrl-C is the service's to hear.
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(_LONGEST):
            said, _ = await process.communicate(orders.written(order).encode())
    except TimeoutError:
        raise Unfinished("too_long") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _answer(said)


def _answer(said: bytes) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(said)
    except ValueError:
        raise Unfinished("died") from None
    if "error" in answer:
        raise Unfinished(str(answer["error"]))
    return answer
