"""Where things are in an RTP packet (RFC 3550, RFC 8285).

Knows bytes only: no stream, no state. Everything here has already been decrypted,
so a lie can come only from the peer itself; it costs that peer its packet.
"""

from typing import Final

HEADER_LENGTH: Final = 12
CSRC_COUNT: Final = 0x0F
EXTENDED: Final = 0x10
PADDED: Final = 0x20
MARKER: Final = 0x80
#: Header bits that say that the payload does not begin right after the header.
LONG_HEADER: Final = CSRC_COUNT | EXTENDED


class MalformedRtp(ValueError):
    """The lengths inside the packet do not fit its size."""


def is_rtcp(datagram: bytes) -> bool:
    """RTCP is told from RTP by its packet type (RFC 5761 §4)."""
    return 192 <= datagram[1] <= 223


def payload_offset(packet: bytes) -> int:
    """Says where the payload begins, past contributing sources and extensions.

    Raises:
        MalformedRtp: the header is longer than the packet.
    """
    offset = HEADER_LENGTH + 4 * (packet[0] & CSRC_COUNT)
    if packet[0] & EXTENDED:
        if offset + 4 > len(packet):
            raise MalformedRtp
        offset += 4 + 4 * int.from_bytes(packet[offset + 2 : offset + 4], "big")
    if offset > len(packet):
        raise MalformedRtp
    return offset


def payload_end(packet: bytes, offset: int) -> int:
    """Says where the payload ends, before the padding.

    Raises:
        MalformedRtp: there is more padding than payload.
    """
    end = len(packet)
    if packet[0] & PADDED:
        end -= packet[-1]
        if not packet[-1] or end < offset:
            raise MalformedRtp
    return end
