"""Fair allocation: which waiting family gets which place.

Pure. Most families first; among plans that serve as many, those who have not met for
longest, then those from farthest away. Knows requests, the places that would do for
each, and how often a resource may be used; knows no row, clock or chance, and nothing
of why a place would do. A visit that exists is not a request: it has lowered a
capacity before the run, so nothing here can take it from anybody.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduler import seating

#: What can be used up: the terminals of a prison at a time, a kiosk at a time, a
#: prisoner's week, a visitor at a time. Whatever is hashable names one.
Resource = Hashable


class Reason(StrEnum):
    """Why a request got nothing. The value is stable: stored and sent."""

    NO_OPTION = "no_option"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A place that would do, as the resources of which it would use one each."""

    takes: tuple[Resource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A family that waits for a place.

    Attributes:
        id: of the entry; unique in a run.
        waited_days: since the last visit, or since it joined when there was none.
        since: when it joined the list.
        options: what would do, in the family's order of liking.
        needs: what it uses besides, whichever option it gets.
    """

    id: int
    waited_days: int
    since: datetime
    options: tuple[Option, ...]
    needs: tuple[Resource, ...] = ()
    distance_km: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A request that got a place.

    Attributes:
        place: in line, 1 for the first.
        wish: which of its options it got, 0 for the one it likes best.
    """

    request: Request
    place: int
    wish: int

    @property
    def option(self) -> Option:
        """What it got."""
        return self.request.options[self.wish]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A request that got nothing, its place in line, and why."""

    request: Request
    place: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Who gets what and who gets nothing, each in the order of the line."""

    served: tuple[Served, ...]
    unserved: tuple[Unserved, ...]


def in_line(requests: Iterable[Request]) -> list[Request]:
    """The order in which requests have a claim to be served.

    Longest unvisited, then farthest, then the one that joined first, then by number.
    """
    return sorted(
        requests,
        key=lambda one: (-one.waited_days, -one.distance_km, one.since, one.id),
    )


def allocate(
    requests: Iterable[Request], capacity: Mapping[Resource, int]
) -> Allocation:
    """Give as many requests as possible a place, in the order of the line.

    The same requests give the same answer in whatever order they come.

    Args:
        requests: who waits.
        capacity: how often each resource may still be used. One that is not named may
            be used once; one that is used up stands here with 0.
    """
    line = in_line(requests)
    wants = [
        (request.needs, [option.takes for option in request.options])
        for request in line
    ]
    seats = seating.seat(wants, capacity)
    served = tuple(
        Served(request=request, place=place, wish=wish)
        for place, (request, wish) in enumerate(zip(line, seats, strict=True), 1)
        if wish is not None
    )
    unserved = tuple(
        Unserved(
            request=request,
            place=place,
            reason=Reason.TAKEN if request.options else Reason.NO_OPTION,
        )
        for place, (request, wish) in enumerate(zip(line, seats, strict=True), 1)
        if wish is None
    )
    return Allocation(served=served, unserved=unserved)
