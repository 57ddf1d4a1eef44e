"""A small model of a line: so wide, so long a queue, so lossy. Time goes in tenths."""

import random
from dataclasses import dataclass, field


@dataclass
class Line:
    """One direction of a line.

    Attributes:
        width: bits per second.
        longest: seconds that a packet waits at most before it is dropped.
        loss: share of packets lost whatever the rate.
    """

    width: int
    longest: float = 1.0
    loss: float = 0.0
    down: bool = False
    queued: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def carry(self, bits_per_second: int, seconds: float = 1.0) -> tuple[float, float]:
        """Puts packets on the line: the share that is lost, how long they wait."""
        if self.down:
            return 1.0, 0.0
        arriving = bits_per_second * seconds
        room = self.longest * self.width + self.width * seconds - self.queued
        dropped = max(0.0, arriving - room)
        self.queued = max(0.0, self.queued + arriving - dropped - self.width * seconds)
        packets = max(1, int(arriving / 6000))
        unlucky = sum(self.chance.random() < self.loss for _ in range(packets))
        lost = dropped + (arriving - dropped) * unlucky / packets
        return lost / arriving if arriving else 0.0, self.queued / self.width
