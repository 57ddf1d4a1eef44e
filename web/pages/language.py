"""Choosing a language: a form of one button that works without script."""

from datetime import timedelta

from aiohttp import web

from web.ease import LANGUAGE_COOKIE
from web.keys import SETTINGS
from web.render import TRANSLATIONS, redirect_to
from web.routing import PUBLIC, Route

_YEAR = timedelta(days=365)


async def choose(request: web.Request) -> web.Response:
    """Remember a language in this browser and go back to where it was chosen."""
    posted = await request.post()
    response = redirect_to(request, str(posted.get("back", "/")))
    language = posted.get("language")
    if language in request.app[TRANSLATIONS]:
        response.set_cookie(
            LANGUAGE_COOKIE,
            str(language),
            max_age=int(_YEAR.total_seconds()),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=request.app[SETTINGS].secure,
        )
    return response


ROUTES = (Route(method="POST", path="/language", page=choose, allow=PUBLIC),)
