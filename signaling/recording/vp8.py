"""VP8 out of RTP (RFC 7741): the descriptor comes off, and the parts are joined.

Looks at the ten bytes that a key frame begins with (RFC 6386 §9.1) and decodes nothing.
"""

from typing import Final

from signaling.recording.pictures import Pictures, Shape

_START_CODE: Final = b"\x9d\x01\x2a"


class Vp8Pictures(Pictures):
    """Puts VP8 pictures together."""

    def _begins(self, payload: bytes, *, torn: bool) -> bool:
        return bool(payload[0] & 0x10) and not payload[0] & 0x07

    def _add(self, payload: bytes) -> bool:
        at = _descriptor(payload)
        if at >= len(payload):
            return False
        self._parts.append(payload[at:])
        return True

    def _finished(self, data: bytes) -> tuple[bool, Shape | None, bytes] | None:
        if data[0] & 0x01:
            return False, None, data
        if len(data) < 10 or data[3:6] != _START_CODE:
            return None
        width = int.from_bytes(data[6:8], "little") & 0x3FFF
        height = int.from_bytes(data[8:10], "little") & 0x3FFF
        if not width or not height:
            return None
        return True, Shape("vp8", width, height), data


def _descriptor(payload: bytes) -> int:
    """The length of the descriptor; as long as the payload if it is cut off."""
    if not payload[0] & 0x80:
        return 1
    if len(payload) < 4:
        return len(payload)
    extension, at = payload[1], 2
    if extension & 0x80:
        at += 2 if payload[at] & 0x80 else 1
    at += bool(extension & 0x40) + bool(extension & 0x30)
    return at
