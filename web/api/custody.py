"""Where a prisoner is held, for programs: transfers, releases, and their undoing.

What is booked stays booked; the booking rules refuse what is new.
"""

from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints

from visitation import people
from visitation.people import Prisoner
from visitation.words import Role
from web import named, subjects
from web.api import answers
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Id, Instant, Name
from web.routing import Door

_PLANNERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})


class Transfer(Asked):
    """Where a prisoner is held now, and under which number."""

    to_site_id: Id = Field(description="A prison within reach.")
    number: Annotated[Name, StringConstraints(max_length=32)]


class Release(Asked):
    """When a prisoner was or will be released."""

    at: Instant | None = Field(default=None, description="Left out: now.")


async def transfer_prisoner(call: Call) -> answers.Prisoner:
    """Record that a prisoner is held in another prison now, under a number there."""
    asked: Transfer = call.body
    site = await named.prison(call.session, call.by.scope, asked.to_site_id)
    prisoner = await call.session.get_one(Prisoner, call.subject.id)
    await people.transfer_prisoner(
        call.session,
        prisoner,
        to_site=site.id,
        number=asked.number,
        by=call.by.actor,
        now=call.now,
    )
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
    _of_prisoner(
        path="/prisoners/{prisoner}/transfer", act=transfer_prisoner, body=Transfer
    ),
    _of_prisoner(
        path="/prisoners/{prisoner}/release", act=release_prisoner, body=Release
    ),
    _of_prisoner(path="/prisoners/{prisoner}/take-back", act=take_back_prisoner),
)
