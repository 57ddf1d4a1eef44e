"""What a line does to what is put on it: delay, jitter, loss, rate, order, outage.

Pure scheduling on a clock that is handed in; sockets are in `relay`.
"""

import random
from dataclasses import dataclass, field
from typing import Final

#: IPv4 and UDP headers take their share of a line too.
HEADERS: Final = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One direction of a line.

    Attributes:
        delay: seconds from one end to the other.
        jitter: seconds by which a datagram is later than that at most.
        loss: share of datagrams that never arrive.
        rate: bits per second, None for as many as there are.
        longest: seconds that a datagram waits at most for its turn; else it is dropped.
        reordering: share of datagrams that are overtaken.
    """

    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    rate: int | None = None
    longest: float = 1.0
    reordering: float = 0.0


@dataclass(slots=True)
class Direction:
    """A way in use: what is on it, and what became of what was."""

    way: Way
    seed: int
    down: bool = False
    passed: int = 0
    lost: int = 0
    octets: int = 0
    _free: float = 0.0
    _last: float = 0.0
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def arrival(self, size: int, now: float) -> float | None:
        """When a datagram arrives that is sent now, or None if it never does."""
        way, chance = self.way, self._chance.random
        if self.down or chance() < way.loss:
            self.lost += 1
            return None
        if self._free - now > way.longest:
            self.lost += 1
            return None
        leaves = self._leaves(size, now)
        if way.rate:
            self._free = leaves
        self.passed += 1
        self.octets += size
        arrives = leaves + way.delay + way.jitter * chance()
        if way.reordering and chance() < way.reordering:
            return arrives + max(0.02, way.jitter)
        self._last = max(self._last, arrives)
        return self._last

    def reliable(self, size: int, now: float) -> float:
        """When a piece of a TCP stream arrives: nothing is lost, it comes later."""
        leaves = self._leaves(size, now)
        if self.way.rate:
            self._free = leaves
        again = 2 * self.way.delay + 0.2
        while self._chance.random() < self.way.loss:
            leaves += again
        return leaves + self.way.delay

    def _leaves(self, size: int, now: float) -> float:
        if not self.way.rate:
            return now
        return max(now, self._free) + 8 * (size + HEADERS) / self.way.rate
