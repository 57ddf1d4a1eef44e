"""PNG pictures without what programs write beside them: texts, times, places.

Pure; decodes nothing, so that no decoder meets what a stranger sends. Reads the chunks
of ISO/IEC 15948, checks each one's sum, and keeps those that a picture needs.
"""

import zlib
from collections.abc import Iterator
from typing import Final

from visitation.errors import VisitationError

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
LARGEST_SIDE: Final = 12_000
LARGEST_PIXELS: Final = 60_000_000
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_ANCILLARY = 0x20
#: Which depths go with which kind of colour.
_DEPTHS = {
    0: {1, 2, 4, 8, 16},
    2: {8, 16},
    3: {1, 2, 4, 8},
    4: {8, 16},
    6: {8, 16},
}
_HEADER_BYTES = 13
#: A chunk's length, name and sum.
_AROUND = 12


class NotAPng(VisitationError):
    """What was sent is no PNG that we keep."""


def plain(content: bytes) -> bytes:
    """The picture alone; what follows its end is left out.

    Raises:
        NotAPng: if it is none, is broken off, or is larger than we keep.
    """
    if not content.startswith(SIGNATURE):
        raise NotAPng
    kept, names = bytearray(SIGNATURE), []
    for name, chunk in _chunks(content):
        if name in _KEPT:
            kept += chunk
            names.append(name)
        elif not name[0] & _ANCILLARY:
            raise NotAPng
    _check_order(names)
    _check_header(bytes(kept[len(SIGNATURE) + 8 :][:_HEADER_BYTES]))
    return bytes(kept)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The name and the whole of each chunk, to the last."""
    at, name = len(SIGNATURE), b""
    while name != b"IEND":
        length = int.from_bytes(content[at : at + 4])
        end = at + _AROUND + length
        name = content[at + 4 : at + 8]
        if end > len(content) or not name.isalpha():
            raise NotAPng
        body = memoryview(content)[at + 4 : end - 4]
        if zlib.crc32(body) != int.from_bytes(content[end - 4 : end]):
            raise NotAPng
        yield name, content[at:end]
        at = end


def _check_order(names: list[bytes]) -> None:
    """One header first, one end last, and all of the picture in one run between."""
    pixels = [place for place, name in enumerate(names) if name == b"IDAT"]
    together = pixels and pixels[-1] - pixels[0] + 1 == len(pixels)
    once = all(names.count(name) <= 1 for name in _KEPT - {b"IDAT"})
    if not (together and once and names[0] == b"IHDR" and names[-1] == b"IEND"):
        raise NotAPng


def _check_header(header: bytes) -> None:
    width, height = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    depth, colour, packing, sieve, laced = header[8:]
    known = depth in _DEPTHS.get(colour, ()) and laced in {0, 1}
    if not known or packing or sieve:
        raise NotAPng
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise NotAPng
    if width * height > LARGEST_PIXELS:
        raise NotAPng
