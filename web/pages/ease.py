"""Choosing to be read to, and the size of letters: buttons that work without script."""

from datetime import timedelta

from aiohttp import web

from web.ease import TEXT_COOKIE, VOICE_COOKIE, TextSize
from web.keys import SETTINGS
from web.render import redirect_to
from web.routing import PUBLIC, Route

_YEAR = timedelta(days=365)
_CHOICES = {VOICE_COOKIE: ("on", "off"), TEXT_COOKIE: tuple(TextSize)}


async def choose(request: web.Request) -> web.Response:
    """Remember a choice in this browser and go back to where it was made."""
    posted = await request.post()
    response = redirect_to(request, str(posted.get("back", "/")))
    for cookie, choices in _CHOICES.items():
        if (chosen := posted.get(cookie)) in choices:
            response.set_cookie(
                cookie,
                str(chosen),
                max_age=int(_YEAR.total_seconds()),
                path="/",
                samesite="Lax",
                secure=request.app[SETTINGS].secure,
            )
    return response


ROUTES = (Route(method="POST", path="/ease", page=choose, allow=PUBLIC),)
