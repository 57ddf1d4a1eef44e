"""Appointments: when a prisoner has to be in court, at a doctor's or elsewhere.

They come from people or from the prison's own system, which names each by an
`external_id`. What is booked in their time stays booked: somebody must decide.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit
from visitation.audit import Actor
from visitation.errors import Invalid
from visitation.people.tables import Appointment
from visitation.timespan import Timespan
from visitation.words import AppointmentKind

LONGEST = timedelta(days=31)


async def add_appointment(
    session: AsyncSession,
    *,
    prisoner_id: int,
    kind: AppointmentKind,
    span: Timespan,
    by: Actor,
    now: datetime,
    external_id: str | None = None,
) -> Appointment:
    """Record where a prisoner has to be.

    With an `external_id` that is known, the appointment takes the new time, and
    counts again if it was cancelled; so a program may send it again.

    Raises:
        Invalid: if it is over, takes longer than 31 days, or the `external_id` is
            another prisoner's.
    """
    _check(span, now)
    known = await _named(session, external_id)
    if known is not None and known.prisoner_id != prisoner_id:
        raise Invalid("external_id", "appointment_of_another")
    if known is not None and _says(known, kind, span):
        return known
    appointment = known or Appointment(
        prisoner_id=prisoner_id,
        kind=kind,
        starts_at=span.start,
        ends_at=span.end,
        external_id=external_id,
    )
    appointment.kind = kind
    appointment.starts_at, appointment.ends_at = span.start, span.end
    appointment.cancelled_at = None
    session.add(appointment)
    await session.flush()
    audit.note(
        session,
        by,
        "change_appointment" if known else "add_appointment",
        f"appointment:{appointment.id}",
        now=now,
        prisoner=prisoner_id,
        kind=kind.value,
        starts=span.start.isoformat(),
        ends=span.end.isoformat(),
    )
    return appointment


async def cancel_appointment(
    session: AsyncSession, appointment: Appointment, *, by: Actor, now: datetime
) -> None:
    """Cancel an appointment. Cancelling twice keeps the first time."""
    if appointment.cancelled_at is not None:
        return
    appointment.cancelled_at = now
    session.add(appointment)
    await session.flush()
    subject = f"appointment:{appointment.id}"
    audit.note(session, by, "cancel_appointment", subject, now=now)


async def appointments_of(
    session: AsyncSession, prisoner_id: int, *, after: datetime
) -> Sequence[Appointment]:
    """A prisoner's appointments that are not over at an instant, in order of time."""
    rows = await session.exec(
        select(Appointment)
        .where(
            Appointment.prisoner_id == prisoner_id,
            col(Appointment.ends_at) > after,
            col(Appointment.cancelled_at).is_(None),
        )
        .order_by(col(Appointment.starts_at), col(Appointment.id))
    )
    return rows.all()


def clashing(prisoner_id: int, span: Timespan) -> ColumnElement[bool]:
    """The condition on `Appointment` that keeps a prisoner's within a span."""
    return and_(
        col(Appointment.prisoner_id) == prisoner_id,
        col(Appointment.cancelled_at).is_(None),
        col(Appointment.starts_at) < span.end,
        col(Appointment.ends_at) > span.start,
    )


def _check(span: Timespan, now: datetime) -> None:
    if span.end <= now:
        raise Invalid("ends", "already_over")
    if span.length > LONGEST:
        raise Invalid("ends", "appointment_too_long")


async def _named(session: AsyncSession, external_id: str | None) -> Appointment | None:
    if external_id is None:
        return None
    rows = await session.exec(
        select(Appointment).where(Appointment.external_id == external_id)
    )
    return rows.first()


def _says(known: Appointment, kind: AppointmentKind, span: Timespan) -> bool:
    return (
        known.cancelled_at is None
        and known.kind is kind
        and (known.starts_at, known.ends_at) == (span.start, span.end)
    )
