"""A recording begins where the prison records and everybody who was asked agreed."""

import pytest
from sqlmodel import select

from tests.conftest import NOON
from tests.visitation.recordings.recorded import MINUTE, agreed, begun, noted, scene
from visitation.audit import SYSTEM, Actor
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import NotFound
from visitation.recordings import beginning, consenting, finishing, going
from visitation.recordings.refusing import NotRecorded, NotUnderWay, Privileged
from visitation.recordings.tables import Recording, RecordingConsent
from visitation.words import Recorded, RecordingEnd, RecordingState, VisitKind


async def test_what_each_says_is_kept_and_the_newest_counts(
    database: Database,
) -> None:
    async with database.write() as session:
        told = await scene(session)
        mother, by = told.visitor, Actor.participant(told.visitor.id)
        for given in (False, False, True, True):
            await consenting.consent(session, mother, given, by=by, now=NOON)

    async with database.read() as session:
        assert await consenting.consents(session, told.visit.id) == {
            mother.reference: True
        }
        kept = await session.exec(select(RecordingConsent.given))
        assert kept.all() == [False, True]
        entries = await session.exec(
            select(AuditEntry.action, AuditEntry.actor, AuditEntry.subject).where(
                AuditEntry.visit_id == told.visit.id
            )
        )
        key = f"participant:{mother.id}"
        assert list(map(tuple, entries)) == [
            ("recording_refused", key, key),
            ("recording_agreed", key, key),
        ]


async def test_nobody_is_asked_in_a_legal_visit(database: Database) -> None:
    async with database.write() as session:
        told = await scene(session, VisitKind.LEGAL)
        with pytest.raises(Privileged):
            await consenting.consent(session, told.visitor, True, by=SYSTEM, now=NOON)


@pytest.mark.parametrize("recorded", list(Recorded))
async def test_a_legal_visit_is_refused_whatever_its_prison_wants(
    database: Database, recorded: Recorded
) -> None:
    async with database.write() as session:
        told = await scene(session, VisitKind.LEGAL, recorded=recorded)
        with pytest.raises(Privileged):
            await beginning.begin(
                session, told.visit, reference="rec-1", by=SYSTEM, now=NOON
            )
        assert (await session.exec(select(Recording))).all() == []


@pytest.mark.parametrize("kind", [VisitKind.FAMILY, VisitKind.OFFICIAL])
async def test_a_recording_begins(database: Database, kind: VisitKind) -> None:
    async with database.write() as session:
        told = await scene(session, kind)
        recording = await begun(session, told)

    async with database.read() as session:
        row = await session.get_one(Recording, recording.id)
        assert (row.visit_id, row.visit_kind, row.site_id, row.state) == (
            told.visit.id,
            kind,
            told.visit.prison_id,
            RecordingState.RUNNING,
        )
        assert row.started_at == NOON
        assert await noted(session, row) == [("recording_begin", {})]


async def test_nothing_begins_where_the_prison_records_nothing(
    database: Database,
) -> None:
    async with database.write() as session:
        told = await scene(session, recorded=Recorded.NEVER)
        with pytest.raises(NotRecorded):
            await begun(session, told)


async def test_nothing_begins_while_somebody_did_not_agree_or_nobody_was_asked(
    database: Database,
) -> None:
    async with database.write() as session:
        told = await scene(session)
        with pytest.raises(NotRecorded):
            await beginning.begin(
                session, told.visit, reference="rec-1", by=SYSTEM, now=NOON
            )
        await agreed(session, told)
        await consenting.consent(session, told.prisoner, False, by=SYSTEM, now=NOON)
        with pytest.raises(NotRecorded):
            await beginning.begin(
                session, told.visit, reference="rec-1", by=SYSTEM, now=NOON
            )


async def test_journals_begin_in_it_while_it_is_made(database: Database) -> None:
    async with database.write() as session:
        told, other = await scene(session), await scene(session)
        recording = await begun(session, told)
        first, second = [
            await beginning.journal(
                session, recording, one, f"{one.reference}-1.journal", now=at
            )
            for one, at in ((told.prisoner, NOON), (told.visitor, NOON + MINUTE))
        ]
        with pytest.raises(NotFound):
            await beginning.journal(session, recording, other.visitor, "x", now=NOON)

        assert (first.starts_ms, second.starts_ms) == (0, 60_000)
        assert await finishing.journals(session, recording) == [
            (first.name, told.prisoner.reference),
            (second.name, told.visitor.reference),
        ]
        await going.end(
            session, recording, RecordingEnd.STAFF, by=told.warden, now=NOON
        )
        with pytest.raises(NotUnderWay):
            await beginning.journal(session, recording, told.visitor, "y", now=NOON)
