"""Looking through everything that lies in the directory of recordings.

For whoever is responsible for the machine: which keys are needed, and what is not as it
was written. Reads all of every file; shows nothing of what is in them.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.recordings import keys, paths
from visitation.recordings.keys import KeyDamaged, KeyMissing, KeyUnknown, KeyWraps
from visitation.recordings.sealed import Unsealer
from visitation.recordings.tables import Recording, RecordingFile
from visitation.recordings.tampered import Tampered
from visitation.words import RecordingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A recording that there should be, as the database has it.

    Attributes:
        files: the digest of each file that plays by its name; empty for a journal.
        is_finished: whether there is a manifest as well.
    """

    reference: str
    files: dict[str, str]
    is_finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong; `file` is empty where it is the recording as a whole."""

    reference: str
    file: str
    how: str


async def kept(session: AsyncSession) -> list[Kept]:
    """Every recording that was not deleted, the oldest first."""
    rows = await session.exec(
        select(Recording)
        .where(col(Recording.state) != RecordingState.DELETED)
        .order_by(col(Recording.id))
    )
    found = {
        one.id: Kept(
            reference=one.reference,
            files={},
            is_finished=one.state is RecordingState.FINISHED,
        )
        for one in rows.all()
    }
    files = await session.exec(select(RecordingFile).order_by(col(RecordingFile.id)))
    for file in files.all():
        if file.recording_id in found:
            found[file.recording_id].files[file.name] = file.sha256
    return list(found.values())


def references(directory: Path) -> list[str]:
    """The recordings that lie there."""
    return sorted(
        one.name
        for one in directory.iterdir()
        # A disk of its own has `lost+found` in it.
        if paths.is_reference(one.name) and one.is_dir()
    )


def key_ids(directory: Path) -> Iterator[str]:
    """The wrapping key of each recording that has one."""
    for reference in references(directory):
        try:
            yield keys.wrapped_by(directory, reference)
        except (KeyMissing, KeyDamaged):
            continue


def flaws(
    directory: Path, wraps: KeyWraps, expected: Collection[Kept]
) -> Iterator[Flaw]:
    """Whatever is wrong, recording by recording."""
    for one in expected:
        yield from _of(directory, wraps, one)
    known = {one.reference for one in expected}
    for reference in references(directory):
        if reference not in known:
            yield Flaw(reference=reference, file="", how="nobody's")


def _of(directory: Path, wraps: KeyWraps, one: Kept) -> Iterator[Flaw]:
    try:
        key = wraps.read_key(directory, one.reference)
    except KeyMissing:
        yield Flaw(reference=one.reference, file=paths.KEY, how="gone")
        return
    except KeyDamaged:
        yield Flaw(reference=one.reference, file=paths.KEY, how="altered")
        return
    except KeyUnknown as unknown:
        how = f"needs the key {unknown.key_id}"
        yield Flaw(reference=one.reference, file=paths.KEY, how=how)
        return
    wanted = one.files | ({paths.MANIFEST: ""} if one.is_finished else {})
    for name, digest in wanted.items():
        path = paths.file(directory, one.reference, name)
        how = _wrong(path, key, digest, is_whole=one.is_finished)
        if how:
            yield Flaw(reference=one.reference, file=name, how=how)


def _wrong(path: Path, key: bytes, digest: str, *, is_whole: bool) -> str:
    """What is wrong with a file in a word or two; empty if nothing is."""
    try:
        with path.open("rb") as file:
            opened = Unsealer(key, file)
            found = _digest(opened.segments() if is_whole else opened.readable())
    except FileNotFoundError:
        return "gone"
    except Tampered as tampered:
        return str(tampered)
    return "another file's" if digest and found != digest else ""


def _digest(segments: Iterable[bytes]) -> str:
    told = hashlib.sha256()
    for segment in segments:
        told.update(segment)
    return told.hexdigest()
