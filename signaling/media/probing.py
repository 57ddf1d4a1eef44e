"""When a line is tried with a short train of packets, and what the train found.

Whoever sends little learns little of a line. A train of packets that the receiver has
already and drops, with a question for the round trip right behind it, tells how long
the line takes for so many bits: the answer comes later by just that. Pure arithmetic.
"""

from typing import Final

#: A train takes so long on a line that carries what is hoped for.
_TRAIN_SECONDS: Final = 0.1
#: No train hopes for more than so many times what is known, so that it never stays
#: in the way of sound for more than a quarter of a second.
_BOLDNESS: Final = 2.5
_FIRST_WAIT: Final = 2.0
_LONGEST_WAIT: Final = 60.0
#: Round trips differ by so much on their own; a shorter delay says no more.
_NOISE: Final = 0.02


class Probing:
    """The trains on one line."""

    def __init__(self) -> None:
        self._wait = _FIRST_WAIT
        self._next = float("-inf")
        self._bits = self._hoped = 0

    def due(self, *, known: int, hoped: int, now: float) -> int:
        """Says how many bits the next train has, 0 while it is not time.

        Args:
            known: bits per second that the line is known to carry.
            hoped: with how many there would be something more to send, 0 for nothing.
            now: in monotonic seconds.
        """
        if not hoped or hoped <= known or now < self._next:
            return 0
        return int(_TRAIN_SECONDS * min(hoped, _BOLDNESS * known))

    def left(self, bits: int, *, hoped: int, now: float) -> None:
        """A train has left."""
        self._bits, self._hoped = bits, hoped
        self._next = now + self._wait

    def arrived(self, later: float) -> int:
        """Takes by how many seconds the answer was late, returns bits per second."""
        found = int(self._bits / max(_NOISE, later))
        enough = found >= self._hoped
        wait = _FIRST_WAIT if enough else min(_LONGEST_WAIT, self._wait * 2)
        self._next += wait - self._wait
        self._wait = wait
        return found

    def start_afresh(self) -> None:
        """The line was gone: what it was like before is old."""
        self.__init__()  # type: ignore[misc]  # all of it starts afresh
