"""A journal's file: bytes are added at its end, and brought to the disk when told.

Knows the operating system and nothing of what it writes.
"""

import errno
import os
from collections.abc import Callable
from typing import Final, Protocol

from signaling.media.engine import RecordingFault

#: A full disk, a full quota, a file that may not grow.
_FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


class File(Protocol):
    """What a journal is written to; all of it may wait, and raise `OSError`."""

    def write(self, written: bytes) -> None:
        """Adds all of it at the end."""

    def sync(self) -> None:
        """Returns when what was added is on the disk."""

    def close(self) -> None:
        """Takes nothing more."""


OpenFile = Callable[[str], File]


class DiskFile:
    """A file that did not exist before, and that nobody else may read."""

    def __init__(self, path: str) -> None:
        new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, new, 0o600)

    def write(self, written: bytes) -> None:
        """Adds all of it at the end."""
        rest = memoryview(written)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def sync(self) -> None:
        """Returns when what was added is on the disk."""
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Takes nothing more."""
        os.close(self._descriptor)


def fault_of(error: BaseException) -> RecordingFault:
    """What an error of a file means to whoever records."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return "no_space"
    return "failed"
