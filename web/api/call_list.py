"""Whom to ring up, because no message reached them, for programs.

The words to say hold the join code; a program gets the number and what it is about.
"""

from typing import Literal

from pydantic import Field

from scheduler import calling, rings
from scheduler.rings import Ring
from visitation.lifecycle import MAY, Act
from visitation.wording import Template
from visitation.words import CallOutcome, Role
from web import call_reach
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Id, Instant, Told
from web.routing import Door

_CALLERS: frozenset[Role | Door] = MAY[Act.CHECK_IN] | {Role.SCHEDULER}


class ToRing(Told):
    """Somebody to ring up."""

    id: Id
    site_id: Id = Field(description="The service point, or the prison without one.")
    visit: str = Field(description="The reference of the visit.")
    template: Template = Field(description="What did not reach them.")
    name: str
    phone: str | None = Field(description="E.164.")
    helper_phone: str | None = Field(description="E.164. Of whoever helps them.")
    due_by: Instant = Field(description="Until when it is worth telling them.")
    tries: int = Field(description="How often somebody rang.")
    outcome: CallOutcome | None
    done_at: Instant | None

    @classmethod
    def of(cls, ring: Ring) -> "ToRing":
        """A line of the call list."""
        task = ring.task
        return cls(
            id=task.id,
            site_id=task.site_id,
            visit=ring.visit.reference,
            template=task.template,
            name=ring.name,
            phone=ring.phone,
            helper_phone=ring.helper,
            due_by=task.due_by,
            tries=task.tries,
            outcome=task.outcome,
            done_at=task.done_at,
        )


class AllToRing(Told):
    """The open lines of the call list, the most urgent first."""

    items: list[ToRing]


class Rang(Asked):
    """What came of a call."""

    outcome: Literal["told", "no_answer", "wrong_number"]


async def list_calls_to_make(call: Call) -> AllToRing:
    """List whom to ring up within reach."""
    found = await rings.open_ones(call.session, scope=call.by.scope, now=call.now)
    return AllToRing(items=[ToRing.of(one) for one in found])


async def tick_call(call: Call) -> ToRing:
    """Say what came of a call; who did not answer stays on the list."""
    asked: Rang = call.body
    number, scope = call.subject.task.id, call.by.scope
    ring = await rings.one(call.session, task_id=number, scope=scope)
    await calling.tick(
        call.session, ring, CallOutcome(asked.outcome), by=call.by.actor, now=call.now
    )
    await call.session.refresh(ring.task)
    return ToRing.of(ring)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/call-list",
        act=list_calls_to_make,
        allow=_CALLERS,
        answer=AllToRing,
    ),
    Endpoint(
        method="POST",
        path="/call-list/{ring}/tick",
        act=tick_call,
        allow=_CALLERS,
        subject=call_reach.ring,
        body=Rang,
        answer=ToRing,
    ),
)
