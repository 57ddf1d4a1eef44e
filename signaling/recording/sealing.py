"""Finished files on the disk: sealed, named only when they are whole, and read again.

Knows one directory and one key; nothing of what is in the files.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from visitation.errors import VisitationError
from visitation.recordings import paths
from visitation.recordings.sealed import (
    PIECE,
    Purpose,
    RandomAccess,
    Sealer,
    new_header,
)

#: What is not whole yet ends like this.
PART: Final = ".part"
_AT_ONCE: Final = 16 * PIECE


class NotAsWritten(VisitationError):
    """What was read back is not what was written."""


class Readable(Protocol):
    """Something to read from its beginning."""

    def read(self, length: int, /) -> bytes:
        """At most so many bytes; none at the end."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file that was written and read again; both of what it holds."""

    size: int
    sha256: str


def seal(path: Path, key: bytes, purpose: Purpose, content: Readable) -> Sealed:
    """Writes a sealed file, and opens it again.

    Raises:
        OSError: the disk does not take it.
        NotAsWritten: it gives back something else.
    """
    part = path.with_name(path.name + PART)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "wb") as file:  # noqa: PTH123  # a handle has no path
        written = _fill(file, key, purpose, content)
        file.flush()
        os.fsync(handle)
    part.replace(path)
    paths.settle(path.parent)
    if _read_again(path, key) != written:
        raise NotAsWritten(path.name)
    return written


def _fill(file: BinaryIO, key: bytes, purpose: Purpose, content: Readable) -> Sealed:
    header = new_header(purpose, os.urandom(16))
    sealer, digest, size = Sealer(key, header), hashlib.sha256(), 0
    file.write(header)
    for piece, last in _pieces(content):
        file.write(sealer.seal(piece, last=last))
        digest.update(piece)
        size += len(piece)
    return Sealed(size, digest.hexdigest())


def _pieces(content: Readable) -> Iterator[tuple[bytes, bool]]:
    piece = content.read(PIECE)
    while following := content.read(PIECE):
        yield piece, False
        piece = following
    yield piece, True


def _read_again(path: Path, key: bytes) -> Sealed:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        opened = RandomAccess(key, file)
        for place in range(0, opened.size, _AT_ONCE):
            digest.update(opened.read(place, _AT_ONCE))
    return Sealed(opened.size, digest.hexdigest())


def clear(directory: Path) -> None:
    """Takes away what an earlier attempt left."""
    for each in directory.iterdir():
        if each.name.endswith((".sealed", PART)):
            each.unlink()
