"""Where a family was going when its session was over, and what it had typed.

Both wait, sealed, in the browser that they came from, until somebody has signed in
there again; what was typed is shown to nobody but whoever typed it.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from visitation import devices
from visitation.keyring import Unreadable
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import local_path, redirect, redirect_to, render
from web.sessions import SESSION_COOKIE

_COOKIE = "__Host-onward"
_PURPOSE = "onward"
_HOME = "/mine"
_LASTS = timedelta(minutes=20)
#: Browsers keep no longer cookie than this.
_LONGEST = 3500


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """Where to go, the fields of a form to send there, and whose they are."""

    to: str
    fields: tuple[tuple[str, str], ...]
    owner: int | None


async def keep(request: web.Request, sign_in: str) -> web.Response:
    """Ask a family whose session is over to sign in, and keep what it was doing."""
    response = redirect_to(request, sign_in)
    fields, to = [], request.path_qs
    if request.method == "POST":
        posted = await request.post()
        fields = [(k, v) for k, v in posted.items() if isinstance(v, str)]
        # Where nothing was typed there is only a button to press again.
        to = to if fields else _HOME
    kept = {
        "to": to,
        "fields": fields,
        "owner": await _owner(request),
        "until": (request.app[CLOCK]() + _LASTS).timestamp(),
    }
    sealed = request.app[KEYRING].seal(_PURPOSE, json.dumps(kept))
    text = base64.urlsafe_b64encode(sealed).decode()
    if len(text) <= _LONGEST:
        response.set_cookie(
            _COOKIE,
            text,
            max_age=int(_LASTS.total_seconds()),
            path="/",
            secure=True,
            httponly=True,
            samesite="Lax",
        )
    return response


def signed_in(request: web.Request, visitor_ids: tuple[int, ...]) -> web.Response:
    """Go on where somebody was before signing in, or to their visits."""
    kept = _read(request)
    if kept is None or kept.owner not in {None, *visitor_ids}:
        response = redirect(request, "mine.show")
    elif kept.fields:
        response = render(
            request, "family/own_again.html", to=kept.to, kept=kept.fields
        )
    else:
        response = redirect_to(request, kept.to)
    response.del_cookie(_COOKIE, path="/", secure=True, httponly=True)
    return response


def _read(request: web.Request) -> Onward | None:
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(_COOKIE, "").encode())
        kept = json.loads(request.app[KEYRING].open(_PURPOSE, sealed))
    except (Unreadable, binascii.Error, ValueError):
        return None
    if kept["until"] < request.app[CLOCK]().timestamp():
        return None
    return Onward(
        to=local_path(kept["to"]),
        fields=tuple((name, text) for name, text in kept["fields"]),
        owner=kept["owner"],
    )


async def _owner(request: web.Request) -> int | None:
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    async with request.app[DATABASE].read() as session:
        return await devices.visitor_of(session, token, keyring=request.app[KEYRING])
