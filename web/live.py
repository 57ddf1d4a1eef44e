"""The live calls of this process, for the pages that join or conduct one."""

from aiohttp import web

from signaling import conduct
from signaling.hub import Hub
from web.keys import CLOCK, LIVE


def hub(request: web.Request) -> Hub:
    """The hub that `config` wired in.

    Raises:
        TypeError: if the program was put together without one.
    """
    found = request.app[LIVE]
    if not isinstance(found, Hub):
        raise TypeError("the application was made without live calls")
    return found


async def changed(request: web.Request, reference: str) -> None:
    """Tell whoever waits in a visit's room what was just changed in the record."""
    found = request.app[LIVE]
    if isinstance(found, Hub):
        await conduct.changed(found, reference, now=request.app[CLOCK]())
