"""Opus packets: how long each plays, and packets that say nothing for so long.

Knows the first byte of a packet (RFC 6716 §3.1) and decodes nothing.
"""

from typing import Final

RATE: Final = 48_000
#: 20 ms, the unit in which silence is made.
UNIT: Final = RATE // 50
#: Of what plays 20 ms at most three are hidden by a decoder without its being heard.
_LONGEST: Final = 5760

_SILK: Final = (480, 960, 1920, 2880)
_HYBRID: Final = (480, 960)
_CELT: Final = (120, 240, 480, 960)
#: CELT, full band, 20 ms: a frame of digital silence.
_SILENT: Final = b"\xff\xfe"
_SILENT_TOC: Final = 0xF8
#: So many of them fit into one packet.
MOST_SILENT: Final = 6


def samples(packet: bytes) -> int:
    """How many samples a packet plays; 0 for one that breaks the rules."""
    if not packet:
        return 0
    length, code = _frame(packet[0] >> 3), packet[0] & 0x03
    if code == 0:
        return length
    if code < 3:
        return 2 * length
    count = packet[1] & 0x3F if len(packet) > 1 else 0
    return count * length if count * length <= _LONGEST else 0


def says_nothing(packet: bytes) -> bool:
    """The sender is silent and will say so only now and then (DTX)."""
    return len(packet) <= 2


def hidden(packet: bytes) -> bytes:
    """20 ms for which a decoder makes up what would have followed the packet."""
    config = packet[0] >> 3
    if config < 12:
        config = config & ~0x03 | 1
    else:
        config |= 1 if config < 16 else 3
    return bytes((config << 3 | packet[0] & 0x04,))


def silence(units: int) -> bytes:
    """Digital silence of so many times 20 ms, at most `MOST_SILENT`."""
    if units == 1:
        return bytes((_SILENT_TOC,)) + _SILENT
    return bytes((_SILENT_TOC | 3, units)) + units * _SILENT


def _frame(config: int) -> int:
    if config < 12:
        return _SILK[config & 3]
    return _HYBRID[config & 1] if config < 16 else _CELT[config & 3]
