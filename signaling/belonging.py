"""Whose a socket is: it goes with the sign-in that it was opened by.

An account may be closed, or signed out of a browser, in the middle of a visit. Knows
no cookie and no session: whoever opens the socket says how to ask.
"""

import asyncio
from typing import Final

import structlog

from signaling import conduct
from signaling.door import Belongs
from signaling.hub import Hub, NotLive
from signaling.peer import Peer
from visitation.audit import SYSTEM
from visitation.errors import NotFound

log = structlog.get_logger()

LOOK_EVERY_SECONDS: Final = 2.0


async def watch(hub: Hub, peer: Peer, belongs: Belongs) -> None:
    """Wait until a socket belongs to nobody any more, and take them out of the call."""
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        try:
            if await belongs(peer.account_id, peer.visit):
                continue
            await _remove(hub, peer)
        except Exception:
            # The database may be away for a while; the next look tells.
            log.exception("socket_not_looked_after", visit=peer.visit)
        else:
            return


async def _remove(hub: Hub, peer: Peer) -> None:
    if hub.room_of(peer) is None:
        return
    try:
        await conduct.remove(
            hub,
            peer.visit,
            peer.participant,
            reason="signed_out",
            by=SYSTEM,
            now=hub.clock(),
        )
    except (NotLive, NotFound):
        # They went by themselves meanwhile.
        return
