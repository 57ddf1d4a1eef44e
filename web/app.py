"""The application: middleware around the routes, and what they are given.

Builds; decides nothing. `config.program` calls this with everything that lives longer
than a request, adds lifetimes (`cleanup_ctx`) and runs it.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from aiohttp import web

from scheduler.gateways.callbacks import Desk
from signaling.line_desk import LineDesk
from visitation.database import Database
from visitation.keyring import Keyring
from web import (
    access,
    assets,
    errors,
    gate,
    i18n,
    identity,
    maintenance,
    render,
    security,
)
from web.keys import CLOCK, DATABASE, DESKS, KEYRING, LIVE, SETTINGS, Clock, WebSettings
from web.news import NEWS, NewsDesk
from web.pages.line import DESK
from web.routes import ROUTES
from web.routing import Route
from web.throttle import THROTTLE, Throttle
from web.uploads import UPLOADS, Uploads

#: From the outermost in: a request is named and logged, greeted in a language, kept
#: from failing, told of work on the service, checked for where it comes from,
#: identified, and let through or not.
MIDDLEWARES = (
    access.record,
    identity.greet,
    errors.answer,
    maintenance.look,
    security.guard,
    identity.identify,
    gate.gate,
)


def create_app(
    *,
    settings: WebSettings,
    database: Database,
    keyring: Keyring,
    clock: Clock,
    live: object,
    desks: Mapping[str, Desk] = MappingProxyType({}),
    routes: Iterable[Route] = ROUTES,
) -> web.Application:
    """The web application, ready to run.

    Args:
        settings: what an operator decided about the pages.
        database: migrated and open.
        keyring: for tokens and fingerprints.
        clock: gives the present as an aware UTC datetime.
        live: the live calls, for the pages that show or join one.
        desks: who takes what providers of messages tell, by the gateway's name.
        routes: every URL; tests add their own.
    """
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=settings.body_limit)
    app[SETTINGS] = settings
    app[DATABASE] = database
    app[KEYRING] = keyring
    app[CLOCK] = clock
    app[LIVE] = live
    app[THROTTLE] = Throttle()
    app[DESK] = LineDesk()
    app[NEWS] = NewsDesk(database=database, live=live, clock=clock)
    app[UPLOADS] = Uploads()
    app[maintenance.BULLETIN] = maintenance.Bulletin()
    app[DESKS] = desks
    app[assets.ASSETS] = assets.load()
    app[render.TRANSLATIONS] = i18n.load()
    app[render.TEMPLATES] = render.environment(settings.zone)
    every = tuple(routes)
    app[render.MENU] = tuple(route for route in every if route.menu)
    app[gate.RULES] = dict(_add(app, every))
    app.on_response_prepare.append(security.add_headers)
    app.on_shutdown.append(_break_off)
    return app


async def _break_off(app: web.Application) -> None:
    app[DESK].stop()
    app[NEWS].stop()


def _add(
    app: web.Application, routes: Iterable[Route]
) -> Iterator[tuple[web.AbstractRoute, Route]]:
    for route in routes:
        for method in (
            (route.method, "HEAD") if route.method == "GET" else [route.method]
        ):
            added = app.router.add_route(
                method, route.path, route.page, name=route.called
            )
            yield added, route
