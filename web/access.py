"""One log line per request, and the name by which a request is found again.

Logs the route, never the path that matched it: paths and queries may say who.
"""

import secrets
import time

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from web.keys import REQUEST_ID

log = structlog.get_logger()
_QUIET = frozenset({"/healthz", "/readyz", "/static/{version}/{path}"})


@web.middleware
async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request a name, time it, and log how it was answered."""
    request[REQUEST_ID] = secrets.token_hex(6)
    structlog.contextvars.bind_contextvars(request=request[REQUEST_ID])
    started = time.perf_counter()
    status = 499
    try:
        response = await handler(request)
        status = response.status
    except web.HTTPException as answer:
        status = answer.status
        raise
    finally:
        route = route_name(request)
        write = log.debug if route in _QUIET else log.info
        write(
            "request_answered",
            method=request.method,
            route=route,
            status=status,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        structlog.contextvars.unbind_contextvars("request")
    return response


def route_name(request: web.Request) -> str:
    """The pattern that the request's path matched, or `-`."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "-"
