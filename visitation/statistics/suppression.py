"""Which counts are small enough to be somebody, and are not told to everybody. Pure."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final, TypeVar

#: Fewer than so many are not told.
FEWEST: Final = 5
#: Each hidden count could be none, or so many. Whoever also knows how hidden counts are
#: chosen comes closer, but never nearer than `FEWEST`.
APART: Final = 2 * FEWEST
#: What is only told by and by is told in steps of this.
STEP: Final = 5
Place = TypeVar("Place", bound=int)


def suppressed(counts: Mapping[Place, int]) -> frozenset[Place]:
    """The places of which the count is not told, where the sum of all is told.

    Those with fewer than `FEWEST`, and as many of the next smallest as it takes that
    nobody can work out what any of them is.
    """
    order = sorted(counts, key=lambda place: (counts[place], place))
    hidden = sum(count < FEWEST for count in counts.values())
    if not hidden:
        return frozenset()
    values = [counts[place] for place in order]
    while hidden < len(order) and not _is_hiding(values[:hidden], values[hidden]):
        hidden += 1
    return frozenset(order[:hidden])


def bounds(rest: int, hidden: int, least_told: int) -> tuple[int, int]:
    """The least and the most that each hidden count can be, by all that is told.

    Args:
        rest: what the hidden ones come to: the sum without those that are told.
        hidden: how many they are.
        least_told: the least that is told; all that are hidden are less.
    """
    most = least_told - 1
    return max(0, rest - (hidden - 1) * most), min(rest, most)


def told(count: int) -> int | None:
    """A count by itself, unless it is small."""
    return count if count >= FEWEST else None


def told_share(part: int, whole: int) -> Fraction | None:
    """A share, unless few are in it or few are not."""
    if part < FEWEST or whole - part < FEWEST:
        return None
    return Fraction(part, whole)


def rounded(count: int) -> int:
    """A count to the nearest `STEP`."""
    return (count + STEP // 2) // STEP * STEP


def _is_hiding(hidden: Sequence[int], least_told: int) -> bool:
    least, most = bounds(sum(hidden), len(hidden), least_told)
    # Of two that are equal, to hide one would tell something.
    return not least and most >= APART and hidden[-1] < least_told
