"""Counters that wrap, made into ones that do not, and packets put in their order.

Knows RTP's numbers and when a packet came; no codec, no file, no clock.
"""

from dataclasses import dataclass
from typing import Final

#: Seconds that a missing packet is waited for; repeats come sooner or never.
PATIENCE: Final = 3.0
#: Numbers that jump farther than this belong to a sender that began anew.
_LEAP: Final = 3000
_LATEST: Final = 1000
#: Of the first packets the second may be there before the first.
_GATHERS: Final = 0.5


class Unwrapped:
    """A counter of so many bits, continued beyond them."""

    def __init__(self, bits: int) -> None:
        self._span = 1 << bits
        self._newest: int | None = None

    def near(self, value: int) -> int:
        """The value, continued, without its counting as the newest."""
        if self._newest is None:
            self._newest = value
        half = self._span // 2
        ahead = (value - self._newest + half) % self._span - half
        return self._newest + ahead

    def take(self, value: int) -> int:
        """The value, continued; the next one is looked for near it."""
        found, newest = self.near(value), self._newest or 0
        # What comes late says nothing about where the counter stands.
        if not newest - _LEAP <= found <= newest:
            self._newest = found
        return found


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet, without its header.

    Attributes:
        number: the sequence number, continued.
        timestamp: continued.
        marker: the sender marked it: the last of a picture.
        payload: without padding.
        arrived: when, in seconds of the clock of the journal.
        torn: something that belongs before it is missing.
    """

    number: int
    timestamp: int
    marker: bool
    payload: bytes
    arrived: float
    torn: bool = False


class InOrder:
    """Packets of one stream as they came, given on in the order of their numbers.

    Attributes:
        missing: how many never came.
        repeated: how many came more than once, or too late.
    """

    def __init__(self) -> None:
        self.missing = self.repeated = 0
        self._waiting: dict[int, Packet] = {}
        self._next: int | None = None
        self._torn = False

    def take(self, packet: Packet) -> list[Packet]:
        """Takes a packet, and gives those whose turn it is."""
        if self._next is None:
            return self._gather(packet)
        given: list[Packet] = []
        behind = self._next - packet.number
        if behind > _LATEST or behind < -_LEAP:
            given = self.rest()
            self._next, self._torn = packet.number, True
        elif behind > 0 or packet.number in self._waiting:
            self.repeated += 1
            return []
        self._waiting[packet.number] = packet
        given += self._due()
        while self._waiting and self._late(packet.arrived):
            self._skip()
            given += self._due()
        return given

    def _gather(self, packet: Packet) -> list[Packet]:
        if packet.number in self._waiting:
            self.repeated += 1
            return []
        self._waiting[packet.number] = packet
        first = next(iter(self._waiting.values()))
        few = len(self._waiting) < _LATEST
        if few and packet.arrived - first.arrived < _GATHERS:
            return []
        self._next = min(self._waiting)
        return self._due()

    def rest(self) -> list[Packet]:
        """Gives what still waits; nothing that is missing will come any more."""
        if self._next is None and self._waiting:
            self._next = min(self._waiting)
        given = self._due()
        while self._waiting:
            self._skip()
            given += self._due()
        return given

    def _due(self) -> list[Packet]:
        given: list[Packet] = []
        while self._next is not None and self._next in self._waiting:
            packet = self._waiting.pop(self._next)
            given.append(_torn(packet) if self._torn else packet)
            self._torn = False
            self._next += 1
        return given

    def _late(self, now: float) -> bool:
        first = next(iter(self._waiting.values()))
        return now - first.arrived > PATIENCE

    def _skip(self) -> None:
        following = min(self._waiting)
        self.missing += following - (self._next or 0)
        self._next, self._torn = following, True


def _torn(packet: Packet) -> Packet:
    return Packet(
        packet.number,
        packet.timestamp,
        packet.marker,
        packet.payload,
        packet.arrived,
        torn=True,
    )
