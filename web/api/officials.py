"""Officials, for programs: who works within reach, and whom one may name.

Schedulers name every official who works in their places; an official nobody but
themselves.
"""

from visitation import lifecycle
from visitation.errors import Invalid, NotFound
from visitation.lifecycle import Act
from visitation.people import Account
from visitation.words import Role
from web import attendance_reach
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Id, Told
from web.routing import Door

FINDERS: frozenset[Role | Door] = lifecycle.MAY[Act.FIND_OFFICIAL]
PLANNERS: frozenset[Role | Door] = FINDERS | lifecycle.MAY[Act.ATTEND]
READERS: frozenset[Role | Door] = PLANNERS | {Role.AUDITOR}


class Official(Told):
    """A prosecutor, deputy or supervising judge who works within reach."""

    id: Id
    name: str


class Officials(Told):
    """Every official who works within reach, by name."""

    items: list[Official]


async def list_officials(call: Call) -> Officials:
    """List the officials who work within reach; an official finds only themselves."""
    found = await attendance_reach.officials(call.session, call.by.scope)
    alone = call.by.role is Role.OFFICIAL
    return Officials(
        items=[
            Official.model_validate(one)
            for one in found
            if not alone or one.id == call.by.account_id
        ]
    )


async def named_official(call: Call, account_id: int | None) -> Account:
    """The official somebody names; for an official, nobody but themselves.

    Raises:
        Invalid: if staff name nobody.
        NotFound: if no such official works within reach.
    """
    own = call.by.account_id if call.by.role is Role.OFFICIAL else None
    wanted = own if account_id is None else account_id
    if wanted is None:
        raise Invalid("official_id", "missing")
    for one in await attendance_reach.officials(call.session, call.by.scope):
        if one.id == wanted and own in {None, wanted}:
            return one
    raise NotFound("official")


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/officials",
        act=list_officials,
        allow=READERS,
        answer=Officials,
    ),
)
