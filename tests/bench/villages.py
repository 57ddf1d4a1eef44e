"""Families in line for village windows: what the bench of allocation is about.

A mobile office stands in a village for one morning with one to three kiosks; its
families' relatives sit in the province's two prisons, where other visits have left
some terminals free at some hours. A wish is an hour of the window: a kiosk there and a
terminal in the prison at once. Everything comes from the seed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from typing import Final

from scheduler.allocation import Option, Request, Resource

_MONDAY: Final = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
_SLOT: Final = timedelta(minutes=30)
_ELSEWHERE: Final = 0.3
_VILLAGES, _PRISONS, _DAYS, _HOURS, _WINDOW = 7, 2, 5, 12, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Requests, and what may be used how often."""

    requests: tuple[Request, ...]
    capacity: dict[Resource, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """Where an office stands for one window."""

    name: str
    kiosks: int
    times: tuple[datetime, ...]
    distance_km: int


def loose(size: int, seed: int) -> Crowd:
    """Zero to three terminals are free at each hour; six to ten families a kiosk."""
    random = Random(f"loose {size} {seed}")
    capacity: dict[Resource, int] = {}
    requests: list[Request] = []
    province = 0
    while len(requests) < size:
        province += 1
        prisons = [f"{province}.{number}" for number in range(_PRISONS)]
        for prison in prisons:
            for day in range(_DAYS):
                for hour in range(_HOURS):
                    at = _MONDAY + timedelta(days=day) + hour * _SLOT
                    capacity["terminals", prison, at] = random.choice(
                        (0, 1, 1, 2, 2, 3)
                    )
        for village in _villages(province, random, capacity):
            for _ in range(round(_WINDOW * village.kiosks * random.uniform(0.6, 1.0))):
                prison = random.choice(prisons)
                requests.append(_family(len(requests) + 1, prison, [village], random))
    return Crowd(requests=tuple(requests[:size]), capacity=capacity)


def exact(size: int, seed: int) -> Crowd:
    """A plan that serves everybody exists, and one hour in ten has a terminal to spare.

    The hardest kind: first a family is put on each kiosk and hour, then it is forgotten
    who had which. Three families in ten can also go to another village.
    """
    random = Random(f"exact {size} {seed}")
    capacity: dict[Resource, int] = {}
    requests: list[Request] = []
    province = 0
    while len(requests) < size:
        province += 1
        prisons = [f"{province}.{number}" for number in range(_PRISONS)]
        villages = _villages(province, random, capacity)
        for village in villages:
            for at in village.times:
                for _ in range(village.kiosks):
                    terminals = "terminals", random.choice(prisons), at
                    capacity[terminals] = capacity.get(terminals, 0) + 1
                    others = villages[: random.random() < _ELSEWHERE]
                    reach = list(dict.fromkeys((village, *others)))
                    requests.append(
                        _family(len(requests) + 1, terminals[1], reach, random)
                    )
        for prison, village in product(prisons, villages):
            for at in village.times:
                capacity.setdefault(("terminals", prison, at), 0)
    for name in capacity:
        if isinstance(name, tuple) and name[0] == "terminals":
            capacity[name] += random.random() < 0.1
    return Crowd(requests=tuple(requests[:size]), capacity=capacity)


def _villages(
    province: int, random: Random, capacity: dict[Resource, int]
) -> list[Village]:
    villages = []
    for number in range(_VILLAGES):
        first = random.randrange(_DAYS), random.randrange(_HOURS - _WINDOW + 1)
        opens = _MONDAY + timedelta(days=first[0]) + first[1] * _SLOT
        village = Village(
            name=f"{province}.{number}",
            kiosks=random.choice((1, 2, 2, 3)),
            times=tuple(opens + hour * _SLOT for hour in range(_WINDOW)),
            distance_km=random.randrange(20, 600),
        )
        for at in village.times:
            capacity["kiosks", village.name, at] = village.kiosks
        villages.append(village)
    return villages


def _family(number: int, prison: str, reach: list[Village], random: Random) -> Request:
    waited = min(1500, int(random.expovariate(1 / 90)))
    return Request(
        id=number,
        waited_days=waited,
        since=_MONDAY - timedelta(minutes=random.randrange(90_000)),
        distance_km=reach[0].distance_km,
        needs=(("prisoner", number),),
        options=tuple(
            Option(takes=(("terminals", prison, at), ("kiosks", village.name, at)))
            for village in reach
            for at in village.times
        ),
    )
