"""Whole pictures out of packets: what a depacketiser of any codec does and gives.

Knows that a picture is of packets with one timestamp and that a decoder can begin only
with a key frame. A picture with a hole is dropped, and with it all up to the next key
frame, because they would show what never was.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

from signaling.recording.unwrapping import Packet

#: More is no picture of a call; a sender that never ends one costs no memory.
_LARGEST: Final = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Shape:
    """What may not change within a file.

    Attributes:
        parameters: what a decoder is set up with, where the codec has such.
    """

    codec: str
    width: int
    height: int
    parameters: bytes = b""


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame, as a decoder takes it.

    Attributes:
        timestamp: of the stream, continued.
        arrived: when its last packet came.
        key: a decoder can begin with it.
    """

    timestamp: int
    arrived: float
    key: bool
    shape: Shape
    data: bytes


class Pictures(ABC):
    """Puts the pictures of one stream together.

    Attributes:
        dropped: how many were not whole, or could not be decoded without one that
            was not.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._last: Packet | None = None
        self._whole = False
        self._shape: Shape | None = None
        self._waits = True

    def take(self, packet: Packet) -> list[Picture]:
        """Takes the next packet in order, and gives the pictures that it ended."""
        ended: list[Picture] = []
        before = self._last
        if packet.torn:
            self._drop()
        elif before is not None and before.timestamp != packet.timestamp:
            # The sender has not marked the end of the one before.
            ended += self._end(before)
        if not packet.payload:
            # Bytes sent only to try the line; they carry a number and nothing else.
            return ended
        if self._last is None:
            self._whole = self._begins(packet.payload, torn=packet.torn)
        self._last = packet
        if self._whole and not self._add(packet.payload):
            self._whole = False
        self._size += len(packet.payload)
        self._whole = self._whole and self._size <= _LARGEST
        if not self._whole:
            self._parts.clear()
        if packet.marker:
            ended += self._end(packet)
        return ended

    def _drop(self) -> None:
        """Something is missing: here, or whole pictures before."""
        self._waits = True
        if self._last is not None:
            self.dropped += 1
        self._clear()

    def _clear(self) -> None:
        self._parts.clear()
        self._size, self._last = 0, None
        self._forget()

    def _end(self, last: Packet) -> list[Picture]:
        data, whole = b"".join(self._parts), self._whole
        made = self._finished(data) if whole and data else None
        self._clear()
        if made is None:
            self._waits = True
            self.dropped += 1
            return []
        key, shape, data = made
        self._waits = self._waits and not key
        if shape is not None:
            self._shape = shape
        if self._waits or self._shape is None:
            self.dropped += 1
            return []
        return [Picture(last.timestamp, last.arrived, key, self._shape, data)]

    def _forget(self) -> None:  # noqa: B027  # not every codec keeps something
        """A picture ends or is dropped: what belongs to it only is forgotten."""

    @abstractmethod
    def _begins(self, payload: bytes, *, torn: bool) -> bool:
        """Says whether a picture begins; torn if something is missing before."""

    @abstractmethod
    def _add(self, payload: bytes) -> bool:
        """Adds the payload to `_parts`; False when it does not fit."""

    @abstractmethod
    def _finished(self, data: bytes) -> tuple[bool, Shape | None, bytes] | None:
        """Whether it is a key frame, its shape if it says so, and its bytes.

        None when it is nothing that a decoder could take.
        """
