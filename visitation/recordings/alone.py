"""Which process records to a directory and finishes what lies there: one at a time.

Reading, checking, wrapping keys anew and deleting need no such right. The system takes
it back from a process that ends, however it ends.
"""

import fcntl
import os
from pathlib import Path

from visitation.errors import VisitationError

#: Lies in the directory of all recordings, and is locked, not written.
LOCK = "lock"


class Taken(VisitationError):
    """Another process records to the directory; the message says what to do."""


class Alone:
    """The right of this process to record to a directory.

    Args:
        directory: that of all recordings.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._handle: int | None = None

    def take(self) -> None:
        """Have the right; asked again, also to a disk that has come there since.

        Raises:
            Taken: if another process has it.
            OSError: if there is no such place, and none can be made.
        """
        if self._has():
            return
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise Taken(
                f"recordings.directory: another process records to {self._directory}. "
                "Stop that one, or set recordings.record = false here: pages and "
                "the periodic work do without."
            ) from None
        except OSError:
            os.close(handle)
            raise
        self.release()
        self._handle = handle

    def release(self) -> None:
        """Let another process have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _has(self) -> bool:
        if self._handle is None:
            return False
        try:
            found = (self._directory / LOCK).stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(found, os.fstat(self._handle))
