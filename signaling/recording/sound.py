"""The sound of one file: packets one behind the other, without a hole between them.

Players count samples: after a hole they would play on at once, and be ahead of the
picture by as much. So holes are filled with packets that say nothing, and a sender
whose clock runs fast loses a packet now and then. Nothing is decoded, and every packet
that was sent is kept as it was.
"""

from dataclasses import dataclass
from typing import Final

from signaling.recording import opus

#: Later than this is a hole; earlier than this there is one packet too many.
_LATE: Final = opus.UNIT
_EARLY: Final = opus.UNIT * 3 // 2
#: A decoder makes up so many units of what is lost.
_HIDDEN: Final = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A packet, where it plays from the beginning of the file, and how long.

    Attributes:
        at: in samples, as is `samples`.
    """

    at: int
    packet: bytes
    samples: int


class Sound:
    """Puts the packets of one file behind each other.

    Attributes:
        played: how many samples there are so far.
        dropped: how many packets were one too many.
    """

    def __init__(self) -> None:
        self.played = 0
        self.dropped = 0
        self._last = b""

    def take(self, seconds: float, packet: bytes) -> list[Piece]:
        """Takes a packet that was spoken so long after the beginning of the file."""
        late = round(seconds * opus.RATE) - self.played
        if late < -_EARLY:
            self.dropped += 1
            return []
        pieces = self._fill(late) if late >= _LATE else []
        self._last = packet
        return [*pieces, self._piece(packet, opus.samples(packet))]

    def wait(self, seconds: float) -> list[Piece]:
        """Nothing is spoken up to then."""
        late = round(seconds * opus.RATE) - self.played
        return self._fill(late) if late >= _LATE else []

    def _fill(self, late: int) -> list[Piece]:
        units, last = late // opus.UNIT, self._last
        if last and (units <= _HIDDEN or opus.says_nothing(last)):
            return [self._piece(opus.hidden(last), opus.UNIT) for _ in range(units)]
        pieces: list[Piece] = []
        while units:
            some = min(units, opus.MOST_SILENT)
            pieces.append(self._piece(opus.silence(some), some * opus.UNIT))
            units -= some
        return pieces

    def _piece(self, packet: bytes, samples: int) -> Piece:
        piece = Piece(self.played, packet, samples)
        self.played += samples
        return piece
