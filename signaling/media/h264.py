"""The H264 payload (RFC 6184): whether a packet begins a key frame.

Looks at the types of NAL units and nothing behind them.
"""

from typing import Final

from signaling.media import rtp

_IDR: Final = 5
_SEQUENCE_PARAMETERS: Final = 7
_STAP_A: Final = 24
_FU_A: Final = 28
_BEGINNINGS: Final = frozenset((_IDR, _SEQUENCE_PARAMETERS))


def begins_key_frame(packet: bytes, offset: int) -> bool:
    """Says whether a decoder can begin with the payload at the offset."""
    try:
        end = rtp.payload_end(packet, offset)
    except rtp.MalformedRtp:
        return False
    if offset + 1 >= end:
        return False
    unit = packet[offset] & 0x1F
    if unit == _STAP_A:
        return any(each in _BEGINNINGS for each in _aggregated(packet, offset + 1, end))
    if unit == _FU_A:
        starts = packet[offset + 1] & 0x80
        return bool(starts) and packet[offset + 1] & 0x1F in _BEGINNINGS
    return unit in _BEGINNINGS


def _aggregated(packet: bytes, at: int, end: int) -> list[int]:
    """The types of the units in an aggregation packet."""
    units: list[int] = []
    while at + 2 < end:
        size = packet[at] << 8 | packet[at + 1]
        units.append(packet[at + 2] & 0x1F)
        at += 2 + size
    return units
