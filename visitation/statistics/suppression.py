"""Which counts are small enough to be somebody, and are not told to everybody. Pure."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final, TypeVar

#: Fewer than so many are not told.
FEWEST: Final = 5
Place = TypeVar("Place")


def suppressed(counts: Mapping[Place, int]) -> frozenset[Place]:
    """The places of which the count is not told, where the sum of all is told.

    Those with fewer than `FEWEST`, and as many of the next smallest as it takes that
    the hidden ones are several, and together not few: else the sum would tell them.
    """
    order = sorted(counts, key=lambda place: counts[place])
    hidden = sum(count < FEWEST for count in counts.values())
    if not hidden:
        return frozenset()
    while hidden < len(order) and (
        hidden == 1 or sum(counts[place] for place in order[:hidden]) < FEWEST
    ):
        hidden += 1
    return frozenset(order[:hidden])


def told(count: int) -> int | None:
    """A count by itself, unless it is small."""
    return count if count >= FEWEST else None


def told_share(part: int, whole: int) -> Fraction | None:
    """A share, unless few are in it or few are not."""
    if part < FEWEST or whole - part < FEWEST:
        return None
    return Fraction(part, whole)
