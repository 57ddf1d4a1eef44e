"""The database itself refuses to keep anything of a privileged visit."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, select, update

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from visitation.database import Database
from visitation.recordings.tables import Recording, RecordingFile
from visitation.visits import Visit
from visitation.words import RecordingState, VisitKind


def _of(visit: Visit, reference: str = "r1", **columns: Any) -> Recording:
    return Recording(
        **{
            "reference": reference,
            "visit_id": visit.id,
            "visit_kind": visit.kind,
            "site_id": visit.prison_id,
            "state": RecordingState.RUNNING,
            "started_at": NOON,
            **columns,
        }
    )


async def _visit(database: Database, kind: VisitKind) -> Visit:
    async with database.write() as session:
        visit, _people = await booked(session, await make.world(session), kind=kind)
    return visit


@pytest.mark.parametrize("said", list(VisitKind))
async def test_no_recording_of_a_legal_visit_whatever_it_says_it_is_of(
    database: Database, said: VisitKind
) -> None:
    visit = await _visit(database, VisitKind.LEGAL)

    with pytest.raises(DBAPIError, match=r"never|privileged"):
        async with database.write() as session:
            session.add(_of(visit, visit_kind=said))

    async with database.read() as session:
        assert (await session.exec(select(Recording))).all() == []


async def test_a_recording_is_of_its_visits_own_kind(database: Database) -> None:
    visit = await _visit(database, VisitKind.FAMILY)

    with pytest.raises(DBAPIError, match="of its own kind"):
        async with database.write() as session:
            session.add(_of(visit, visit_kind=VisitKind.OFFICIAL))


async def test_nor_becomes_one_of_another_visit(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        family, _people = await booked(session, world)
        legal, _people = await booked(
            session, world, kind=VisitKind.LEGAL, starts_at=NOON + timedelta(hours=2)
        )
        session.add(_of(family))

    with pytest.raises(DBAPIError, match="of its own kind"):
        async with database.write() as session:
            await session.exec(update(Recording).values(visit_id=legal.id))


async def test_a_recorded_visit_does_not_become_privileged(database: Database) -> None:
    visit = await _visit(database, VisitKind.FAMILY)
    async with database.write() as session:
        session.add(_of(visit))

    with pytest.raises(DBAPIError, match="of its own kind"):
        async with database.write() as session:
            await session.exec(
                update(Visit).where(col(Visit.id) == visit.id).values(kind="legal")
            )


async def test_one_recording_of_a_visit_is_under_way(database: Database) -> None:
    visit = await _visit(database, VisitKind.FAMILY)
    async with database.write() as session:
        session.add(_of(visit, "first", state=RecordingState.FINISHED))
        session.add(_of(visit, "second"))

    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(_of(visit, "third", state=RecordingState.PAUSED))


async def test_a_file_has_its_name_alone(database: Database) -> None:
    async with database.write() as session:
        visit, (prisoner, visitor) = await booked(session, await make.world(session))
        recording = _of(visit, size_bytes=2**40)
        session.add(recording)
        await session.flush()
        session.add(
            RecordingFile(
                recording_id=recording.id, participant_id=prisoner.id, name="a-1"
            )
        )

    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(
                RecordingFile(
                    recording_id=recording.id, participant_id=visitor.id, name="a-1"
                )
            )
