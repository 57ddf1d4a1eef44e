"""The VP8 payload descriptor (RFC 7741 §4.2): key frames and the counters in it.

Looks at the descriptor and one bit of the frame behind it; pixels are never touched.
"""

from typing import NamedTuple

from signaling.media import rtp


class Descriptor(NamedTuple):
    """What a forwarder needs to know of one VP8 packet.

    Attributes:
        begins_key_frame: this is the first packet of a key frame.
        picture_at: offset of the picture id in the packet, 0 when there is none.
        picture_length: bytes of the picture id, 1 or 2.
        layer_at: offset of TL0PICIDX, 0 when there is none.
    """

    begins_key_frame: bool
    picture_at: int
    picture_length: int
    layer_at: int


def describe(packet: bytes, offset: int) -> Descriptor | None:
    """Reads the descriptor of the payload at the offset, None when there is none."""
    try:
        return _describe(packet, offset, rtp.payload_end(packet, offset))
    except (IndexError, rtp.MalformedRtp):
        return None


def _describe(packet: bytes, offset: int, end: int) -> Descriptor | None:
    first, at = packet[offset], offset + 1
    picture_at = picture_length = layer_at = 0
    if first & 0x80:
        extension, at = packet[at], at + 1
        if extension & 0x80:
            picture_at = at
            picture_length = 2 if packet[at] & 0x80 else 1
            at += picture_length
        if extension & 0x40:
            layer_at, at = at, at + 1
        if extension & 0x30:
            at += 1
    if at >= end:
        return None
    starts_frame = first & 0x10 and not first & 0x07
    key = bool(starts_frame) and not packet[at] & 0x01
    return Descriptor(key, picture_at, picture_length, layer_at)


def picture_id(packet: bytes, descriptor: Descriptor) -> int:
    """Reads a picture id of either length."""
    at = descriptor.picture_at
    if descriptor.picture_length == 2:
        return (packet[at] & 0x7F) << 8 | packet[at + 1]
    return packet[at]


def put_picture_id(packet: bytearray, descriptor: Descriptor, value: int) -> None:
    """Writes a picture id in place, in the length the packet has room for."""
    at = descriptor.picture_at
    if descriptor.picture_length == 2:
        packet[at] = 0x80 | value >> 8 & 0x7F
        packet[at + 1] = value & 0xFF
    else:
        packet[at] = value & 0x7F
