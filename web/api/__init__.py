"""The JSON API: other systems book visits and keep people, as an account would.

Endpoints are values; routes and the OpenAPI document are made of them. Roles and scope
are the pages' own.
"""

from aiohttp import web

from web.api import imports, openapi, people, places, visits
from web.routing import PUBLIC, Route

ENDPOINTS = (
    *places.ENDPOINTS,
    *visits.ENDPOINTS,
    *people.ENDPOINTS,
    *imports.ENDPOINTS,
)
DOCUMENT = openapi.document(ENDPOINTS)


async def document(request: web.Request) -> web.Response:
    """What the API takes and gives (OpenAPI 3.1)."""
    return web.json_response(DOCUMENT)


ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/api/openapi.json", page=document, allow=PUBLIC),
    *(endpoint.route for endpoint in ENDPOINTS),
)
