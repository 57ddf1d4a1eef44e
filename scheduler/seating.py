"""Seating: who takes which of the options, first come first.

Pure. Knows requests by their place in line and resources by their capacity.
"""

from collections.abc import Hashable, Mapping, Sequence

Wish = tuple[Hashable, ...]


def seat(
    wishes: Sequence[Sequence[Wish]], capacity: Mapping[Hashable, int]
) -> list[int | None]:
    """The number of the wish that each gets, or None."""
    left: dict[Hashable, int] = {}
    seats: list[int | None] = []
    for options in wishes:
        for number, takes in enumerate(options):
            if all(left.get(one, capacity.get(one, 1)) > 0 for one in takes):
                for one in takes:
                    left[one] = left.get(one, capacity.get(one, 1)) - 1
                seats.append(number)
                break
        else:
            seats.append(None)
    return seats
