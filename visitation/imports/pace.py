"""How many rows go into one transaction, so that bookings beside it wait little.

Pure; told how long a batch took, by whoever has a clock. Rows differ: somebody new
takes a quarter of a millisecond, a transfer ten times as long, a visit far more.
"""

#: Seconds for which one batch should keep others from writing.
HELD = 0.15
_FIRST, _FEWEST = 50, 25


class Pace:
    """The size of the next batch: as many rows as lately fitted into the time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.rows = min(_FIRST, most)

    def took(self, rows: int, seconds: float) -> None:
        """Remember how long a batch took; the next one at most doubles."""
        fitting = rows * HELD / max(seconds, 1e-6)
        wanted = min(int(fitting), 2 * self.rows, self._most)
        self.rows = max(wanted, min(_FEWEST, self._most))
