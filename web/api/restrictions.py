"""What keeps a prisoner from visits, for programs: orders, whom not to meet, court.

What is booked already stays booked.
"""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from visitation.errors import Invalid
from visitation.timespan import Timespan
from visitation.words import AppointmentKind, Role
from web import named, subjects
from web.api.endpoint import Call, Endpoint
from web.api.kinds import Asked, Id, Instant, Line, Told
from web.principals import DevicePrincipal, Principal
from web.routing import Door

_PLANNERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
_READERS: frozenset[Role | Door] = _PLANNERS | {Role.AUDITOR}
_Needed = Annotated[Line, StringConstraints(min_length=1)]
Parts = Mapping[str, str]


class NewBar(Asked):
    """A judge's written order that a prisoner is not visited."""

    visitor_id: Id | None = Field(
        default=None, description="Left out: nobody may visit."
    )
    starts_at: Instant
    ends_at: Instant | None = Field(
        default=None, description="Left out: until it is lifted."
    )
    order_number: Annotated[_Needed, StringConstraints(max_length=60)]
    judge: Annotated[_Needed, StringConstraints(max_length=120)]
    reason: Line = ""


class NewPair(Asked):
    """Another prisoner, whom this one must not meet."""

    other_id: Id
    reason: _Needed


class NewAppointment(Asked):
    """Where a prisoner has to be instead; 31 days at most."""

    kind: AppointmentKind
    starts_at: Instant
    ends_at: Instant
    external_id: Annotated[Line, StringConstraints(min_length=1, max_length=64)] | (
        None
    ) = Field(
        default=None,
        description="Its name in the other system; sent again, it changes the time.",
    )


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


class KeptApart(Told):
    """Two prisoners who are never visited on one day in one prison."""

    id: Id
    prisoner_ids: list[Id]
    reason: str
    since: Instant
    ended_at: Instant | None


class Pairs(Told):
    """Everybody a prisoner is kept apart from."""

    items: list[KeptApart]


class Appointment(Told):
    """Where a prisoner has to be instead: in court, at a doctor's."""

    id: Id
    prisoner_id: Id
    kind: AppointmentKind
    starts_at: Instant
    ends_at: Instant
    external_id: str | None
    cancelled_at: Instant | None


class Appointments(Told):
    """A prisoner's appointments that are not over, in order of time."""

    items: list[Appointment]


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


async def list_kept_apart(call: Call) -> Pairs:
    """List whom a prisoner is kept apart from."""
    found = await people.apart_from(call.session, call.subject.id)
    return Pairs(items=[_pair(kept) for kept, _other in found])


async def keep_apart(call: Call) -> KeptApart:
    """Keep two prisoners apart: never visited on one day in one prison."""
    asked: NewPair = call.body
    other = await named.prisoner(call.session, call.by.scope, asked.other_id)
    kept = await people.keep_apart(
        call.session,
        call.subject.id,
        other.id,
        reason=asked.reason,
        by=call.by.actor,
        now=call.now,
    )
    return _pair(kept)


async def let_meet(call: Call) -> KeptApart:
    """Let two prisoners meet again."""
    kept = await call.session.get_one(people.KeptApart, call.subject.id)
    await people.let_meet(call.session, kept, by=call.by.actor, now=call.now)
    return _pair(kept)


async def list_appointments(call: Call) -> Appointments:
    """List a prisoner's appointments that are not over."""
    found = await people.appointments_of(call.session, call.subject.id, after=call.now)
    return Appointments(items=[Appointment.model_validate(one) for one in found])


async def add_appointment(call: Call) -> Appointment:
    """Record where a prisoner has to be; the same `external_id` again changes it."""
    asked: NewAppointment = call.body
    if asked.starts_at >= asked.ends_at:
        raise Invalid("ends_at", "ends_before_start")
    kept = await people.add_appointment(
        call.session,
        prisoner_id=call.subject.id,
        kind=asked.kind,
        span=Timespan(asked.starts_at, asked.ends_at),
        external_id=asked.external_id,
        by=call.by.actor,
        now=call.now,
    )
    return Appointment.model_validate(kept)


async def cancel_appointment(call: Call) -> Appointment:
    """Cancel an appointment; cancelling twice keeps the first time."""
    kept = await call.session.get_one(people.Appointment, call.subject.id)
    await people.cancel_appointment(call.session, kept, by=call.by.actor, now=call.now)
    return Appointment.model_validate(kept)


def _pair(kept: people.KeptApart) -> KeptApart:
    return KeptApart(
        id=kept.id,
        prisoner_ids=[kept.one_id, kept.other_id],
        reason=kept.reason,
        since=kept.since,
        ended_at=kept.ended_at,
    )


async def _bar(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> people.Bar | None:
    """The order of `{bar}`, for staff who reach the prisoner."""
    found = await subjects.by_id(session, people.Bar, parts.get("bar", ""))
    if found is None or not await _reaches(session, principal, found.prisoner_id):
        return None
    return found


async def _kept(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> people.KeptApart | None:
    """The pair of `{pair}`, for staff who reach one of the two."""
    found = await subjects.by_id(session, people.KeptApart, parts.get("pair", ""))
    for prisoner_id in (found.one_id, found.other_id) if found else ():
        if await _reaches(session, principal, prisoner_id):
            return found
    return None


async def _appointment(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> people.Appointment | None:
    """The appointment of `{appointment}`, for staff who reach the prisoner."""
    number = parts.get("appointment", "")
    found = await subjects.by_id(session, people.Appointment, number)
    if found is None or not await _reaches(session, principal, found.prisoner_id):
        return None
    return found


async def _reaches(
    session: AsyncSession, principal: Principal | None, prisoner_id: int
) -> bool:
    parts = {"prisoner": str(prisoner_id)}
    return await subjects.prisoner(session, parts, principal, None) is not None


_reads = partial(Endpoint, method="GET", allow=_READERS, subject=subjects.prisoner)
_records = partial(
    Endpoint, method="POST", allow=_PLANNERS, subject=subjects.prisoner, status=201
)
_lifts = partial(Endpoint, method="POST", allow=_PLANNERS)
ENDPOINTS = (
    _reads(path="/prisoners/{prisoner}/bars", act=list_bars, answer=Bars),
    _records(path="/prisoners/{prisoner}/bars", act=order_bar, body=NewBar, answer=Bar),
    _lifts(path="/bars/{bar}/lift", act=lift_bar, subject=_bar, answer=Bar),
    _reads(path="/prisoners/{prisoner}/kept-apart", act=list_kept_apart, answer=Pairs),
    _records(
        path="/prisoners/{prisoner}/kept-apart",
        act=keep_apart,
        body=NewPair,
        answer=KeptApart,
    ),
    _lifts(
        path="/kept-apart/{pair}/end", act=let_meet, subject=_kept, answer=KeptApart
    ),
    _reads(
        path="/prisoners/{prisoner}/appointments",
        act=list_appointments,
        answer=Appointments,
    ),
    _records(
        path="/prisoners/{prisoner}/appointments",
        act=add_appointment,
        body=NewAppointment,
        answer=Appointment,
    ),
    _lifts(
        path="/appointments/{appointment}/cancel",
        act=cancel_appointment,
        subject=_appointment,
        answer=Appointment,
    ),
)
