"""JPEG pictures without what cameras write beside them: place, device, previews.

Pure; decodes nothing, so that no decoder meets what a stranger sends. Reads the markers
of ITU-T T.81, Annex B.
"""

from typing import Final

from visitation.errors import VisitationError

LARGEST_BYTES: Final = 1024 * 1024
LARGEST_SIDE: Final = 4096
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_STUFFED, _FILL = 0x00, 0xFF
_RESTARTS = range(0xD0, 0xD8)
#: Baseline, extended and progressive frames: what every browser shows.
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
#: Tables that a picture needs: Huffman, quantization, restart interval.
_TABLES = frozenset({0xC4, 0xDB, 0xDD})
#: What tells a decoder how colours are written.
_ADOBE = 0xEE


class NotAPicture(VisitationError):
    """What was sent is no JPEG that we keep."""


def plain(
    content: bytes, *, most: int = LARGEST_BYTES, side: int = LARGEST_SIDE
) -> bytes:
    """The picture alone, of so many bytes and so many pixels a side at most.

    Raises:
        NotAPicture: if it is none, is broken off, or is larger than we keep.
    """
    if len(content) > most or content[:2] != bytes((_FILL, _START)):
        raise NotAPicture
    kept, at, has_frame = bytearray(content[:2]), 2, False
    while True:
        marker, segment, at = _segment(content, at)
        if marker == _END:
            break
        if marker in _FRAMES:
            has_frame = _fits(segment, side)
        if marker in _FRAMES | _TABLES or marker in {_SCAN, _ADOBE}:
            kept += segment
        if marker == _SCAN:
            end = _end_of_scan(content, at)
            kept += content[at:end]
            at = end
    if not has_frame:
        raise NotAPicture
    return bytes(kept + bytes((_FILL, _END)))


def _segment(content: bytes, at: int) -> tuple[int, bytes, int]:
    """A marker, its whole segment, and where the next begins."""
    head = content[at : at + 4]
    if head[:2] == bytes((_FILL, _END)):
        return _END, b"", at + 2
    if len(head) < 4 or head[0] != _FILL:  # noqa: PLR2004 - a marker and a length
        raise NotAPicture
    length = int.from_bytes(head[2:4])
    end = at + 2 + length
    if length < 2 or end > len(content):  # noqa: PLR2004 - the length counts itself
        raise NotAPicture
    return head[1], content[at:end], end


def _fits(frame: bytes, side: int) -> bool:
    height, width = int.from_bytes(frame[5:7]), int.from_bytes(frame[7:9])
    if not (0 < height <= side and 0 < width <= side):
        raise NotAPicture
    return True


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the coded picture ends: at the next marker that is not part of it."""
    while True:
        at = content.find(_FILL, at)
        if at < 0 or at + 1 >= len(content):
            raise NotAPicture
        after = content[at + 1]
        if after != _STUFFED and after not in _RESTARTS and after != _FILL:
            return at
        at += 1 if after == _FILL else 2
