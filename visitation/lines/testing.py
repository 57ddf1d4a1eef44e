"""What line tests found: kept for a month, and asked for by station and by visit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.lines.tables import LineTest
from visitation.lines.verdict import PASSED, Measured, verdict_of
from visitation.visits import Participant

KEPT: Final = timedelta(days=30)
#: A test that was passed is not asked for again for so long.
FRESH: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose line a test is about: a station's, a participant's device, or both."""

    station_id: int | None = None
    participant_id: int | None = None


async def keep(
    session: AsyncSession, *, of: Whose, measured: Measured, now: datetime
) -> LineTest:
    """Keep what a test found; whatever is older than a month is forgotten.

    Of a participant who is in no visit any more, only the station's part is kept.
    """
    participant_id = of.participant_id
    if participant_id and await session.get(Participant, participant_id) is None:
        participant_id = None
    await session.exec(delete(LineTest).where(col(LineTest.taken_at) < now - KEPT))
    row = LineTest(
        station_id=of.station_id,
        participant_id=participant_id,
        taken_at=now,
        verdict=verdict_of(measured),
        loss_up=measured.loss_up,
        loss_down=measured.loss_down,
        round_trip=measured.round_trip,
        jitter=measured.jitter,
        rate_up=measured.rate_up,
        rate_down=measured.rate_down,
        relayed=measured.relayed,
    )
    session.add(row)
    await session.flush()
    return row


async def passed_lately(session: AsyncSession, *, of: Whose, now: datetime) -> bool:
    """Whether the last test of a line was passed, and within the hour."""
    rows = await session.exec(
        select(LineTest)
        .where(_about(of), col(LineTest.taken_at) > now - FRESH)
        .order_by(col(LineTest.id).desc())
        .limit(1)
    )
    last = rows.first()
    return last is not None and last.verdict in PASSED


async def latest_of_stations(
    session: AsyncSession, *, station_ids: Iterable[int]
) -> Mapping[int, LineTest]:
    """The last test of each station that was ever tested."""
    newest = (
        select(func.max(LineTest.id))
        .where(col(LineTest.station_id).in_(tuple(station_ids)))
        .group_by(col(LineTest.station_id))
    )
    rows = await session.exec(select(LineTest).where(col(LineTest.id).in_(newest)))
    return {row.station_id: row for row in rows.all() if row.station_id is not None}


async def tests_of_visit(session: AsyncSession, *, visit_id: int) -> Sequence[LineTest]:
    """The tests that the people of a visit made, the first first."""
    rows = await session.exec(
        select(LineTest)
        .join(Participant, col(Participant.id) == col(LineTest.participant_id))
        .where(Participant.visit_id == visit_id)
        .order_by(col(LineTest.id))
    )
    return rows.all()


def _about(of: Whose) -> ColumnElement[bool]:
    """A station is what is tested, whoever sits at it; else a participant's device."""
    if of.station_id is not None:
        return col(LineTest.station_id) == of.station_id
    return and_(
        col(LineTest.participant_id) == of.participant_id,
        col(LineTest.station_id).is_(None),
    )
