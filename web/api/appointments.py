"""Where prisoners have to be instead of a visit, for programs."""

from typing import Annotated

from pydantic import Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from visitation.errors import Invalid
from visitation.timespan import Timespan
from visitation.words import AppointmentKind
from web import subjects
from web.api.endpoint import Call
from web.api.kinds import Asked, Id, Instant, Line, Told
from web.api.restricting import LIFTS, READS, RECORDS, Parts, reaches
from web.principals import DevicePrincipal, Principal


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


async def _appointment(
    session: AsyncSession,
    parts: Parts,
    principal: Principal | None,
    device: DevicePrincipal | None,
) -> people.Appointment | None:
    """The appointment of `{appointment}`, for staff who reach the prisoner."""
    number = parts.get("appointment", "")
    found = await subjects.by_id(session, people.Appointment, number)
    if found is None or not await reaches(session, principal, found.prisoner_id):
        return None
    return found


ENDPOINTS = (
    READS(
        path="/prisoners/{prisoner}/appointments",
        act=list_appointments,
        answer=Appointments,
    ),
    RECORDS(
        path="/prisoners/{prisoner}/appointments",
        act=add_appointment,
        body=NewAppointment,
        answer=Appointment,
    ),
    LIFTS(
        path="/appointments/{appointment}/cancel",
        act=cancel_appointment,
        subject=_appointment,
        answer=Appointment,
    ),
)
