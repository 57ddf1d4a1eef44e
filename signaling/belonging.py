"""Whose a socket is: it goes with the sign-in that it was opened by.

An account may be closed, signed out of a browser, or taken off a visit while its page
is open. Knows no cookie and no session: whoever opens the socket says how to ask.
"""

import asyncio
from typing import Final

import structlog

from signaling import conduct
from signaling.door import Belongs
from signaling.hub import Hub, NotLive
from signaling.peer import Peer
from signaling.words import Reason
from visitation.audit import SYSTEM
from visitation.errors import NotFound

log = structlog.get_logger()

LOOK_EVERY_SECONDS: Final = 2.0


async def watch(hub: Hub, peer: Peer, belongs: Belongs) -> None:
    """Wait until a socket belongs to nobody any more, and take them out of the call."""
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        try:
            if not peer.participant or await belongs(peer.account_id, peer.visit):
                continue
            await _remove(hub, peer)
        except Exception:
            # The database may be away for a while; the next look tells.
            log.exception("socket_not_looked_after", visit=peer.visit)
        else:
            return


async def _remove(hub: Hub, peer: Peer) -> None:
    live = hub.room_of(peer)
    if live is None:
        return
    now = hub.clock()
    try:
        await conduct.remove(
            hub,
            peer.visit,
            peer.participant,
            reason="signed_out",
            by=SYSTEM,
            now=now,
        )
    except NotLive:
        # The room was closed meanwhile.
        return
    except NotFound:
        # They were taken off the visit: the record has no part of theirs any more.
        gone = live.room.leave(peer.participant, now=now, reason=Reason.REMOVED)
        hub.carry_out(live, gone)
