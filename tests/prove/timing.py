"""Whether kinds of answers can be told apart by the time they take."""

import math
from itertools import combinations
from statistics import median, quantiles

Times = dict[str, list[float]]
#: Of three pairs that do not differ, one is below this once in a hundred proofs.
SURE = 0.0033


def told_apart(times: Times) -> list[str]:
    """The pairs of kinds that differ beyond chance and by more than they scatter."""
    for kind, seconds in times.items():
        low, middle, high = quantiles(seconds, n=4)
        print(
            f"{kind:12} median {middle * 1000:.2f} ms, quartiles {low * 1000:.2f} "
            f"to {high * 1000:.2f}, {len(seconds)} times",
            flush=True,
        )
    found = []
    for one, other in combinations(times, 2):
        chance = mann_whitney(times[one], times[other])
        apart = abs(median(times[one]) - median(times[other]))
        noise = max(_spread(times[one]), _spread(times[other]))
        print(
            f"{one} and {other}: medians {apart * 1000:.2f} ms apart, noise "
            f"{noise * 1000:.2f} ms, Mann-Whitney p = {chance:.3f}",
            flush=True,
        )
        if chance < SURE and apart > noise:
            found.append(f"{one} and {other}")
    return found


def mann_whitney(one: list[float], other: list[float]) -> float:
    """The two-sided chance of such ranks if both are alike (normal approximation)."""
    ranked = sorted(
        (value, at) for at, values in enumerate((one, other)) for value in values
    )
    ranks = sum(rank for rank, (_value, at) in enumerate(ranked, 1) if at == 0)
    n, m = len(one), len(other)
    u = ranks - n * (n + 1) / 2
    deviation = math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(u - n * m / 2) / deviation / math.sqrt(2))


def _spread(seconds: list[float]) -> float:
    low, _, high = quantiles(seconds, n=4)
    return high - low
