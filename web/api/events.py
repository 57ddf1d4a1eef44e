"""What happened, for programs that ask instead of being told: in order, no gap."""

from typing import Any, Final

from pydantic import Field

from visitation.webhooks import events
from visitation.words import Role
from web.api import cursors
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Cursor, Instant, Told
from web.routing import Door

READERS: Final[frozenset[Role | Door]] = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


class EventsQuery(Asked):
    """After which event; without one, from the oldest that is kept."""

    after: Cursor | None = Field(
        default=None, description="The `cursor` of the last answer."
    )
    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")


class Event(Told):
    """One thing that happened, as webhooks tell it."""

    id: str
    type: str
    timestamp: Instant
    key: str = Field(description="Of what it is a part, such as one request.")
    number: int = Field(description="Which of those it is, from 1.")
    data: dict[str, Any] = Field(description="References, kinds, states and dates.")


class Events(Told):
    """Events in the order of the record."""

    items: list[Event]
    cursor: str | None = Field(
        description="Give it as `after` to go on; null while nothing has happened."
    )


async def list_events(call: Call) -> Events:
    """List what happened after an event, in the order of the record, without a gap.

    Events are kept for 30 days. Asking again with the same cursor gives what has
    happened since; an event appears some seconds after the act.
    """
    asked: EventsQuery = call.query
    scope = call.by.scope
    found = await events.since(
        call.session,
        after=cursors.read_id(asked.after) or 0,
        limit=asked.limit,
        provinces=None if scope.everywhere else scope.provinces,
    )
    last = found[-1].sequence if found else None
    return Events(
        items=[Event.model_validate(events.told(one)) for one in found],
        cursor=cursors.write(last) if last else asked.after,
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/events",
        act=list_events,
        allow=READERS,
        query=EventsQuery,
        answer=Events,
    ),
)
