"""A journal as far as it is whole, and what was wrong behind that."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from signaling.media.recording import journal
from signaling.media.recording.journal import Line, Malformed
from visitation.recordings.sealed import Tampered, Unsealer

#: In microseconds: no visit is longer, and no clock of ours goes back so far.
_LONGEST: Final = 12 * 3600 * 1_000_000
_BACK: Final = 1_000_000
#: A line that flaps all day begins fewer, and whoever sends sound and picture for as
#: long reports less.
_MOST_TRACKS: Final = 5000
_MOST_REPORTS: Final = 400_000


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
            yield from believed(journal.read(_segments(file, key, torn)))
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


def believed(said: Iterable[Line]) -> Iterator[Line]:
    """What somebody may have sent in a visit; the reader holds numbers of all of it.

    Raises:
        Malformed: at what nobody sends, which only a worker that lies writes.
    """
    first = newest = None
    tracks = reports = 0
    for line in said:
        if isinstance(line, journal.Packet | journal.TrackBegins):
            first = line.at if first is None else first
            newest = line.at if newest is None else max(newest, line.at)
            if newest - line.at > _BACK or newest - first > _LONGEST:
                raise Malformed("time")
        if isinstance(line, journal.TrackBegins):
            tracks += 1
            if tracks > _MOST_TRACKS:
                raise Malformed("tracks")
        elif isinstance(line, journal.Report):
            reports += 1
            if reports > _MOST_REPORTS:
                continue
        yield line


def opening(said: Iterable[Line]) -> journal.Opening | None:
    """How the journal's clock stands to the wall; None if nothing of it is left."""
    first = next(iter(said), None)
    return first if isinstance(first, journal.Opening) else None
