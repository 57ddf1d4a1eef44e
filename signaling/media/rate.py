"""How much video a publisher is told to send (after Galène's loss-based estimate).

Pure arithmetic: rises gently while nothing is lost, gives way to loss, and never goes
beyond what the narrowest of the receivers can take.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_CLEAN: Final = 0.02
_LOSSY: Final = 0.10
_RISE: Final = 1.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bits per second of one publisher's video.

    Attributes:
        floor: below it a picture is not worth having.
        start: what a line is trusted with before anything is known of it.
        cap: what is enough for a good picture.
    """

    floor: int
    start: int
    cap: int


def next_estimate(estimate: int, *, loss: float, bounds: Bounds) -> int:
    """Follows a second in which a share of the packets was lost."""
    if loss < _CLEAN:
        estimate = int(estimate * _RISE)
    elif loss > _LOSSY:
        estimate = int(estimate * (1 - loss / 2))
    return max(bounds.floor, min(bounds.cap, estimate))


def permitted(estimate: int, receivers: Iterable[int], *, bounds: Bounds) -> int:
    """Gives way to the narrowest receiver, but not below the floor."""
    return max(bounds.floor, min([estimate, *receivers]))
