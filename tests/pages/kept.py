"""Recordings for the pages: one that plays, one deleted, one that stopped by itself."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import cast, recorded
from config.settings import RecordingsSection
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.people import Prisoner
from visitation.recordings import deleting
from visitation.recordings.tables import Recording
from visitation.visits import Visit
from visitation.words import RecordingEnd, RecordingState
from web.recording_shelf import Shelf


def section(folder: Path) -> RecordingsSection:
    """The settings of a place for recordings."""
    return RecordingsSection(
        directory=folder / "recordings",
        key_id="pages",
        keys={"pages": {"secret": "r" * 40}},
    )


async def fill(
    database: Database, keyring: Keyring, shelf: Shelf | None, *, now: datetime
) -> dict[str, str]:
    """Leave all behind; the references of the first two."""
    assert shelf is not None
    played = await recorded.fill(database, keyring, shelf=shelf)
    async with database.write() as session:
        gone = await _finished(session, keyring.reference(), now)
        await deleting.delete(
            session,
            gone,
            directory=shelf.directory,
            by=SYSTEM,
            now=now - timedelta(hours=1),
            why="retention",
        )
        stopped = await _finished(session, keyring.reference(), now)
        stopped.state = RecordingState.ENDED
        stopped.end_reason = RecordingEnd.NO_SPACE
        return {"recorded": played, "gone": gone.reference}


async def _finished(session: AsyncSession, reference: str, now: datetime) -> Recording:
    visit = (
        await session.exec(
            select(Visit)
            .join(Prisoner, col(Prisoner.id) == col(Visit.prisoner_id))
            .where(Prisoner.number == cast.PLAYED[1][0])
            .order_by(col(Visit.starts_at))
        )
    ).first()
    assert visit is not None
    made = Recording(
        reference=reference,
        visit_id=visit.id,
        visit_kind=visit.kind,
        site_id=visit.prison_id,
        state=RecordingState.FINISHED,
        started_at=visit.starts_at,
        ended_at=visit.starts_at + timedelta(minutes=20),
        end_reason=RecordingEnd.VISIT_ENDED,
        seconds=1200,
        size_bytes=90_000_000,
        keep_until=now,
    )
    session.add(made)
    await session.flush()
    return made
