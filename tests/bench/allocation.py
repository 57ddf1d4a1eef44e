"""`make bench-allocation`: whom the fair allocation serves, and how fast.

Beside the plain ways (each in turn takes the first that is free: in the order of the
line, or in the order of joining) and the best possible. Both kinds of crowd of
`villages`. `ARGS=--quick` leaves out the largest.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scheduler.allocation import Request, Resource, allocate, in_line
from tests.bench.optimum import Optimum, optimum
from tests.bench.villages import Crowd, exact, loose

KINDS: dict[str, Callable[[int, int], Crowd]] = {"loose": loose, "exact": exact}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of everything; `limit` is what HiGHS may take, in seconds."""

    sizes: tuple[int, ...]
    seeds: tuple[int, ...]
    repeats: int
    limit: float


FULL = Plan(sizes=(300, 1_000, 3_000, 30_000), seeds=(1, 2), repeats=5, limit=60)
QUICK = Plan(sizes=(300, 1_000, 3_000), seeds=(1,), repeats=3, limit=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How many were served, how long those had waited, and how long it took."""

    people: int
    waited: int
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One crowd, served in every way."""

    size: int
    kind: str
    joined_first: Told
    in_turn: Told
    fair: Told
    best: Optimum | None

    @property
    def share(self) -> float | None:
        """People served, of the most that can be."""
        return None if self.best is None else self.fair.people / self.best.people


def first_come(
    requests: Iterable[Request], capacity: dict[Resource, int]
) -> list[Request]:
    """Those who are served when each in turn takes the first that is free."""
    taken: Counter[Resource] = Counter()
    served = []
    for request in requests:
        for option in request.options:
            takes = option.takes + request.needs
            if all(taken[name] < capacity.get(name, 1) for name in takes):
                taken.update(takes)
                served.append(request)
                break
    return served


def timed(way: Callable[[], list[Request]], repeats: int) -> Told:
    """The quickest of some runs, in time of one core: other work does not count."""
    taken = []
    served: list[Request] = []
    for _ in range(repeats):
        began = time.process_time()
        served = way()
        taken.append(1000 * (time.process_time() - began))
    waited = sum(request.waited_days for request in served)
    return Told(people=len(served), waited=waited, ms=min(taken))


def measure(plan: Plan, kind: str, size: int, seed: int) -> Measured:
    """Serve one crowd in every way."""
    crowd = KINDS[kind](size, seed)
    requests, capacity = crowd.requests, crowd.capacity
    by_joining = sorted(requests, key=lambda one: (one.since, one.id))

    def fair() -> list[Request]:
        return [one.request for one in allocate(requests, capacity).served]

    return Measured(
        size=size,
        kind=kind,
        joined_first=timed(lambda: first_come(by_joining, capacity), 1),
        in_turn=timed(lambda: first_come(in_line(requests), capacity), 1),
        fair=timed(fair, plan.repeats),
        best=optimum(crowd, plan.limit),
    )


def row(found: Measured) -> str:
    """One line of the table."""
    ways = (found.joined_first, found.in_turn, found.fair)
    best = "    -           -         -      -"
    if found.best is not None:
        best = (
            f"{found.best.people:8.1f} {found.best.waited:10.0f} "
            f"{100 * found.share:7.2f}% {found.best.seconds:5.1f}s"
        )
    told = " ".join(f"{way.people:6d} {way.waited:8d}" for way in ways)
    return f"{found.size:6d} {found.kind:5s} {told} {found.fair.ms:7.0f} {best}"


def run(plan: Plan) -> dict[str, object]:
    """Print the table; returns the last line."""
    print("people served and the days they had waited, by joining, in line, fair, best")
    print(
        "  size kind   joined   waited   line  waited    fair   waited      ms     best"
    )
    found = []
    for size in plan.sizes:
        for kind in KINDS:
            for seed in plan.seeds:
                found.append(measure(plan, kind, size, seed))
                print(row(found[-1]), flush=True)
    shares = [one.share for one in found if one.share is not None]
    at_3000 = [one.share for one in found if one.share and one.size == 3_000]
    return {
        "bench": "allocation",
        "served_of_optimum": round(min(at_3000 or shares), 5),
        "ms_at_3000": slowest(found, 3_000),
        "ms_at_30000": slowest(found, 30_000),
    }


def slowest(found: list[Measured], size: int) -> int | None:
    """Milliseconds for the crowd of a size that took longest; None without one."""
    taken = [one.fair.ms for one in found if one.size == size]
    return round(max(taken)) if taken else None


if __name__ == "__main__":
    print(json.dumps(run(QUICK if "--quick" in sys.argv else FULL)))
