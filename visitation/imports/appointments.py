"""Rows of appointments: when a prisoner has to be in court or at a doctor's.

An appointment is the one with the same name in the prison's own system; without such a
name, the prisoner's of that kind that starts at that moment.
"""

from collections.abc import Mapping

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from visitation.imports import cells
from visitation.imports.around import Around
from visitation.imports.report import Row, RowOutcome, RowRefused
from visitation.imports.taking import UNCHANGED, Verdict
from visitation.people.tables import Appointment
from visitation.timespan import Timespan
from visitation.words import AppointmentKind

_LONGEST_ID = 64
_WORDS: Mapping[str, AppointmentKind] = {
    "court": AppointmentKind.COURT,
    "دادگاه": AppointmentKind.COURT,
    "دادسرا": AppointmentKind.COURT,
    "medical": AppointmentKind.MEDICAL,
    "پزشک": AppointmentKind.MEDICAL,
    "پزشکی": AppointmentKind.MEDICAL,
    "درمان": AppointmentKind.MEDICAL,
    "بیمارستان": AppointmentKind.MEDICAL,
    "other": AppointmentKind.OTHER,
    "سایر": AppointmentKind.OTHER,
}


async def decide(session: AsyncSession, row: Row, around: Around) -> Verdict:
    """What a row says about an appointment.

    Raises:
        RowRefused: if the prisoner is unknown, or a cell is unreadable.
    """
    kind = cells.choice(row, "kind", _WORDS)
    external_id = cells.number(row, "external_id", longest=_LONGEST_ID) or None
    cancelled = cells.yes(row, "cancelled")
    prisoner = around.prisoner(row)
    span = _span(row, around, prisoner.site_id)
    known = await _known(session, prisoner.id, kind, span, external_id)
    if known is not None and known.prisoner_id != prisoner.id:
        raise RowRefused("external_id", "appointment_of_another")
    if cancelled:
        return _cancellation(around, known)
    if known is not None and _says(known, kind, span):
        return UNCHANGED

    async def write(session: AsyncSession) -> None:
        desk = around.desk
        if known is not None and external_id is None:
            # One without a name cannot be told to move: the old one makes way.
            stale = await session.get_one(Appointment, known.id)
            await people.cancel_appointment(session, stale, by=desk.by, now=desk.now)
        await people.add_appointment(
            session,
            prisoner_id=prisoner.id,
            kind=kind,
            span=span,
            external_id=external_id,
            by=desk.by,
            now=desk.now,
        )

    outcome = RowOutcome.CHANGED if known is not None else RowOutcome.CREATED
    return Verdict(outcome=outcome, write=write)


def _cancellation(around: Around, known: Appointment | None) -> Verdict:
    if known is None or known.cancelled_at is not None:
        return UNCHANGED
    found = known.id

    async def write(session: AsyncSession) -> None:
        desk = around.desk
        standing = await session.get_one(Appointment, found)
        await people.cancel_appointment(session, standing, by=desk.by, now=desk.now)

    return Verdict(outcome=RowOutcome.CHANGED, write=write)


def _span(row: Row, around: Around, site_id: int) -> Timespan:
    zone = around.prisons[site_id].zone
    day = cells.day(row, "day", required=True)
    assert day is not None
    starts = cells.moment(row, day, "starts", zone)
    ends = cells.moment(row, day, "ends", zone)
    if ends <= starts:
        raise RowRefused("ends", "ends_before_start")
    return Timespan(starts, ends)


async def _known(
    session: AsyncSession,
    prisoner_id: int,
    kind: AppointmentKind,
    span: Timespan,
    external_id: str | None,
) -> Appointment | None:
    if external_id is not None:
        named = select(Appointment).where(Appointment.external_id == external_id)
        return (await session.exec(named)).first()
    rows = await session.exec(
        select(Appointment)
        .where(
            Appointment.prisoner_id == prisoner_id,
            Appointment.kind == kind,
            Appointment.starts_at == span.start,
        )
        # One that stands goes before those that were cancelled.
        .order_by(col(Appointment.cancelled_at).is_not(None), col(Appointment.id))
    )
    return rows.first()


def _says(known: Appointment, kind: AppointmentKind, span: Timespan) -> bool:
    return (
        known.cancelled_at is None
        and known.kind is kind
        and (known.starts_at, known.ends_at) == (span.start, span.end)
    )
