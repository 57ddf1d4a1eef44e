"""Judges' orders that a prisoner is not visited, for programs.

What is booked already stays booked.
"""

from typing import Annotated

from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from web import subjects
from web.api.endpoint import Call
from web.api.kinds import Asked, Id, Instant, Line, Told
from web.api.restricting import LIFTS, READS, RECORDS, Needed, Parts, reaches
from web.principals import DevicePrincipal, Principal


class NewBar(Asked):
    """A judge's written order that a prisoner is not visited."""

    visitor_id: Id | None = Field(
        default=None, description="Left out: nobody may visit."
    )
    starts_at: Instant
    ends_at: Instant | None = Field(
        default=None, description="Left out: until it is lifted."
    )
    order_number: Annotated[Needed, StringConstraints(max_length=60)]
    judge: Annotated[Needed, StringConstraints(max_length=120)]
    reason: Line = ""


class Bar(Told):
    """A judge's written order that a prisoner is not visited."""

    id: Id
    prisoner_id: Id
    visitor_id: Id | None = Field(description="Null: nobody may visit.")
    starts_at: Instant
    ends_at: Instant | None
    order_number: str
    judge: str
    reason: str
    lifted_at: Instant | None


class Bars(Told):
    """Every order about a prisoner, the newest first."""

    items: list[Bar]


async def list_bars(call: Call) -> Bars:
    """List the judges' orders about a prisoner, lifted ones too."""
    found = await people.bars_of(call.session, call.subject.id)
    return Bars(items=[Bar.model_validate(bar) for bar, _visitor in found])


async def order_bar(call: Call) -> Bar:
    """Record a judge's order; without a visitor it is against every visitor."""
    asked: NewBar = call.body
    bar = await people.order_bar(
        call.session,
        prisoner_id=call.subject.id,
        visitor_id=asked.visitor_id,
        starts_at=asked.starts_at,
        ends_at=asked.ends_at,
        order_number=asked.order_number,
        judge=asked.judge,
        reason=asked.reason,
        by=call.by.actor,
        now=call.now,
    )
    return Bar.model_validate(bar)


async def lift_bar(call: Call) -> Bar:
    """Lift an order; lifting twice keeps the first time."""
    bar = await call.session.get_one(people.Bar, call.subject.id)
    await people.lift_bar(call.session, bar, by=call.by.actor, now=call.now)
    return Bar.model_validate(bar)


async def _bar(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> people.Bar | None:
    """The order of `{bar}`, for staff who reach the prisoner."""
    found = await subjects.by_id(session, people.Bar, parts.get("bar", ""))
    if found is None or not await reaches(session, principal, found.prisoner_id):
        return None
    return found


ENDPOINTS = (
    READS(path="/prisoners/{prisoner}/bars", act=list_bars, answer=Bars),
    RECORDS(path="/prisoners/{prisoner}/bars", act=order_bar, body=NewBar, answer=Bar),
    LIFTS(path="/bars/{bar}/lift", act=lift_bar, subject=_bar, answer=Bar),
)
