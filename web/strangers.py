"""What somebody whose phone nobody knows says of themselves, until its code is typed.

It waits, sealed, in the browser that the code was asked for in, and belongs to that
one code.
"""

import base64
import binascii
import json

from aiohttp import web

from visitation.devices.challenges import LONGEST_LIFE
from visitation.keyring import Unreadable
from visitation.people import Stranger
from web.keys import KEYRING
from web.sessions import CHALLENGE_COOKIE

_COOKIE = "__Host-stranger"
_PURPOSE = "stranger"


def remember(
    request: web.Request, response: web.StreamResponse, who: Stranger, reference: str
) -> None:
    """Keep what was said with the code that was asked for."""
    said = json.dumps([reference, who.name, who.language])
    sealed = request.app[KEYRING].seal(_PURPOSE, said)
    response.set_cookie(
        _COOKIE,
        base64.urlsafe_b64encode(sealed).decode(),
        max_age=int(LONGEST_LIFE.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def of(request: web.Request) -> Stranger | None:
    """Who said that they are new here, when they asked for the code of this browser."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(_COOKIE, "").encode())
        said = json.loads(request.app[KEYRING].open(_PURPOSE, sealed))
    except (Unreadable, binascii.Error, ValueError):
        return None
    reference, name, spoken = said
    if reference != request.cookies.get(CHALLENGE_COOKIE):
        return None
    return Stranger(name=name, language=spoken)


def language(request: web.Request) -> str | None:
    """The language of a stranger, if one asked for the code of this browser."""
    who = of(request)
    return None if who is None else who.language


def forget(response: web.StreamResponse) -> None:
    """Forget it, once they are known."""
    response.del_cookie(_COOKIE, path="/", secure=True, httponly=True)
