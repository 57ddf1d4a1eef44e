"""Looking through all recordings finds what is wrong, and nothing else."""

import hashlib
from pathlib import Path

import pytest

from tests.visitation.recordings.recorded import (
    END,
    begun,
    ended,
    film,
    finished,
    scene,
)
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.recordings import deleting, finishing, inspecting, keys, paths
from visitation.recordings.inspecting import Flaw, Kept
from visitation.recordings.keys import KeyWraps
from visitation.recordings.sealed import Purpose, Sealer, new_header

WRAPS = KeyWraps("first", {"first": b"w" * 32})
FILM, MANIFEST = "visitor-1.webm.sealed", paths.MANIFEST
DIGEST = hashlib.sha256(b"a film").hexdigest()
WHOLE = Kept(reference="rec-1", files={FILM: DIGEST}, is_finished=True)


async def test_what_there_should_be_is_what_was_not_deleted(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as session:
        told = await scene(session)
        recording = await ended(session, told, "finished")
        await finishing.finished(
            session, recording, [film(told)], 9, keep_days=9, now=END
        )
        await ended(session, await scene(session), "ended")
        await begun(session, await scene(session), "running")
        gone = await finished(session, await scene(session), "gone")
        paths.make_shelf(tmp_path)
        await deleting.delete(
            session, gone, directory=tmp_path, by=SYSTEM, now=END, why="staff"
        )

    async with database.read() as session:
        assert await inspecting.kept(session) == [
            Kept(reference="finished", files={FILM: "a" * 64}, is_finished=True),
            Kept(reference="ended", files={"visitor-1.journal": ""}, is_finished=False),
            Kept(reference="running", files={}, is_finished=False),
        ]


def _seal(path: Path, key: bytes, plain: bytes, *, last: bool = True) -> None:
    header = new_header(Purpose.MEDIA, path.name.encode()[:16].ljust(16))
    path.write_bytes(header + Sealer(key, header).seal(plain, last=last))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A finished recording as it should be."""
    key = keys.make()
    WRAPS.write_key(tmp_path, "rec-1", key)
    made = paths.home(tmp_path, "rec-1")
    _seal(made / FILM, key, b"a film")
    _seal(made / MANIFEST, key, b"{}")
    return made


def _flaws(home: Path, kept: Kept = WHOLE) -> list[tuple[str, str, str]]:
    found = inspecting.flaws(home.parent, WRAPS, [kept])
    return [(one.reference, one.file, one.how) for one in found]


def test_nothing_is_wrong_with_what_is_whole(home: Path) -> None:
    assert _flaws(home) == []
    assert list(inspecting.key_ids(home.parent)) == ["first"]


def test_each_flaw_is_named(home: Path) -> None:
    key = WRAPS.read_key(home.parent, "rec-1")
    _seal(home / FILM, key, b"another film")
    whole = (home / MANIFEST).read_bytes()
    (home / MANIFEST).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert _flaws(home) == [
        ("rec-1", FILM, "another file's"),
        ("rec-1", MANIFEST, "altered: segment 0"),
    ]
    (home / FILM).unlink()
    (home / MANIFEST).write_bytes(whole[:-1])
    assert _flaws(home) == [
        ("rec-1", FILM, "gone"),
        ("rec-1", MANIFEST, "cut: segment 0"),
    ]


def test_a_journal_may_end_early(home: Path) -> None:
    key = WRAPS.read_key(home.parent, "rec-1")
    _seal(home / "visitor-1.journal", key, b"lines", last=False)
    unfinished = Kept(
        reference="rec-1", files={"visitor-1.journal": ""}, is_finished=False
    )
    assert _flaws(home, unfinished) == []


def test_a_key_that_does_not_open_is_named(home: Path) -> None:
    other = KeyWraps("second", {"second": b"s" * 32})
    flaws = list(inspecting.flaws(home.parent, other, [WHOLE]))
    assert flaws == [Flaw(reference="rec-1", file="key", how="needs the key first")]
    (home / "key").write_bytes(b"{}")
    assert _flaws(home) == [("rec-1", "key", "altered")]
    assert list(inspecting.key_ids(home.parent)) == []
    (home / "key").unlink()
    assert _flaws(home) == [("rec-1", "key", "gone")]
    assert list(inspecting.key_ids(home.parent)) == []


def test_what_belongs_to_no_recording_is_named(home: Path) -> None:
    assert [
        (one.reference, one.how) for one in inspecting.flaws(home.parent, WRAPS, [])
    ] == [("rec-1", "nobody's")]


def test_what_a_file_system_keeps_for_itself_is_no_recording(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "lost+found").mkdir()
    assert "lost+found" not in inspecting.references(tmp_path)
    assert list(inspecting.key_ids(tmp_path)) == ["first"]
    assert list(inspecting.flaws(tmp_path, WRAPS, [WHOLE])) == []
