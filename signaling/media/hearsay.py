"""What a receiver says about one stream, and what follows from it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the receiver last reported; seconds and fractions of one."""

    at: float
    loss: float
    jitter: float
    round_trip: float | None
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a report tells of the way there and back, in seconds."""

    asked_at: float
    round_trip: float


NOTHING_HEARD: Final = Heard(at=float("-inf"), loss=0.0, jitter=0.0, round_trip=None)
