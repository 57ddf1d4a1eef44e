"""The JSON API: other systems book visits and keep people, as an account would.

Endpoints are values; routes and the OpenAPI document are made of them. Roles and scope
are the pages' own.
"""

from aiohttp import web

from web.api import (
    allowances,
    apart,
    appointments,
    attendance,
    bars,
    call_list,
    cases,
    covers,
    custody,
    events,
    grants,
    holidays,
    hours,
    imports,
    licences,
    mobile_days,
    offers,
    officials,
    openapi,
    people,
    placements,
    places,
    plans,
    policies,
    provinces,
    replan,
    requests,
    review,
    series,
    visits,
    waiting,
)
from web.routing import PUBLIC, Route

ENDPOINTS = (
    *places.ENDPOINTS,
    *visits.ENDPOINTS,
    *call_list.ENDPOINTS,
    *requests.ENDPOINTS,
    *cases.ENDPOINTS,
    *series.ENDPOINTS,
    *review.ENDPOINTS,
    *waiting.ENDPOINTS,
    *offers.ENDPOINTS,
    *plans.ENDPOINTS,
    *placements.ENDPOINTS,
    *officials.ENDPOINTS,
    *attendance.ENDPOINTS,
    *covers.ENDPOINTS,
    *hours.ENDPOINTS,
    *people.ENDPOINTS,
    *licences.ENDPOINTS,
    *custody.ENDPOINTS,
    *bars.ENDPOINTS,
    *apart.ENDPOINTS,
    *appointments.ENDPOINTS,
    *allowances.ENDPOINTS,
    *holidays.ENDPOINTS,
    *mobile_days.ENDPOINTS,
    *replan.ENDPOINTS,
    *policies.ENDPOINTS,
    *provinces.ENDPOINTS,
    *grants.ENDPOINTS,
    *imports.ENDPOINTS,
    *events.ENDPOINTS,
)
DOCUMENT = openapi.document(ENDPOINTS)


async def document(request: web.Request) -> web.Response:
    """What the API takes and gives (OpenAPI 3.1)."""
    return web.json_response(DOCUMENT)


ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/api/openapi.json", page=document, allow=PUBLIC),
    *(endpoint.route for endpoint in ENDPOINTS),
)
