"""Which STUN and TURN servers a participant may use, and their short-lived passwords.

TURN credentials follow coturn's REST convention: the user name is `expiry:opaque`,
the password base64(HMAC-SHA1(shared secret, user name)). The opaque part is the
participant's random name, so that coturn's log names nobody.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signaling.messages import IceServer

CREDENTIAL_LIFE: Final = timedelta(minutes=5)


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
    now: datetime,
) -> tuple[IceServer, ...]:
    """The list a page gives to its connections."""
    found: tuple[IceServer, ...] = ()
    if stun:
        found = (IceServer(urls=stun),)
    if turn is None:
        return found
    username, credential = credentials(turn.secret, opaque=opaque, now=now)
    relay = IceServer(urls=turn.urls, username=username, credential=credential)
    return (*found, relay)


def credentials(secret: str, *, opaque: str, now: datetime) -> tuple[str, str]:
    """A user name and password that coturn accepts until `CREDENTIAL_LIFE` is over."""
    expiry = int((now + CREDENTIAL_LIFE).timestamp())
    username = f"{expiry}:{opaque}"
    mac = hmac.new(secret.encode(), username.encode(), hashlib.sha1)
    return username, base64.b64encode(mac.digest()).decode()
