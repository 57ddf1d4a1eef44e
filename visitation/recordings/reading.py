"""Opening the sealed files of a finished recording, wholly or a part.

Everything here reads disks and decrypts: whoever serves others meanwhile calls it in a
thread. Nothing plain is written anywhere. Knows no database and no person.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from visitation.errors import VisitationError
from visitation.recordings.paths import MANIFEST
from visitation.recordings.sealed import PIECE, RandomAccess, Tampered, Unsealer

#: How much is given at once; as much is held in memory for whoever reads.
_AT_ONCE = 4 * PIECE


class Gone(VisitationError):
    """A file of a recording, or its key, is not where it was."""


def size(path: Path, key: bytes) -> int:
    """How many bytes a file holds.

    Raises:
        Gone: if it is not there.
        Tampered: if its head or its end is not as it was written.
    """
    try:
        with path.open("rb") as file:
            return RandomAccess(key, file).size
    except OSError:
        raise Gone(path.name) from None


def pieces(path: Path, key: bytes, *, start: int, stop: int) -> Iterator[bytes]:
    """What a file holds from one byte up to another, piece by piece.

    Raises:
        Gone: if it is not there, or its key was destroyed meanwhile.
        Tampered: at the first segment that is not as it was written.
    """
    try:
        with path.open("rb") as file:
            opened = RandomAccess(key, file)
            for place in range(start, stop, _AT_ONCE):
                # A recording that is deleted stops in the middle of being played.
                if not path.exists():
                    raise Gone(path.name)
                yield opened.read(place, min(_AT_ONCE, stop - place))
    except OSError:
        raise Gone(path.name) from None


def whole(path: Path, key: bytes) -> Iterator[bytes]:
    """What a file holds, from its first byte to its last.

    Raises:
        Gone: if it is not there, or its key was destroyed meanwhile.
        Tampered: at the first segment that is not as it was written.
    """
    yield from pieces(path, key, start=0, stop=size(path, key))


def damage(path: Path, key: bytes) -> Tampered | Gone | None:
    """What is wrong with a file, having read all of it; None if nothing is."""
    try:
        with path.open("rb") as file:
            for _segment in Unsealer(key, file).segments():
                pass
    except Tampered as found:
        return found
    except OSError:
        return Gone(path.name)
    return None


def manifest(directory: Path, key: bytes) -> Mapping[str, Any]:
    """What was written down of a recording when it was finished.

    Raises:
        Gone: if it is not there.
        Tampered: if it is not as it was written.
    """
    try:
        with (directory / MANIFEST).open("rb") as file:
            text = b"".join(Unsealer(key, file).segments())
    except OSError:
        raise Gone(MANIFEST) from None
    read: Mapping[str, Any] = json.loads(text)
    return read
