"""A file for a while that can be written anywhere, of which the disk learns nothing.

Its sectors are sealed under a key that exists in this process only, each time with a
number that was never used; the file has no name, and is gone with the process.
"""

import os
import tempfile
from io import SEEK_CUR, SEEK_END, SEEK_SET
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECTOR: Final = 2**16
_TAG: Final = 16


class Scratch:
    """Bytes to write, seek in and read.

    Args:
        directory: on the disk that has room.
    """

    def __init__(self, directory: Path) -> None:
        # It lives as long as this object, which is no single block.
        self._file = tempfile.TemporaryFile(dir=directory, buffering=0)  # noqa: SIM115
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._nonces: list[int] = []
        self._used = 0
        self._at = self.size = 0
        self._sector, self._plain, self._changed = 0, bytearray(), False

    def write(self, data: bytes) -> int:
        """Writes where it stands.

        Raises:
            OSError: the disk does not take it.
        """
        view = memoryview(data)
        while view:
            sector, offset = divmod(self._at, SECTOR)
            self._turn_to(sector)
            some = view[: SECTOR - offset]
            if len(self._plain) < offset:
                self._plain.extend(bytes(offset - len(self._plain)))
            self._plain[offset : offset + len(some)] = some
            self._changed = True
            self._at += len(some)
            self.size = max(self.size, self._at)
            view = view[len(some) :]
        return len(data)

    def read(self, length: int = -1) -> bytes:
        """Reads so much from where it stands, or as much as there is."""
        left = self.size - self._at
        left = max(0, left if length < 0 else min(length, left))
        parts: list[bytes] = []
        while left:
            sector, offset = divmod(self._at, SECTOR)
            self._turn_to(sector)
            some = min(left, SECTOR - offset)
            part = bytes(self._plain[offset : offset + some])
            parts.append(part.ljust(some, b"\0"))
            self._at += some
            left -= some
        return b"".join(parts)

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Moves to a place; beyond the end there are zeros."""
        start = {SEEK_SET: 0, SEEK_CUR: self._at, SEEK_END: self.size}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        """Where it stands."""
        return self._at

    def close(self) -> None:
        """Gives the file up; twice does no harm."""
        self._file.close()

    def _turn_to(self, sector: int) -> None:
        if sector == self._sector:
            return
        if self._changed:
            self._put(self._sector, bytes(self._plain))
        self._plain = bytearray(self._taken(sector))
        self._sector, self._changed = sector, False

    def _put(self, sector: int, plain: bytes) -> None:
        self._nonces += [0] * (sector + 1 - len(self._nonces))
        self._used += 1
        self._nonces[sector] = self._used
        sealed = self._cipher.encrypt(_nonce(self._used), _padded(plain), None)
        place = sector * (SECTOR + _TAG)
        while sealed:
            written = os.pwrite(self._file.fileno(), sealed, place)
            sealed, place = sealed[written:], place + written

    def _taken(self, sector: int) -> bytes:
        if sector >= len(self._nonces) or not self._nonces[sector]:
            return b""
        length = SECTOR + _TAG
        sealed = os.pread(self._file.fileno(), length, sector * length)
        return self._cipher.decrypt(_nonce(self._nonces[sector]), sealed, None)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _padded(plain: bytes) -> bytes:
    return plain.ljust(SECTOR, b"\0")
