"""Provinces, for programs."""

from visitation import places
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Id, Told
from web.routing import STAFF


class Province(Told):
    """The unit of administration."""

    id: Id
    code: str
    name: str


class Provinces(Told):
    """Every province, by code."""

    items: list[Province]


async def list_provinces(call: Call) -> Provinces:
    """List the provinces."""
    found = await places.provinces(call.session)
    return Provinces(items=[Province.model_validate(one) for one in found])


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/provinces",
        act=list_provinces,
        allow=STAFF,
        answer=Provinces,
    ),
)
