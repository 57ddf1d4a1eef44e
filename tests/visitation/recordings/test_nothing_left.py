"""After a recording was deleted, no disk, database or log has its words or its key."""

import base64
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from tests.visitation.recordings.recorded import END, ended, film, scene
from visitation.database import Database
from visitation.recordings import deleting, finishing, keys, paths, playing
from visitation.recordings.keys import KeyWraps
from visitation.recordings.sealed import Purpose, Sealer, new_header
from visitation.recordings.tables import Recording
from visitation.words import PlayReason

REFERENCE = "recording-that-goes"
#: Nothing else in the house says this.
SAID = b"the canary of block seven sings at a quarter past nine"
WRAPS = KeyWraps("first", {"first": b"w" * 32})


def _forms(secret: bytes) -> tuple[bytes, ...]:
    """A secret as it may be written."""
    return secret, secret.hex().encode(), base64.b64encode(secret)


def _sealed(path: Path, key: bytes, *, last: bool) -> bytes:
    """Seal what was said into a file; the middle of what lies on the disk then."""
    header = new_header(Purpose.MEDIA, path.name.encode()[:16].ljust(16))
    file = header + Sealer(key, header).seal(SAID * 50, last=last)
    path.write_bytes(file)
    return file[1000:1040]


def _recorded(directory: Path) -> Mapping[str, tuple[bytes, ...]]:
    """A recording with its journal and film; everything that must not be left."""
    key = keys.make()
    WRAPS.write_key(directory, REFERENCE, key)
    home = paths.home(directory, REFERENCE)
    told = json.loads((home / paths.KEY).read_bytes())
    names = ("visitor-1.journal", "visitor-1.webm.sealed", paths.MANIFEST)
    return {
        "key": _forms(key),
        "wrapped key": _forms(base64.b64decode(told["key"])),
        "content": _forms(SAID),
        "sealed content": tuple(
            _sealed(home / name, key, last=name != names[0]) for name in names
        ),
    }


def _files(database: Database, url: str, directory: Path) -> list[Path]:
    """All that was written: the recordings, and the database with its log."""
    parsed = make_url(url)
    if database.is_sqlite:
        file = Path(parsed.database or "")
        kept = [file, file.with_name(f"{file.name}-wal")]
    else:
        data = Path(str(parsed.query.get("host", ""))) / "data"
        if not (data / "pg_wal").is_dir():
            pytest.skip("the server's files are not on this machine")
        kept = [one for one in data.rglob("*") if one.is_file()]
        assert any(one.parent.name == "pg_wal" for one in kept)
    return [*kept, *(one for one in directory.rglob("*") if one.is_file())]


def _found(files: Iterable[Path], wanted: Mapping[str, tuple[bytes, ...]]) -> set[str]:
    """What of it stands in some file."""
    found = set()
    for file in files:
        content = file.read_bytes()
        found |= {
            name
            for name, forms in wanted.items()
            if any(one in content for one in forms)
        }
    return found


async def _on_disk(database: Database) -> None:
    """Have what the server holds in memory written where it can be searched."""
    if not database.is_sqlite:
        async with database.write() as session:
            await session.exec(text("CHECKPOINT"))  # type: ignore[call-overload]


async def test_neither_content_nor_key_is_left(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    directory = tmp_path / "recordings"
    directory.mkdir()
    secrets = _recorded(directory)
    reference = {"reference": (REFERENCE.encode(),)}
    async with database.write() as session:
        told = await scene(session)
        recording = await ended(session, told, REFERENCE)
        await finishing.finished(
            session, recording, [film(told)], 600, keep_days=90, now=END
        )
        await playing.ask(
            session,
            recording,
            reason=PlayReason.COMPLAINT,
            note="",
            by=told.warden,
            now=END,
        )
    await _on_disk(database)
    before = _found(_files(database, database_url, directory), secrets | reference)

    async with database.write() as session:
        await deleting.delete(
            session,
            await session.get_one(Recording, recording.id),
            directory=directory,
            by=told.warden,
            now=END,
            why="staff",
        )
    await _on_disk(database)

    # The search finds what is there: that there was a recording stays.
    assert before == {"wrapped key", "sealed content", "reference"}
    files = _files(database, database_url, directory)
    assert _found(files, secrets | reference) == {"reference"}
    assert [one.name for one in directory.iterdir()] == [paths.SHELF]
