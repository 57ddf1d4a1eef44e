"""Which STUN and TURN servers a participant may use, and their short-lived passwords.

TURN credentials follow coturn's REST convention: the user name is `expiry:opaque`,
the password base64(HMAC-SHA1(shared secret, user name)). The opaque part is the
participant's random name, so that coturn's log names nobody and counts the quota of
each. They are made anew at every join and resume, and last as long as the visit may:
a page that waits for an hour, or restarts ICE in the last minute, needs good ones.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signaling.messages import IceServer

#: A visit may be made longer after its people came.
LEEWAY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnSettings:
    """A TURN server of ours: `turn:` and `turns:` URLs, and the secret it shares."""

    urls: tuple[str, ...]
    secret: str


def servers(
    stun: tuple[str, ...],
    turn: TurnSettings | None,
    *,
    opaque: str,
    closes_at: datetime,
) -> tuple[IceServer, ...]:
    """The list a page gives to its connections, good until a while after the visit."""
    found: tuple[IceServer, ...] = ()
    if stun:
        found = (IceServer(urls=stun),)
    if turn is None:
        return found
    username, credential = credentials(
        turn.secret, opaque=opaque, until=closes_at + LEEWAY
    )
    relay = IceServer(urls=turn.urls, username=username, credential=credential)
    return (*found, relay)


def credentials(secret: str, *, opaque: str, until: datetime) -> tuple[str, str]:
    """A user name and password with which coturn gives allocations until then.

    An allocation that was made in time lives on for as long as it is refreshed.
    """
    username = f"{int(until.timestamp())}:{opaque}"
    mac = hmac.new(secret.encode(), username.encode(), hashlib.sha1)
    return username, base64.b64encode(mac.digest()).decode()
