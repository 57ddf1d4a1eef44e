"""What the nation, a province or a prison chooses to allow, for programs.

A number that is not chosen at a level comes from the level above.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from pydantic import Field, create_model

from visitation import places
from visitation.errors import NotFound
from visitation.places import LIMITS, NATION, Level
from visitation.words import Approval, Chatting, Recorded, Role, Supervision
from web import reach, subjects
from web.api.endpoint import Act, Call, Endpoint
from web.api.kinds import Asked, Told
from web.routing import Door

_ADMINISTRATORS: frozenset[Role | Door] = frozenset({Role.ADMINISTRATOR})


def _number(name: str) -> tuple[Any, Any]:
    least, most = LIMITS[name]
    return (Annotated[int, Field(ge=least, le=most)] | None, None)


_FIELDS: dict[str, Any] = {name: _number(name) for name in LIMITS} | {
    "approval": (Approval | None, None),
    "chatting": (Chatting | None, None),
    "recorded": (Recorded | None, None),
    "supervision": (Supervision | None, None),
}
PolicyChoice: type[Asked] = create_model(
    "PolicyChoice",
    __base__=Asked,
    __doc__="What is chosen; null returns to the level above, the rest stays.",
    **_FIELDS,
)


class PolicyOrigin(Told):
    """One number: what is in force, and where it comes from."""

    name: str
    value: int | str = Field(description="What is in force.")
    own: int | str | None = Field(description="What is chosen at this level.")
    above: int | str = Field(description="What would be in force without that.")
    level: Level = Field(description="Where `above` comes from.")


class PolicyOrigins(Told):
    """Every number of a policy."""

    items: list[PolicyOrigin]


Scoped = Callable[[Call], str]


def _nation(call: Call) -> str:
    if not call.by.scope.everywhere:
        raise NotFound("policy")
    return NATION


def _province(call: Call) -> str:
    return places.scope_of_province(call.subject.id)


def _prison(call: Call) -> str:
    return places.scope_of_site(call.subject.id)


async def _told(call: Call, scope: str) -> PolicyOrigins:
    found = await places.origins(call.session, scope)
    return PolicyOrigins(
        items=[
            PolicyOrigin(
                name=name,
                value=one.value,
                own=one.own,
                above=one.above,
                level=one.level,
            )
            for name, one in found.items()
        ]
    )


def _reading(of: str, scoped: Scoped) -> Act:
    async def act(call: Call) -> Told:
        return await _told(call, scoped(call))

    return _described(act, f"get_policy_of_{of}", f"Get what a {of} chooses to allow.")


def _writing(of: str, scoped: Scoped) -> Act:
    async def act(call: Call) -> Told:
        scope = scoped(call)
        await places.choose(
            call.session,
            scope=scope,
            values=call.body.model_dump(mode="json", exclude_unset=True),
            by=call.by.actor,
            now=call.now,
        )
        return await _told(call, scope)

    said = (
        f"Choose what a {of} allows.\n\n"
        "It is in force at once in every prison it holds for; what is booked already "
        "stays booked. What is left out stays as it is."
    )
    return _described(act, f"choose_policy_of_{of}", said)


def _described(act: Callable[[Call], Awaitable[Told]], name: str, said: str) -> Act:
    act.__name__, act.__doc__ = name, said
    return act


_reads = partial(Endpoint, method="GET", allow=_ADMINISTRATORS, answer=PolicyOrigins)
_writes = partial(
    Endpoint,
    method="POST",
    allow=_ADMINISTRATORS,
    body=PolicyChoice,
    answer=PolicyOrigins,
)
_LEVELS: tuple[tuple[str, str, Scoped, Any], ...] = (
    ("nation", "/policy-choices", _nation, None),
    ("province", "/provinces/{province}/policy-choices", _province, reach.province),
    ("prison", "/sites/{site}/policy-choices", _prison, subjects.prison),
)
ENDPOINTS = tuple(
    make(path=path, act=act(of, scoped), subject=subject)
    for of, path, scoped, subject in _LEVELS
    for make, act in ((_reads, _reading), (_writes, _writing))
)
