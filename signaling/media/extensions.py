"""Header extensions in the one-byte form (RFC 8285 §4.2), read by number.

Only the first packets of a stream are looked at: until it is known which it is.
"""

from signaling.media import rtp


def read(packet: bytes, number: int) -> str:
    """Reads a short text; empty when the packet has no such extension."""
    at = rtp.HEADER_LENGTH + 4 * (packet[0] & rtp.CSRC_COUNT)
    if not packet[0] & rtp.EXTENDED or packet[at : at + 2] != b"\xbe\xde":
        return ""
    end = min(at + 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big"), len(packet))
    at += 4
    while at < end:
        found, length = packet[at] >> 4, (packet[at] & 0x0F) + 1
        if not found:
            at += 1
        elif found == number:
            return packet[at + 1 : min(at + 1 + length, end)].decode("ascii", "replace")
        else:
            at += 1 + length
    return ""
