"""A journal as far as it is whole, and what was wrong behind that."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from signaling.media.recording import journal
from signaling.media.recording.journal import Line, Malformed
from visitation.recordings.sealed import Tampered, Unsealer


class Torn:
    """What was found wrong with one journal.

    Attributes:
        how: a stable word, or empty; "cut" is what a crash leaves.
        segment: the first one that could not be used.
    """

    def __init__(self) -> None:
        self.how = ""
        self.segment = 0


def lines(path: Path, key: bytes, torn: Torn) -> Iterator[Line]:
    """What the journal says up to where something is wrong with it."""
    try:
        with path.open("rb") as file:
            yield from journal.read(_segments(file, key, torn))
    except Malformed:
        torn.how = "malformed"
    except FileNotFoundError:
        torn.how = "gone"


def _segments(file: BinaryIO, key: bytes, torn: Torn) -> Iterator[bytes]:
    torn.how, torn.segment = "", 0
    try:
        for segment in Unsealer(key, file).segments():
            yield segment
            torn.segment += 1
    except Tampered as found:
        torn.how, torn.segment = found.how, found.segment


def opening(said: Iterable[Line]) -> journal.Opening | None:
    """How the journal's clock stands to the wall; None if nothing of it is left."""
    first = next(iter(said), None)
    return first if isinstance(first, journal.Opening) else None
