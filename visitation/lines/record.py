"""How each participant's line did in a call: added up meanwhile, read afterwards.

Adds up what is handed to it; measures nothing and judges nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.calls import Presence
from visitation.lines import stretch
from visitation.lines.stretch import Stretch
from visitation.lines.tables import LineRecord
from visitation.visits import Participant

#: A line that was lost and came back ends a stretch of presence with this reason.
_LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How somebody's line did over a whole call; None where nothing was measured.

    Attributes:
        loss_up: mean share of packets lost, 0 to 1, as every loss.
        round_trip: mean seconds, as the jitter.
        rate_up: mean bits per second, as the next.
        seconds_audio_only: seconds without the pictures of the others.
        reconnects: how often the line broke.
    """

    participant_id: int
    seconds: float
    loss_up: float | None
    loss_up_worst: float
    loss_down: float | None
    loss_down_worst: float
    round_trip: float | None
    round_trip_worst: float
    jitter: float | None
    jitter_worst: float
    rate_up: float | None
    rate_down: float | None
    seconds_audio_only: float
    reconnects: int
    relayed: bool


async def add(
    session: AsyncSession, *, participant: str, measured: Stretch, now: datetime
) -> None:
    """Add what was measured of a line since the last time.

    A participant, by reference, who is in no visit any more is passed over.
    """
    rows = await session.exec(
        select(Participant).where(Participant.reference == participant)
    )
    person = rows.first()
    if person is None:
        return
    row = await session.get(LineRecord, person.id, with_for_update=True)
    if row is None:
        row = LineRecord(
            participant_id=person.id, visit_id=person.visit_id, measured_at=now
        )
    whole = stretch.joined(row, measured)
    for name in stretch.FIELDS:
        setattr(row, name, getattr(whole, name))
    row.measured_at = now
    session.add(row)
    await session.flush()


async def of_visit(session: AsyncSession, *, visit_id: int) -> tuple[Line, ...]:
    """How the lines of a visit did, in the order in which its people were added."""
    rows = await session.exec(
        select(LineRecord)
        .where(LineRecord.visit_id == visit_id)
        .order_by(col(LineRecord.participant_id))
    )
    broken = await session.exec(
        select(Presence.participant_id, func.count())
        .where(Presence.visit_id == visit_id, Presence.reason == _LOST)
        .group_by(col(Presence.participant_id))
    )
    reconnects = dict(broken.all())
    return tuple(
        _line(row, reconnects.get(row.participant_id, 0)) for row in rows.all()
    )


def _line(row: LineRecord, reconnects: int) -> Line:
    measured = max(row.seconds_up, row.seconds_down)
    return Line(
        participant_id=row.participant_id,
        seconds=measured,
        loss_up=_mean(row.loss_up_total, row.seconds_up),
        loss_up_worst=row.loss_up_worst,
        loss_down=_mean(row.loss_down_total, row.seconds_down),
        loss_down_worst=row.loss_down_worst,
        round_trip=_mean(row.round_trip_total, row.seconds_timed),
        round_trip_worst=row.round_trip_worst,
        jitter=_mean(row.jitter_total, measured),
        jitter_worst=row.jitter_worst,
        rate_up=_mean(8 * row.bytes_up, row.seconds_up),
        rate_down=_mean(8 * row.bytes_down, row.seconds_down),
        seconds_audio_only=row.seconds_audio_only,
        reconnects=reconnects,
        relayed=row.seconds_relayed > 0,
    )


def _mean(total: float, seconds: float) -> float | None:
    return total / seconds if seconds > 0 else None
