"""Sealed files: written a segment at a time, read whole, or from anywhere in them.

Nothing is given out of a segment that is not exactly as, and where, it was written;
what is wrong is refused by a name of its own, with the number of the segment. Knows
bytes and one key; no names, no directories, and not what is sealed.
"""

from collections.abc import Iterator
from typing import BinaryIO

from visitation.recordings.diagnosis import why, why_more
from visitation.recordings.segments import (
    HEAD_BYTES,
    HEADER_BYTES,
    LARGEST,
    MAGIC,
    TAG_BYTES,
    Cipher,
    Head,
    Pieces,
    Purpose,
    new_header,
)
from visitation.recordings.tampered import (
    HEADER,
    Altered,
    Cut,
    Missing,
    Reordered,
    Spliced,
    Tampered,
)

__all__ = [
    "PIECE",
    "Altered",
    "Cut",
    "Missing",
    "Purpose",
    "RandomAccess",
    "Reordered",
    "Sealer",
    "Spliced",
    "Tampered",
    "Unsealer",
    "new_header",
]

#: What every segment of a file for random access holds, but the last.
PIECE = 2**16
_STRIDE = HEAD_BYTES + PIECE + TAG_BYTES
_MOST = 2**32 - 1


class Sealer:
    """Seals the segments of one file, in order."""

    def __init__(self, key: bytes, header: bytes) -> None:
        self._cipher = Cipher(key, header)
        self._index = 0
        self._over = False

    def seal(self, plain: bytes, *, last: bool = False) -> bytes:
        """The next segment, to be written behind the header and those before it.

        Raises:
            ValueError: after the last one, of too many, and of too much at once.
        """
        if self._over or self._index > _MOST or len(plain) > LARGEST:
            raise ValueError("no further segment, or not as large as this")
        head = Head(len(plain), self._index, int(last), self._cipher.stream)
        self._index, self._over = self._index + 1, last
        return self._cipher.seal(head, plain)


class Unsealer:
    """Opens a sealed file from its beginning."""

    def __init__(self, key: bytes, file: BinaryIO) -> None:
        self._key = key
        self._pieces = Pieces(file)

    def segments(self) -> Iterator[bytes]:
        """What each segment holds, to the last one.

        Raises:
            Tampered: at the first segment that is not as it was written.
        """
        cipher = _cipher(self._key, self._pieces)
        place, expected, last = HEADER_BYTES, 0, False
        while not last:
            head = self._pieces.head(place)
            plain = None
            if head and head.index == expected:
                plain = self._pieces.opened(cipher, head, place)
            if head is None or plain is None:
                raise why(self._pieces, self._key, cipher, expected, place)
            place, expected, last = place + head.whole, expected + 1, bool(head.last)
            yield plain
        if place < self._pieces.size:
            raise why_more(self._pieces, cipher, expected, place)

    def readable(self) -> Iterator[bytes]:
        """What each whole segment holds of a file that may end too early.

        Raises:
            Tampered: of anything but an end that is cut off.
        """
        try:
            yield from self.segments()
        except Cut:
            return


class RandomAccess:
    """Opens a sealed file of even segments at any place of it.

    Attributes:
        size: how many bytes it holds.
    """

    def __init__(self, key: bytes, file: BinaryIO) -> None:
        self._key, self._file = key, file
        self._pieces = Pieces(file)
        self._cipher = _cipher(key, self._pieces)
        self._last = max(0, (self._pieces.size - HEADER_BYTES - 1) // _STRIDE)
        self.size = self._last * PIECE + len(self._opened(self._last))

    def read(self, offset: int, length: int) -> bytes:
        """So many bytes from there on, or as many as there are.

        Raises:
            Tampered: if a segment that they lie in is not as it was written.
        """
        end = min(offset + length, self.size)
        if not 0 <= offset < end:
            return b""
        first, final = offset // PIECE, (end - 1) // PIECE
        plain = b"".join(self._opened(one) for one in range(first, final + 1))
        return plain[offset - first * PIECE : end - first * PIECE]

    def _opened(self, index: int) -> bytes:
        place = HEADER_BYTES + index * _STRIDE
        is_last = index == self._last
        head = self._pieces.head(place)
        plain = None
        if head and head.index == index and head.last == int(is_last):
            plain = self._pieces.opened(self._cipher, head, place)
        fits = head and (
            place + head.whole == self._pieces.size if is_last else head.length == PIECE
        )
        if plain is None or not fits:
            raise self._why(index)
        return plain

    def _why(self, index: int) -> Tampered:
        """What is wrong with the file, which only reading all of it tells."""
        try:
            for _segment in Unsealer(self._key, self._file).segments():
                pass
        except Tampered as found:
            return found
        return Altered(index)


def _cipher(key: bytes, pieces: Pieces) -> Cipher:
    header = pieces.at(0, HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        raise Cut(HEADER)
    if not header.startswith(MAGIC):
        raise Altered(HEADER)
    return Cipher(key, header)
