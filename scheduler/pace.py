"""How fast a gateway is given messages. Knows numbers only."""

from datetime import datetime


class Pace:
    """So many a second, and at most one second's worth at once.

    A token bucket. A clock that is set back neither adds nor takes anything.

    Args:
        per_second: more than nothing; less than one is one every few seconds.
    """

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._most = max(1.0, per_second)
        self._left = self._most
        self._at: datetime | None = None

    def room(self, now: datetime) -> int:
        """How many may be given to it now."""
        since, self._at = self._at or now, now
        passed = max(0.0, (now - since).total_seconds())
        self._left = min(self._most, self._left + passed * self._per_second)
        return int(self._left)

    def take(self, count: int) -> None:
        """Count what it was given."""
        self._left -= count
