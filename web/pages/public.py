"""What anybody may open: the first page, help, and what machines ask."""

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from web import assets
from web.keys import CLOCK, DATABASE, DEVICE
from web.render import redirect, render
from web.routing import PUBLIC, Route

_HOUR = "public, max-age=3600"


async def home(request: web.Request) -> web.Response:
    """The first page: big pictures, few words. A station has one of its own."""
    if request.get(DEVICE) is not None:
        return redirect(request, "terminal.station")
    return render(request, "public/home.html")


async def guide(request: web.Request) -> web.Response:
    """Help for families: what to do, in steps, and whom to call."""
    return render(request, "public/help.html", now=request.app[CLOCK]())


async def healthz(request: web.Request) -> web.Response:
    """Whether the event loop is alive."""
    return web.Response(text="ok\n")


async def readyz(request: web.Request) -> web.Response:
    """Whether requests can be answered: the database is there."""
    try:
        async with request.app[DATABASE].read() as session:
            await (await session.connection()).exec_driver_sql("SELECT 1")
    except SQLAlchemyError:
        return web.Response(status=503, text="database unreachable\n")
    return web.Response(text="ready\n")


async def robots(request: web.Request) -> web.Response:
    """No page of this service belongs in a search engine."""
    return web.Response(text="User-agent: *\nDisallow: /\n")


async def favicon(request: web.Request) -> web.Response:
    """The icon, for browsers that ask without being told where."""
    icon = request.app[assets.ASSETS].files["favicon.svg"]
    return assets.answer(request, icon, caching=_HOUR)


ROUTES = (
    Route(method="GET", path="/", page=home, allow=PUBLIC),
    Route(method="GET", path="/help", page=guide, allow=PUBLIC),
    Route(method="GET", path="/healthz", page=healthz, allow=PUBLIC),
    Route(method="GET", path="/readyz", page=readyz, allow=PUBLIC),
    Route(method="GET", path="/robots.txt", page=robots, allow=PUBLIC),
    Route(method="GET", path="/favicon.ico", page=favicon, allow=PUBLIC),
    Route(
        method="GET",
        path="/static/{version}/{path:.+}",
        page=assets.serve,
        allow=PUBLIC,
    ),
)
