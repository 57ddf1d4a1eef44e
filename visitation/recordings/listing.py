"""Recordings as lists show them: those within somebody's reach, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.audit.tables import AuditEntry
from visitation.people.scope import Scope
from visitation.people.tables import Prisoner
from visitation.places.tables import Site
from visitation.recordings.tables import Recording, RecordingFile, RecordingPlay
from visitation.visits.tables import Visit
from visitation.words import RecordingState

#: A place in the list: when a recording began, and its id.
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to look for; whatever is None is not asked for.

    Attributes:
        since: that began at this instant or later.
        until: that began before this instant.
    """

    site_id: int | None = None
    state: RecordingState | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A recording, and what it is of."""

    recording: Recording
    visit: str
    prisoner: str
    prison: str


async def newest(
    session: AsyncSession,
    wanted: Wanted,
    *,
    scope: Scope,
    before: Place | None,
    limit: int,
) -> Sequence[Row]:
    """The recordings of the prisons in a scope, from one place of the list on."""
    rows = await session.exec(
        select(Recording, Visit.reference, Prisoner.name, Site.name)
        .join(Visit, col(Visit.id) == col(Recording.visit_id))
        .join(Prisoner, col(Prisoner.id) == col(Visit.prisoner_id))
        .join(Site, col(Site.id) == col(Recording.site_id))
        .where(scope.of_sites(), *_conditions(wanted, before))
        .order_by(col(Recording.started_at).desc(), col(Recording.id).desc())
        .limit(limit)
    )
    return [
        Row(recording=one, visit=visit, prisoner=prisoner, prison=prison)
        for one, visit, prisoner, prison in rows.all()
    ]


async def of_visit(session: AsyncSession, visit_id: int) -> Sequence[Recording]:
    """What was recorded of a visit, in its order."""
    rows = await session.exec(
        select(Recording)
        .where(Recording.visit_id == visit_id)
        .order_by(col(Recording.started_at), col(Recording.id))
    )
    return rows.all()


async def by_reference(session: AsyncSession, reference: str) -> Recording | None:
    """The recording of that name."""
    rows = await session.exec(select(Recording).where(Recording.reference == reference))
    return rows.first()


async def playable(session: AsyncSession, recording_id: int) -> Sequence[RecordingFile]:
    """The files of a recording that play, in the order in which they begin."""
    rows = await session.exec(
        select(RecordingFile)
        .where(
            RecordingFile.recording_id == recording_id,
            col(RecordingFile.is_journal).is_(False),
        )
        .order_by(col(RecordingFile.starts_ms), col(RecordingFile.id))
    )
    return rows.all()


async def was_played(
    session: AsyncSession, leave: RecordingPlay, file: RecordingFile
) -> bool:
    """Whether it is on record that a file was begun under a leave."""
    recording = await session.get_one(Recording, leave.recording_id)
    rows = await session.exec(
        select(AuditEntry.facts).where(
            AuditEntry.subject == f"recording:{recording.reference}",
            AuditEntry.action == "recording_played",
        )
    )
    return {"play": leave.id, "file": file.id} in rows.all()


def _conditions(wanted: Wanted, before: Place | None) -> list[ColumnElement[bool]]:
    began = col(Recording.started_at)
    found: list[ColumnElement[bool]] = []
    if wanted.site_id is not None:
        found.append(col(Recording.site_id) == wanted.site_id)
    if wanted.state is not None:
        found.append(col(Recording.state) == wanted.state)
    if wanted.since is not None:
        found.append(began >= wanted.since)
    if wanted.until is not None:
        found.append(began < wanted.until)
    if before is not None:
        at, number = before
        older = and_(began == at, col(Recording.id) < number)
        found.append(or_(began < at, older))
    return found
