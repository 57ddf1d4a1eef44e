"""Provinces whose families a prison takes beside its own, for programs."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from visitation import places
from visitation.places import ProvinceGrant, Site
from visitation.words import Role
from web import named, reach, subjects
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Day, Id, Instant, Line, Told
from web.routing import Door

_ADMINISTRATORS: frozenset[Role | Door] = frozenset({Role.ADMINISTRATOR})


class NewGrant(Asked):
    """Which province, why, and for how long."""

    province_id: Id
    reason: Annotated[Line, StringConstraints(min_length=1)]
    until: Day | None = Field(
        default=None, description="The last day of visits; left out: no end."
    )


class Grant(Told):
    """Families of another province may book at a prison."""

    id: Id
    prison_id: Id
    province_id: Id
    reason: str
    granted_at: Instant
    until: date | None


class Grants(Told):
    """Every grant of a prison, past ones too."""

    items: list[Grant]


async def list_grants(call: Call) -> Grants:
    """List the provinces whose families a prison takes beside its own."""
    site = await _prison(call)
    found = await places.grants_of(call.session, site.id)
    return Grants(items=[Grant.model_validate(grant) for grant, _province in found])


async def grant_province(call: Call) -> Grant:
    """Let the families of another province book at a prison.

    A province that has a grant already gets the new reason and the new last day.
    """
    asked: NewGrant = call.body
    grant = await places.grant_province(
        call.session,
        prison=await _prison(call),
        province_id=asked.province_id,
        reason=asked.reason,
        until=asked.until,
        by=call.by.actor,
        now=call.now,
    )
    return Grant.model_validate(grant)


async def end_grant(call: Call) -> Grant:
    """Take a grant back; it is told once more as it was. What is booked stays."""
    grant = await call.session.get_one(ProvinceGrant, call.subject.id)
    was = Grant.model_validate(grant)
    await places.end_grant(call.session, grant, by=call.by.actor, now=call.now)
    return was


async def _prison(call: Call) -> Site:
    return await named.prison(call.session, call.by.scope, call.subject.id)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/sites/{site}/grants",
        act=list_grants,
        allow=_ADMINISTRATORS,
        subject=subjects.site,
        answer=Grants,
    ),
    Endpoint(
        method="POST",
        path="/sites/{site}/grants",
        act=grant_province,
        allow=_ADMINISTRATORS,
        subject=subjects.site,
        body=NewGrant,
        answer=Grant,
        status=201,
    ),
    Endpoint(
        method="POST",
        path="/grants/{grant}/end",
        act=end_grant,
        allow=_ADMINISTRATORS,
        subject=reach.grant,
        answer=Grant,
    ),
)
