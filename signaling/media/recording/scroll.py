"""One journal between the loop that takes packets and the thread that writes them.

The loop adds entries and never waits; the thread takes them out, seals them segment by
segment and writes. Refuses to know tracks, threads, and who is recorded.
"""

from collections import deque
from typing import Final

from signaling.media.recording import journal
from signaling.media.recording.disk import File, OpenFile
from signaling.media.recording.journal import Entry
from visitation.errors import VisitationError
from visitation.recordings.sealed import Purpose, Sealer, new_header

#: More than wait after many seconds of a good picture; a flood fills it sooner.
MOST_ENTRIES: Final = 4096
#: Of a datagram's length they make less than 256 KB.
_IN_A_SEGMENT: Final = 150
#: So many seconds in a row nothing was taken out.
MOST_SECONDS: Final = 5


class TooSlow(VisitationError):
    """Entries came faster than they could be written."""


class Scroll:
    """A journal that is being written.

    Attributes:
        participant: whose it is.
        path: of the file.
        add: adds an entry; the loop's, as all that has no other word.
        given_up: the loop wants nothing more of it; whatever waits is forgotten.
        on_disk: the first segment is there; the syncing thread's.
    """

    __slots__ = (
        "_file", "_key", "_sealer", "_seconds", "_stream", "_synced", "_waiting",
        "_written", "add", "given_up", "on_disk", "participant", "path",
    )  # fmt: skip

    def __init__(
        self, participant: str, path: str, *, key: bytes, stream: bytes, first: Entry
    ) -> None:
        self.participant = participant
        self.path = path
        self.given_up = self.on_disk = False
        self._key, self._stream = key, stream
        # What is too much pushes out what is oldest, and then the journal ends.
        self._waiting: deque[Entry] = deque([first], maxlen=MOST_ENTRIES)
        self.add = self._waiting.append
        self._seconds = 0
        self._written = self._synced = 0
        self._file: File | None = None
        self._sealer: Sealer | None = None

    def late(self) -> bool:
        """Asked once a second: nothing has been taken out for too long."""
        self._seconds += 1
        return self._seconds > MOST_SECONDS

    def open(self, open_file: OpenFile) -> None:
        """Begins the file; the writing thread's, as the next one.

        Raises:
            OSError: the file cannot be made, or not be written.
            ValueError: it is not a recording's key.
        """
        header = new_header(Purpose.JOURNAL, self._stream)
        self._sealer, self._key = Sealer(self._key, header), b""
        self._file = open_file(self.path)
        self._file.write(header)
        self.write()

    def write(self, *, last: bool = False) -> None:
        """Seals and writes what waits.

        Raises:
            OSError: the file does not take it.
            TooSlow: some of it was pushed out.
        """
        assert self._file is not None
        assert self._sealer is not None
        waiting = self._waiting
        left = len(waiting)
        if left == MOST_ENTRIES:
            raise TooSlow
        self._seconds = 0
        while left or last:
            some = min(left, _IN_A_SEGMENT)
            left -= some
            plain = journal.packed([waiting.popleft() for _ in range(some)])
            self._file.write(self._sealer.seal(plain, last=last and not left))
            self._written += 1
            last = last and left > 0

    def sync(self) -> None:
        """Brings what was written to the disk; the syncing thread's, as the next one.

        Raises:
            OSError: the disk did not take it.
        """
        written = self._written
        if written != self._synced and self._file is not None:
            self._file.sync()
            self._synced = written

    def close(self) -> None:
        """Gives the file up.

        Raises:
            OSError: the disk did not take what was written.
        """
        file, self._file = self._file, None
        if file is not None:
            file.close()
