"""H264 out of RTP (RFC 6184): single units, aggregates and fragments, to Annex B.

Reads as much of the parameters as the size of the picture takes (H.264 §7.3.2.1.1) and
decodes nothing. A key frame without parameters gets the last ones before it.
"""

import struct
from typing import Final

from signaling.recording.pictures import Pictures, Shape

_PREFIX: Final = b"\0\0\0\1"
_IDR: Final = 5
_SEQUENCE: Final = 7
_PICTURE: Final = 8
_DELIMITER: Final = 9
_STAP_A: Final = 24
_FU_A: Final = 28
#: Profiles whose parameters say more about colours.
_HIGH: Final = frozenset((100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135))


class H264Pictures(Pictures):
    """Puts H264 pictures together.

    Args:
        parameters: units that were told before the first packet.
    """

    def __init__(self, parameters: tuple[bytes, ...] = ()) -> None:
        super().__init__()
        self._kept: dict[int, bytes] = {}
        self._kinds: set[int] = set()
        self._open = False
        for unit in parameters:
            self._note(unit)

    def _forget(self) -> None:
        self._kinds = set()
        self._open = False

    def _begins(self, payload: bytes, *, torn: bool) -> bool:
        # Pictures have no mark at their beginning. Where nothing is missing they begin
        # behind the end of another, and where something is, with parameters.
        kind = payload[0] & 0x1F
        if kind == _STAP_A and len(payload) > 3:
            kind = payload[3] & 0x1F
        return not torn or kind in (_SEQUENCE, _DELIMITER)

    def _add(self, payload: bytes) -> bool:
        kind = payload[0] & 0x1F
        if kind == _FU_A:
            return self._add_fragment(payload)
        if self._open:
            return False
        if kind == _STAP_A:
            return self._add_aggregate(payload)
        if not 1 <= kind < _STAP_A:
            return False
        self._add_unit(payload)
        return True

    def _add_unit(self, unit: bytes) -> None:
        self._kinds.add(unit[0] & 0x1F)
        self._note(unit)
        self._parts.append(_PREFIX + unit)

    def _add_aggregate(self, payload: bytes) -> bool:
        at = 1
        while at + 2 < len(payload):
            (size,) = struct.unpack_from("!H", payload, at)
            unit = payload[at + 2 : at + 2 + size]
            if not unit or len(unit) < size:
                return False
            self._add_unit(unit)
            at += 2 + size
        return at == len(payload)

    def _add_fragment(self, payload: bytes) -> bool:
        if len(payload) < 3:
            return False
        first, last = payload[1] & 0x80, payload[1] & 0x40
        if bool(first) == self._open:
            return False
        if first:
            head = payload[0] & 0xE0 | payload[1] & 0x1F
            self._kinds.add(head & 0x1F)
            self._parts.append(_PREFIX + bytes((head,)))
        self._parts.append(payload[2:])
        self._open = not last
        return True

    def _note(self, unit: bytes) -> None:
        if unit and unit[0] & 0x1F in (_SEQUENCE, _PICTURE):
            self._kept[unit[0] & 0x1F] = unit

    def _finished(self, data: bytes) -> tuple[bool, Shape | None, bytes] | None:
        if self._open:
            return None
        if _IDR not in self._kinds:
            return False, None, data
        if not {_SEQUENCE, _PICTURE} <= self._kept.keys():
            return None
        size = size_of(self._kept[_SEQUENCE])
        if size is None:
            return None
        parameters = b"".join(_PREFIX + self._kept[k] for k in (_SEQUENCE, _PICTURE))
        if not {_SEQUENCE, _PICTURE} <= self._kinds:
            data = parameters + data
        return True, Shape("h264", *size, parameters), data


def size_of(unit: bytes) -> tuple[int, int] | None:
    """The size of picture that sequence parameters tell; None if they are broken."""
    try:
        return _size(_Bits(unit[1:].replace(b"\0\0\3", b"\0\0")))
    except IndexError:
        return None


def _size(bits: "_Bits") -> tuple[int, int] | None:
    profile = bits.take(8)
    bits.take(16)
    bits.golomb()
    chroma = 1
    if profile in _HIGH:
        chroma = bits.golomb()
        if chroma == 3:
            bits.take(1)
        bits.golomb()
        bits.golomb()
        bits.take(1)
        if bits.take(1):
            # Tables of their own: no browser sends them.
            return None
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        for _ in range(2):
            bits.golomb()
        for _ in range(min(255, bits.golomb())):
            bits.golomb()
    bits.golomb()
    bits.take(1)
    width, height = 16 * (bits.golomb() + 1), 16 * (bits.golomb() + 1)
    frames_only = bits.take(1)
    if not frames_only:
        height *= 2
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        across = 2 if chroma in (1, 2) else 1
        down = (2 if chroma == 1 else 1) * (2 - frames_only)
        width -= across * (bits.golomb() + bits.golomb())
        height -= down * (bits.golomb() + bits.golomb())
    return (width, height) if 0 < width <= 8192 and 0 < height <= 8192 else None


class _Bits:
    """Reads bits from the left."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> int:
        value = 0
        for _ in range(count):
            byte = self._data[self._at >> 3]
            value = value << 1 | byte >> (7 - (self._at & 7)) & 1
            self._at += 1
        return value

    def golomb(self) -> int:
        """An Exp-Golomb number without sign; a signed one takes as many bits."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise IndexError
        return (1 << zeros) - 1 + self.take(zeros)
