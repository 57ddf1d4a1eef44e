"""A recording that is finished, on a shelf, and the page that plays it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from tests.make import World
from tests.web import worlds
from tests.web.conftest import SETTINGS, Site
from visitation import audit
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.recordings import keys, paths, sealed
from visitation.recordings.keys import KeyWraps
from visitation.recordings.sealed import PIECE, Purpose, Sealer
from visitation.recordings.tables import Recording, RecordingFile
from visitation.visits import Visit, participants
from visitation.words import RecordingEnd, RecordingState
from web.keys import SETTINGS as WEB_SETTINGS
from web.keys import WebSettings
from web.recording_shelf import Shelf

REFERENCE = "recording-of-a-visit"
CONTENT = bytes(number * 7 % 251 for number in range(3 * PIECE + 1234))
WRAPS = KeyWraps("k1", {"k1": b"w" * 32})


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A recording in the database and on the disk, and the visit it is of."""

    recording: Recording
    visit: Visit
    files: list[RecordingFile]
    shelf: Shelf
    path: str = f"/recordings/{REFERENCE}"
    key: bytes = field(repr=False)

    def on_disk(self, number: int = 0) -> Path:
        return paths.file(
            self.shelf.directory, self.recording.reference, self.files[number].name
        )

    def address(self, number: int = 0) -> str:
        name = self.files[number].name.removesuffix(".sealed")
        return f"{self.path}/files/{name}"


def settings(directory: Path) -> WebSettings:
    """Pages that know a place for recordings."""
    return replace(SETTINGS, recordings=Shelf(directory=directory, wraps=WRAPS))


async def kept(
    site: Site,
    world: World,
    *,
    contents: Sequence[bytes] = (CONTENT, CONTENT[:5000]),
    visit: Visit | None = None,
    **columns: Any,
) -> Kept:
    """A finished recording of a visit: one file for each of its people."""
    visit = visit or await worlds.book(site, world)
    place = site.client.app[WEB_SETTINGS].recordings  # type: ignore[index]
    assert place is not None
    directory, key = place.directory, keys.make(lambda size: b"r" * size)
    recording = await _row(site, visit, columns)
    async with site.database.write() as session:
        people = await participants(session, visit.id)
        files = [
            RecordingFile(
                recording_id=recording.id,
                participant_id=one.id,
                name=paths.film_name(one.reference, 1),
                is_journal=False,
                starts_ms=2_000 * number,
                duration_ms=60_000 - 4_000 * number,
                width=640,
                height=360,
                size_bytes=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
            )
            for number, (one, content) in enumerate(zip(people, contents, strict=False))
        ]
        session.add_all(files)
    WRAPS.write_key(directory, recording.reference, key)
    home = paths.home(directory, recording.reference)
    for number, (file, content) in enumerate(zip(files, contents, strict=True)):
        (home / file.name).write_bytes(media(key, content, b"%016d" % number))
    told = {"files": [{"name": one.name, "codec": "vp8"} for one in files]}
    (home / paths.MANIFEST).write_bytes(manifest(key, told))
    return Kept(recording=recording, visit=visit, files=files, shelf=place, key=key)


async def _row(site: Site, visit: Visit, columns: dict[str, Any]) -> Recording:
    now = site.clock()
    values = {
        "reference": REFERENCE,
        "visit_id": visit.id,
        "visit_kind": visit.kind,
        "site_id": visit.prison_id,
        "state": RecordingState.FINISHED,
        "started_at": now - timedelta(hours=3),
        "ended_at": now - timedelta(hours=2),
        "finished_at": now - timedelta(hours=1),
        "end_reason": RecordingEnd.VISIT_ENDED,
        "seconds": 60,
        "size_bytes": len(CONTENT),
        "keep_until": now + timedelta(days=30),
    }
    async with site.database.write() as session:
        made = Recording(**(values | columns))
        session.add(made)
        await session.flush()
    return made


def media(key: bytes, content: bytes, stream: bytes) -> bytes:
    """A sealed file of even segments."""
    header = sealed.new_header(Purpose.MEDIA, stream)
    sealer, places = Sealer(key, header), range(0, max(1, len(content)), PIECE)
    return header + b"".join(
        sealer.seal(content[at : at + PIECE], last=at + PIECE >= len(content))
        for at in places
    )


def manifest(key: bytes, told: dict[str, Any]) -> bytes:
    header = sealed.new_header(Purpose.MANIFEST, b"m" * 16)
    return header + Sealer(key, header).seal(json.dumps(told).encode(), last=True)


async def ask(site: Site, found: Kept, **typed: str) -> int:
    """Give a reason; the status of the answer."""
    answer = await site.post(f"{found.path}/ask", {"reason": "case"} | typed)
    return answer.status


async def acts(database: Database, action: str) -> list[dict[str, Any]]:
    """The facts of what was put on record under a name, oldest first."""
    async with database.read() as session:
        rows = await session.exec(
            select(AuditEntry.facts)
            .where(AuditEntry.action == action)
            .order_by(col(AuditEntry.id))
        )
        return list(rows.all())


def flipped(path: Path, place: int) -> None:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


async def note_deleted(site: Site, found: Kept, why: str) -> None:
    """Put on record that the service deleted it."""
    async with site.database.write() as session:
        audit.note(
            session,
            audit.SYSTEM,
            "recording_deleted",
            f"recording:{found.recording.reference}",
            now=site.clock(),
            why=why,
        )
