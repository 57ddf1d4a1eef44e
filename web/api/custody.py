"""Where a prisoner is held, for programs: transfers, releases, and their undoing.

What is booked stays booked; the booking rules refuse what is new.
"""

from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlmodel import col, or_

from visitation import people, places
from visitation.errors import Invalid, NotFound
from visitation.people import Prisoner
from visitation.places import Site
from visitation.words import Role, SiteKind, TransferReason
from web import subjects
from web.api import answers
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Day, Id, Instant, Name, Told
from web.routing import Door

_PLANNERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})


class Transfer(Asked):
    """Where a prisoner is held now, and under which number."""

    to_site_id: Id = Field(description="One of `/prisons`, within reach or not.")
    number: Annotated[Name, StringConstraints(max_length=32)]
    on: Day | None = Field(default=None, description="Left out: today.")
    reason: TransferReason = TransferReason.OTHER


class Prison(Told):
    """A prison to which somebody can be taken."""

    id: Id
    province_id: Id
    name: str


class Prisons(Told):
    """Every prison that was not given up, by name."""

    items: list[Prison]


class Release(Asked):
    """When a prisoner was or will be released."""

    at: Instant | None = Field(default=None, description="Left out: now.")


async def list_prisons(call: Call) -> Prisons:
    """List the prisons of the whole country that a prisoner can be taken to."""
    in_use = or_(col(Site.closed_at).is_(None), col(Site.closed_at) > call.now)
    found = await places.find_sites(
        call.session, within=in_use, kinds=[SiteKind.PRISON]
    )
    return Prisons(items=[Prison.model_validate(site) for site, _province in found])


async def transfer_prisoner(call: Call) -> answers.Prisoner:
    """Record that a prisoner is held in another prison now, under a number there.

    Any prison of the country will do. Once it is one out of reach, others look after
    the prisoner, and asking again answers 404.
    """
    asked: Transfer = call.body
    prisoner = await call.session.get_one(Prisoner, call.subject.id)
    try:
        await people.transfer_prisoner(
            call.session,
            prisoner,
            to_site=asked.to_site_id,
            number=asked.number,
            on=asked.on,
            reason=asked.reason,
            by=call.by.actor,
            now=call.now,
        )
    except Invalid as refused:
        if refused.reason == "unknown_prison":
            raise NotFound("prison") from refused
        if refused.field == "to_site":
            raise Invalid("to_site_id", refused.reason) from refused
        raise
    return answers.Prisoner.of(prisoner)


async def release_prisoner(call: Call) -> answers.Prisoner:
    """Record a release: nothing after it can be booked."""
    asked: Release = call.body
    prisoner = await call.session.get_one(Prisoner, call.subject.id)
    await people.release_prisoner(
        call.session, prisoner, at=asked.at, by=call.by.actor, now=call.now
    )
    return answers.Prisoner.of(prisoner)


async def take_back_prisoner(call: Call) -> answers.Prisoner:
    """Undo a release."""
    prisoner = await call.session.get_one(Prisoner, call.subject.id)
    await people.take_back_prisoner(
        call.session, prisoner, by=call.by.actor, now=call.now
    )
    return answers.Prisoner.of(prisoner)


_of_prisoner = partial(
    Endpoint,
    method="POST",
    allow=_PLANNERS,
    subject=subjects.prisoner,
    answer=answers.Prisoner,
)
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/prisons",
        act=list_prisons,
        allow=_PLANNERS,
        answer=Prisons,
    ),
    _of_prisoner(
        path="/prisoners/{prisoner}/transfer", act=transfer_prisoner, body=Transfer
    ),
    _of_prisoner(
        path="/prisoners/{prisoner}/release", act=release_prisoner, body=Release
    ),
    _of_prisoner(path="/prisoners/{prisoner}/take-back", act=take_back_prisoner),
)
