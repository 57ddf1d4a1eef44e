"""A recording is deleted with its key, never while it is held; that it was, stays."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from tests.visitation.recordings.recorded import (
    END,
    MINUTE,
    begun,
    ended,
    finished,
    noted,
    scene,
)
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.recordings import deleting, holding, keys, paths
from visitation.recordings.keys import KeyMissing, KeyWraps
from visitation.recordings.refusing import Elsewhere, OnHold, UnderWay
from visitation.recordings.tables import Recording, RecordingFile
from visitation.words import RecordingState, VisitKind

DAY = timedelta(days=1)
DAYS = {VisitKind.FAMILY: 90, VisitKind.OFFICIAL: 30}
WRAPS = KeyWraps("first", {"first": b"w" * 32})
LATER = END + 91 * DAY


def _on_disk(directory: Path, reference: str = "rec-1") -> Path:
    WRAPS.write_key(directory, reference, keys.make())
    home = paths.home(directory, reference)
    for name in ("visitor-1.webm.sealed", "left.journal", paths.MANIFEST):
        (home / name).write_bytes(b"sealed")
    return home


async def test_its_key_and_files_go_and_its_row_says_so(
    database: Database, tmp_path: Path
) -> None:
    home = _on_disk(tmp_path)
    async with database.write() as session:
        told = await scene(session)
        recording = await finished(session, told)
        for _ in range(2):
            await deleting.delete(
                session,
                recording,
                directory=tmp_path,
                by=told.warden,
                now=LATER,
                why="staff",
            )

    assert not home.exists()
    with pytest.raises(KeyMissing):
        WRAPS.read_key(tmp_path, "rec-1")
    async with database.read() as session:
        row = await session.get_one(Recording, recording.id)
        assert (row.state, row.deleted_at, row.size_bytes) == (
            RecordingState.DELETED,
            LATER,
            0,
        )
        assert (await session.exec(select(RecordingFile))).all() == []
        deleted = [one for one in await noted(session, row) if "deleted" in one[0]]
        assert deleted == [("recording_deleted", {"why": "staff"})]


async def test_what_was_begun_before_a_crash_is_ended(
    database: Database, tmp_path: Path
) -> None:
    home = _on_disk(tmp_path)
    keys.destroy_key(tmp_path, "rec-1")
    async with database.write() as session:
        recording = await finished(session, await scene(session))
        await deleting.delete(
            session,
            recording,
            directory=tmp_path,
            by=SYSTEM,
            now=LATER,
            why="retention",
        )
    assert not home.exists()
    assert recording.state is RecordingState.DELETED


async def test_what_is_held_is_not_deleted_until_it_is_released(
    database: Database, tmp_path: Path
) -> None:
    home = _on_disk(tmp_path)
    how = {"directory": tmp_path, "now": LATER, "why": "retention"}
    async with database.write() as session:
        told = await scene(session)
        recording, by = await finished(session, told), told.warden
        for _ in range(2):
            await holding.hold(session, recording, by=by, now=END)
        assert (recording.held_by_id, recording.held_at) == (told.account.id, END)
        assert await deleting.due(session, DAYS, now=LATER) == []
        with pytest.raises(OnHold):
            await deleting.delete(session, recording, by=SYSTEM, **how)
        assert home.exists()

        for _ in range(2):
            await holding.release(session, recording, by=by, now=END)
        assert (recording.held_by_id, recording.held_at) == (None, None)
        assert await deleting.due(session, DAYS, now=LATER) == [recording]
        await deleting.delete(session, recording, by=SYSTEM, **how)
        with pytest.raises(NotFound):
            await holding.hold(session, recording, by=by, now=LATER)
        assert (await noted(session, recording))[-3:] == [
            ("recording_hold", {"reason": "other"}),
            ("recording_release", {}),
            ("recording_deleted", {"why": "retention"}),
        ]
    assert not home.exists()


async def test_a_hold_that_another_has_just_put_on_it_stands(
    database: Database, tmp_path: Path
) -> None:
    home = _on_disk(tmp_path)
    async with database.write() as session:
        told = await scene(session)
        recording = await finished(session, told)
    async with database.write() as session:
        found = await session.get_one(Recording, recording.id)
        await holding.hold(session, found, by=told.warden, now=END)
    async with database.write() as session:
        # As it was read before the hold.
        stale = session.sync_session.merge(recording, load=False)
        assert not stale.held
        with pytest.raises(OnHold):
            await deleting.delete(
                session,
                stale,
                directory=tmp_path,
                by=SYSTEM,
                now=LATER,
                why="retention",
            )
    assert home.exists()


async def test_what_is_still_made_is_not_deleted(
    database: Database, tmp_path: Path
) -> None:
    how = {"directory": tmp_path, "by": SYSTEM, "now": LATER}
    async with database.write() as session:
        recording = await begun(session, await scene(session))
        with pytest.raises(UnderWay):
            await deleting.delete(session, recording, why="staff", **how)
        with pytest.raises(Invalid):
            await deleting.delete(session, recording, why="because", **how)


async def test_what_lies_elsewhere_is_not_deleted_here(
    database: Database, tmp_path: Path
) -> None:
    how = {"directory": tmp_path, "by": SYSTEM, "now": LATER, "why": "staff"}
    async with database.write() as session:
        recording = await finished(session, await scene(session))
    with pytest.raises(Elsewhere):
        async with database.write() as session:
            found = await session.get_one(Recording, recording.id)
            await deleting.delete(session, found, **how)
    async with database.read() as session:
        found = await session.get_one(Recording, recording.id)
        assert (found.state, found.deleted_at) == (RecordingState.FINISHED, None)
        assert len((await session.exec(select(RecordingFile))).all()) == 1


async def test_what_was_never_written_here_is_deleted(
    database: Database, tmp_path: Path
) -> None:
    paths.make_shelf(tmp_path)
    async with database.write() as session:
        recording = await finished(session, await scene(session))
        await deleting.delete(
            session, recording, directory=tmp_path, by=SYSTEM, now=LATER, why="staff"
        )
    assert recording.state is RecordingState.DELETED


def test_what_is_put_there_while_it_is_deleted_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _on_disk(tmp_path)
    removed, late = Path.rmdir, [paths.KEY, "late.part", "later.part"]

    def rmdir(path: Path) -> None:
        if late:
            (path / late.pop()).write_bytes(b"just now")
        removed(path)

    monkeypatch.setattr(Path, "rmdir", rmdir)
    deleting.erase(tmp_path, "rec-1")
    assert not home.exists()


async def test_each_kind_is_kept_its_own_days_from_its_end_on(
    database: Database,
) -> None:
    async with database.write() as session:
        family = await finished(session, await scene(session), "family")
        official = await scene(session, VisitKind.OFFICIAL)
        other = await finished(session, official, "official")
        unfinished = await ended(session, await scene(session), "unfinished")
        await begun(session, await scene(session), "running")

        async def due(days: int) -> list[Recording]:
            return list(await deleting.due(session, DAYS, now=END + days * DAY))

        assert await due(29) == []
        assert await due(30) == await due(89) == [other]
        assert await due(90) == [family, other, unfinished]
        almost = END + 30 * DAY - MINUTE
        assert await deleting.due(session, DAYS, now=almost) == []
