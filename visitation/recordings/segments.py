"""The bytes of a sealed file: its header, and where a segment begins and ends.

Knows one file's key and how a single segment opens under it; not in which order they
stand, nor what it means when one does not open. The layout is STREAM (Hoang and others,
2015): a key of its own for every file, and a nonce that counts.
"""

import os
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"VSF1"
STREAM_ID_BYTES = 16
HEADER_BYTES = len(MAGIC) + 1 + STREAM_ID_BYTES
KEY_BYTES = 32
TAG_BYTES = 16
#: The most that a segment holds; a length beyond it was never written.
LARGEST = 2**22
_HEAD = struct.Struct(">IIB4s")
HEAD_BYTES = _HEAD.size
_INFO = b"visitation recording "


class Purpose(IntEnum):
    """What a sealed file holds."""

    JOURNAL = 1
    MEDIA = 2
    MANIFEST = 3


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before a segment.

    Attributes:
        length: of the plain bytes.
        index: which segment it is, from 0.
        last: 1 for the last one, else 0.
        stream: the first bytes of the stream id of the file it was written for.
    """

    length: int
    index: int
    last: int
    stream: bytes

    def packed(self) -> bytes:
        """The head as it is written."""
        return _HEAD.pack(self.length, self.index, self.last, self.stream)

    @property
    def whole(self) -> int:
        """How many bytes the segment takes in the file."""
        return HEAD_BYTES + self.length + TAG_BYTES


class Cipher:
    """One file's key: seals and opens a segment with its head."""

    def __init__(self, key: bytes, header: bytes) -> None:
        if len(key) != KEY_BYTES or len(header) != HEADER_BYTES:
            raise ValueError("not a recording's key, or not a header")
        self.header = header
        self.stream = header[len(MAGIC) + 1 :][:4]
        derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=_INFO + header)
        self._cipher = AESGCM(derived.derive(key))

    def seal(self, head: Head, plain: bytes) -> bytes:
        """A segment as it is written, head and all."""
        packed = head.packed()
        return packed + self._cipher.encrypt(_nonce(head), plain, self.header + packed)

    def open(self, head: Head, sealed: bytes) -> bytes | None:
        """What was sealed under exactly this head, or None."""
        try:
            return self._cipher.decrypt(
                _nonce(head), sealed, self.header + head.packed()
            )
        except InvalidTag:
            return None


class Pieces:
    """The segments of a file by where they begin, whatever their order."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)

    def at(self, place: int, length: int) -> bytes:
        """So many bytes from a place, or as many as there are."""
        self._file.seek(place)
        return self._file.read(length)

    def head(self, place: int) -> Head | None:
        """The head at a place; None where the file ends before it does."""
        packed = self.at(place, HEAD_BYTES)
        return Head(*_HEAD.unpack(packed)) if len(packed) == HEAD_BYTES else None

    def opened(self, cipher: Cipher, head: Head, place: int) -> bytes | None:
        """What the segment at a place holds under a head, or None."""
        if head.length > LARGEST or place + head.whole > self.size:
            return None
        return cipher.open(head, self.at(place + HEAD_BYTES, head.length + TAG_BYTES))


def new_header(purpose: Purpose, stream_id: bytes) -> bytes:
    """The header of a new file; `stream_id` is 16 random bytes, new for every file."""
    if len(stream_id) != STREAM_ID_BYTES:
        raise ValueError("a stream id has 16 bytes")
    return MAGIC + bytes([Purpose(purpose)]) + stream_id


def _nonce(head: Head) -> bytes:
    return bytes(7) + head.index.to_bytes(4, "big") + bytes([head.last])
