"""Looking somebody up: what was typed is posted, and goes on sealed."""

from aiohttp import web
from yarl import URL

from web import sealed
from web.render import local_path, redirect_to
from web.routing import STAFF, Route


async def look(request: web.Request) -> web.Response:
    """Go to the page that was searched, with what was typed sealed in its address."""
    posted = await request.post()
    typed = {n: v for n, v in posted.items() if isinstance(v, str) and v.strip()}
    text, to = typed.pop(sealed.FIELD, ""), typed.pop("to", "/")
    page = URL(local_path(to)).update_query(typed)
    page = page.without_query_params(sealed.PARAMETER)
    return redirect_to(request, str(page.update_query(sealed.query(request, text))))


ROUTES = (Route(method="POST", path="/look", page=look, allow=STAFF),)
