"""The demonstration's recording: made as every other, and as whole."""

import hashlib
import io
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import av
from sqlmodel import select

from config import recorded, seed
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.recordings import listing, paths, reading
from visitation.recordings.keys import KeyWraps
from visitation.recordings.tables import Recording
from visitation.words import RecordingState
from web.recording_shelf import Shelf

NOW = datetime(2026, 11, 23, 8, 33, tzinfo=UTC)


async def test_the_demonstration_has_one_recording_that_plays(
    sqlite: Database, keyring: Keyring, tmp_path: Path
) -> None:
    shelf = Shelf(directory=tmp_path, wraps=KeyWraps("demo", {"demo": b"d" * 32}))
    await seed.fill(sqlite, keyring, password="a long password", now=NOW)
    reference = await recorded.fill(sqlite, keyring, shelf=shelf)
    async with sqlite.read() as session:
        (found,) = (await session.exec(select(Recording))).all()
        files = await listing.playable(session, found.id)
    home, key = shelf.folder(found), shelf.key(found)

    assert (found.reference, found.state) == (reference, RecordingState.FINISHED)
    assert {one.name for one in home.iterdir()} == {
        paths.KEY,
        paths.MANIFEST,
        *(one.name for one in files),
    }
    shown = Counter(one.participant_id for one in files)
    assert sorted(shown.values()) == [1, 1, 2]
    for one in files:
        content = b"".join(reading.whole(home / one.name, key))
        assert hashlib.sha256(content).hexdigest() == one.sha256
        with av.open(io.BytesIO(content)) as film:
            kinds = {type(frame).__name__ for frame in film.decode()}
        assert kinds == {"AudioFrame", "VideoFrame"}
