"""Retransmission in a stream of its own (RFC 4588): wrapping and unwrapping.

Repeating the same packet would be taken for a replay by some and spoils what the
receiver measures; a repair stream has its own numbers and carries the original's.
"""

import struct
from typing import Final

from signaling.media import rtp

_HEADER: Final = struct.Struct("!BBHLLH").pack
_PLAIN: Final = struct.Struct("!BBHLL").pack


class Repairs:
    """The sending end of a repair stream: one SSRC, its own sequence numbers."""

    def __init__(self, ssrc: int, number: int) -> None:
        self.ssrc = ssrc
        self._number = number

    def wrap(self, packet: bytes, payload_type: int) -> bytes:
        """Wraps a packet that has a header of 12 bytes."""
        number, self._number = self._number, self._number + 1 & 0xFFFF
        return (
            _HEADER(
                packet[0],
                packet[1] & rtp.MARKER | payload_type,
                number,
                int.from_bytes(packet[4:8], "big"),
                self.ssrc,
                int.from_bytes(packet[2:4], "big"),
            )
            + packet[rtp.HEADER_LENGTH :]
        )


def unwrap(packet: bytes, *, ssrc: int, payload_type: int) -> bytes | None:
    """Restores the original; None for one that carries nothing but padding.

    Raises:
        MalformedRtp: the packet's lengths do not fit.
    """
    offset = rtp.payload_offset(packet)
    if rtp.payload_end(packet, offset) < offset + 2:
        return None
    header = _PLAIN(
        0x80 | packet[0] & rtp.PADDED,
        packet[1] & rtp.MARKER | payload_type,
        packet[offset] << 8 | packet[offset + 1],
        int.from_bytes(packet[4:8], "big"),
        ssrc,
    )
    return header + packet[offset + 2 :]
