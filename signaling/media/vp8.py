"""The VP8 payload descriptor (RFC 7741 §4.2): key frames and the counters in it.

Looks at the descriptor and one bit of the frame behind it; pixels are never touched.
"""

import struct
from typing import Final, NamedTuple

from signaling.media import rtp

#: Picture id of 15 bits and TL0PICIDX.
_COUNTERS: Final = struct.Struct("!HB")


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


class Continuity:
    """Keeps picture id and TL0PICIDX counting on when the source changes.

    Decoders drop frames whose counters jump back. As long as nothing has changed
    the counters pass through untouched and `shifted` is False.
    """

    def __init__(self) -> None:
        self.shifted = False
        self._picture_shift = self._layer_shift = 0

    def splice(self, last: bytes, packet: bytes, described: Descriptor | None) -> None:
        """Lets the counters of a packet follow those of the last one sent.

        Args:
            last: with a header of 12 bytes; empty before the first packet.
            packet: the one to come next.
            described: the descriptor of that packet, None when it has none.
        """
        sent = describe(last, rtp.HEADER_LENGTH) if last else None
        self._picture_shift = self._layer_shift = 0
        if sent and described:
            if sent.picture_at and described.picture_at:
                following = _picture_id(last, sent) + 1
                self._picture_shift = following - _picture_id(packet, described)
            if sent.layer_at and described.layer_at:
                following = last[sent.layer_at] + 1
                self._layer_shift = following - packet[described.layer_at]
        self.shifted = bool(self._picture_shift or self._layer_shift)

    def shift(self, packet: bytes) -> bytes:
        """Shifts the counters of a packet with a header of 12 bytes."""
        if len(packet) > 18 and packet[12] & 0x80 and packet[13] & 0xC0 == 0xC0:
            picture, layer = _COUNTERS.unpack_from(packet, 14)
            if picture & 0x8000:
                # As browsers always write it; worth a short way.
                picture = 0x8000 | picture + self._picture_shift & 0x7FFF
                layer = layer + self._layer_shift & 0xFF
                return packet[:14] + _COUNTERS.pack(picture, layer) + packet[17:]
        described = describe(packet, rtp.HEADER_LENGTH)
        if described is None:
            return packet
        patched = bytearray(packet)
        if described.picture_at:
            picture = _picture_id(packet, described) + self._picture_shift
            _put_picture_id(patched, described, picture)
        if described.layer_at:
            layer = packet[described.layer_at] + self._layer_shift
            patched[described.layer_at] = layer & 0xFF
        return bytes(patched)


def _picture_id(packet: bytes, descriptor: Descriptor) -> int:
    at = descriptor.picture_at
    if descriptor.picture_length == 2:
        return (packet[at] & 0x7F) << 8 | packet[at + 1]
    return packet[at]


def _put_picture_id(packet: bytearray, descriptor: Descriptor, value: int) -> None:
    at = descriptor.picture_at
    if descriptor.picture_length == 2:
        packet[at] = 0x80 | value >> 8 & 0x7F
        packet[at + 1] = value & 0xFF
    else:
        packet[at] = value & 0x7F
