"""Stretches in which nothing was kept, noticed as things come."""

from typing import Final

#: Seconds; silence says something twice a second.
NOTHING: Final = 1.0
#: A picture that stands still is sent seldom.
NO_PICTURE: Final = 2.0

Gap = tuple[float, float]


class Gaps:
    """Where there was nothing for longer than a while.

    Attributes:
        found: from when to when.

    Args:
        start: when it was looked at first.
        while_: how many seconds may pass.
    """

    def __init__(self, start: float, while_: float) -> None:
        self.found: list[Gap] = []
        self._until = start
        self._while = while_

    def comes(self, at: float, length: float = 0.0) -> None:
        """Something comes."""
        if at - self._until > self._while:
            self.found.append((self._until, at))
        self._until = max(self._until, at + length)

    def ends(self, at: float) -> None:
        """Nothing more will come."""
        self.comes(at)
