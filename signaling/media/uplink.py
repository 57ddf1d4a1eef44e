"""How much a publisher is let send: its line, its audience, and what is left for sound.

Sums up for one publish leg what `estimate` knows of the line up and what the viewers
can take down. Pure; the page is told the quality, its browser the bits per second.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from signaling.media.engine import VideoQuality
from signaling.media.ladder import Ladder, Layer, Picture

#: Below so many bits per second sound is packed into fewer, longer packets; above the
#: second number for so many seconds it is not.
_SLOW: Final = 140_000
_FAST: Final = 220_000
_STAYS_SLOW: Final = 20.0
#: Nobody has wanted the high layer for so long: it need not be sent.
_UNWANTED: Final = 10.0
#: What a picture that nobody takes just now is kept ready with.
READY: Final = 150_000
_ORDER: Final[tuple[VideoQuality, ...]] = ("audio_only", "paused", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """One who is sent a publisher's picture.

    Attributes:
        layer: the layer that is meant for them, None while they get none.
        bits: bits per second that they can take of it.
    """

    layer: Layer | None
    bits: int


def demand(viewers: Iterable[Viewer], *, low: int, cap: int) -> tuple[Layer, int]:
    """The layer that somebody wants, and the bits per second to be sent in all.

    The narrowest of those who want the best layer decides; the low layer is sent
    beside the high one and comes on top. Where nobody takes a picture just now, a
    narrow one is kept ready.
    """
    viewers = tuple(viewers)
    wanting = [each for each in viewers if each.layer is not None]
    high = [each.bits for each in wanting if each.layer == "high"]
    if high:
        return "high", min(cap, min(high) + low)
    if not wanting:
        return "low", min([cap, READY, *(each.bits for each in viewers)])
    return "low", min(each.bits for each in wanting)


class Uplink:
    """What one publisher is told.

    Attributes:
        quality: no more than this is to be sent.
        slow: sound goes in fewer, longer packets.
    """

    def __init__(self) -> None:
        self.quality: VideoQuality = "high"
        self.slow = False
        self._ladder = Ladder()
        self._wanted_high = float("-inf")
        self._scarce = float("-inf")

    def decide(
        self, picture: Picture, *, budget: int, wanted: Layer, now: float
    ) -> None:
        """Follows what the line carries beside sound, and what somebody wants.

        Args:
            picture: the fewest bits of each layer that the publisher has.
            budget: bits per second beside sound.
            wanted: the best layer that somebody can take.
            now: in monotonic seconds.
        """
        if wanted == "high" or self._wanted_high == float("-inf"):
            self._wanted_high = now
        carried = self._ladder.step({0: picture}, budget=budget, now=now)[0]
        unwanted = picture.low is not None and now - self._wanted_high >= _UNWANTED
        most: VideoQuality = "low" if unwanted else "high"
        self.quality = min(carried, most, key=_ORDER.index)

    def pack(self, narrowest: int, now: float) -> None:
        """Follows the narrowest line that the sound takes, in bits per second."""
        if narrowest < _SLOW:
            self.slow = True
        if narrowest < _FAST:
            self._scarce = now
        elif now - self._scarce >= _STAYS_SLOW:
            self.slow = False

    def forget_failures(self) -> None:
        """The line was gone: what failed before is old."""
        self._ladder.forget_failures()
