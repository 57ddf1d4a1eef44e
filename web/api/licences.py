"""Licences of professionals, for programs: list, add, verify, extend, refuse, revoke.

What is read is what pages show the same administrator; whose it is, is told by id.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from visitation import professionals
from visitation.errors import NotFound
from visitation.professionals import Licence, asking, licences
from visitation.professionals.asking import Wanted
from visitation.words import LicenceState, Profession, Role
from web import named, professional_reach
from web.api import cursors
from web.api.answers import Listing
from web.api.endpoint import Call, Endpoint
from web.api.kinds import (
    Asked,
    Because,
    Day,
    Id,
    Instant,
    Name,
    Page,
    Reference,
    Told,
)
from web.routing import Door

_VERIFIERS: frozenset[Role | Door] = frozenset({Role.ADMINISTRATOR})


class LicencesQuery(Page):
    """Which licences."""

    state: LicenceState | None = None
    visitor: Id | None = None


class NewLicence(Asked):
    """A licence that was seen, and whose it is."""

    visitor_id: Id
    # Graduates come by a roster.
    profession: Literal["lawyer", "expert", "representative"]
    number: Annotated[Name, StringConstraints(max_length=40)]
    issuer: Name = Field(description="Who issued it.")
    province_id: Id = Field(description="Where it was issued.")
    valid_until: Day = Field(description="The last day.")


class LicenceUntil(Asked):
    """Until when a licence is valid."""

    valid_until: Day = Field(description="The last day.")


class LicenceReason(Asked):
    """Why a licence is refused or revoked; its owner reads it."""

    reason: Because


class LicenceRow(Told):
    """A licence, as lists have it."""

    reference: Reference
    visitor_id: Id
    profession: Profession
    issuer: str
    province_id: Id
    state: LicenceState
    valid_until: date | None
    reason: str = Field(description="Why it was refused or revoked.")
    asked_at: Instant
    renewal_asked_at: Instant | None = Field(description="Null: nobody waits for it.")
    decided_at: Instant | None


class LicenceTold(LicenceRow):
    """A licence with its number."""

    number: str


class LicenceList(Listing):
    """Licences, the oldest first."""

    items: list[LicenceRow]


async def list_licences(call: Call) -> LicenceList:
    """List the licences of professionals, those that wait too."""
    asked: LicencesQuery = call.query
    rows = await licences.listed(
        call.session,
        scope=call.by.scope,
        now=call.now,
        state=asked.state,
        visitor_id=asked.visitor,
        after=cursors.read_id(asked.cursor),
        limit=asked.limit + 1,
    )
    shown, following = cursors.page(rows, asked.limit, lambda row: (row.id,))
    items = [LicenceRow.model_validate(_row(call, one)) for one in shown]
    return LicenceList(items=items, next=following)


async def get_licence(call: Call) -> LicenceTold:
    """Get one licence, with its number."""
    return _told(call, call.subject)


async def add_licence(call: Call) -> LicenceTold:
    """Add a licence that was seen, verified until a day; its owner is told."""
    asked: NewLicence = call.body
    scope = call.by.scope
    await named.visitor(call.session, scope, asked.visitor_id)
    if not scope.everywhere and asked.province_id not in scope.provinces:
        raise NotFound("province")
    wanted = Wanted(
        profession=Profession(asked.profession),
        number=asked.number,
        issuer=asked.issuer,
        province_id=asked.province_id,
    )
    added = await licences.add(
        call.session,
        wanted,
        visitor_id=asked.visitor_id,
        valid_until=asked.valid_until,
        keyring=call.keyring,
        by=call.by.actor,
        now=call.now,
    )
    return _told(call, added)


async def verify_licence(call: Call) -> LicenceTold:
    """Verify a licence that was asked for, until a day; its owner is told."""
    return await _ruled(call, licences.verify, valid_until=call.body.valid_until)


async def extend_licence(call: Call) -> LicenceTold:
    """Give a verified licence another last day, and what rests on it as well."""
    return await _ruled(call, licences.extend, valid_until=call.body.valid_until)


async def refuse_licence(call: Call) -> LicenceTold:
    """Refuse a licence that was asked for; its owner reads why."""
    return await _ruled(call, licences.refuse, reason=call.body.reason)


async def revoke_licence(call: Call) -> LicenceTold:
    """Revoke a verified licence with all its mandates; its owner reads why."""
    return await _ruled(call, licences.revoke, reason=call.body.reason)


async def _ruled(
    call: Call, rule: Callable[..., Awaitable[object]], **said: object
) -> LicenceTold:
    licence = await _found(call)
    await rule(call.session, licence, **said, by=call.by.actor, now=call.now)
    return _told(call, licence)


async def _found(call: Call) -> Licence:
    return await call.session.get_one(Licence, call.subject.id)


def _row(call: Call, licence: Licence) -> dict[str, object]:
    kept = licence.model_dump(include=set(LicenceRow.model_fields))
    return kept | {"state": professionals.state_of(licence, call.now)}


def _told(call: Call, licence: Licence) -> LicenceTold:
    number = asking.number_of(licence, keyring=call.keyring)
    return LicenceTold.model_validate(_row(call, licence) | {"number": number})


_to_all = partial(Endpoint, path="/licences", allow=_VERIFIERS)
_to_one = partial(
    Endpoint,
    allow=_VERIFIERS,
    subject=professional_reach.licence,
    answer=LicenceTold,
)
_until = partial(_to_one, method="POST", body=LicenceUntil)
_because = partial(_to_one, method="POST", body=LicenceReason)
ENDPOINTS = (
    _to_all(method="GET", act=list_licences, query=LicencesQuery, answer=LicenceList),
    _to_all(
        method="POST",
        act=add_licence,
        body=NewLicence,
        answer=LicenceTold,
        status=201,
    ),
    _to_one(method="GET", path="/licences/{licence}", act=get_licence),
    _until(path="/licences/{licence}/verify", act=verify_licence),
    _until(path="/licences/{licence}/extend", act=extend_licence),
    _because(path="/licences/{licence}/refuse", act=refuse_licence),
    _because(path="/licences/{licence}/revoke", act=revoke_licence),
)
