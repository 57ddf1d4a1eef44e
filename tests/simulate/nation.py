"""A country's year of mobile offices: who waits, who meets, and for how long one waits.

What is assumed, for want of published figures, is in `Assumed` and nowhere else:

- 31 provinces share 2,500 points. An office comes to each point every fourth week, for
  one morning of nine half hours, with one to three kiosks. One day in twenty is
  cancelled (snow, a broken car): nobody of that day is served.
- Each province has four prisons. Two of a prison's terminals are for villages at any
  hour; the others serve courts, lawyers and families nearby.
- A point has 8 to 40 families with somebody in one of the province's prisons, 24 on
  average. Three in ten can also go to the next point when the office is there.
- A prisoner has one visit in four weeks: four weeks after a visit a family wants the
  next one. In a week one family in a hundred leaves (a release) and a new one comes.
- At first families have not met for 4 to 100 weeks, but a wait counts from the year's
  beginning.
- When places are given to whoever asks first, a third of the families hear of an
  office's visit at once, a third some days later and a third last. In a second such
  world everybody is as quick as everybody else.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from scheduler.allocation import Option, Request, Resource, allocate

_BEGINS: Final = datetime(2026, 3, 21, tzinfo=UTC)
_DAYS: Final = 5


class Way(StrEnum):
    """How places are given."""

    FAIR = "fair allocation"
    EQUALLY_QUICK = "first come, equally quick"
    FIRST_COME = "first come, first served"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """The country. `cancelled`, `leave` and `elsewhere` are shares of one."""

    provinces: int = 31
    points: int = 2_500
    weeks: int = 52
    prisons: int = 4
    terminals: int = 2
    hours: int = 9
    kiosks: tuple[int, ...] = (1, 2, 2, 3)
    families: tuple[int, int] = (8, 40)
    every: int = 4
    cancelled: float = 0.05
    leave: float = 0.01
    elsewhere: float = 0.3
    slowness_days: tuple[float, ...] = (0.5, 2, 6)


@dataclass(slots=True, kw_only=True)
class Family:
    """A family: where it lives, whom it visits, and since which week it waits."""

    number: int
    point: int
    prison: int
    slowness: float
    goes_elsewhere: bool
    wants: int
    met: int
    visits: int = 0


@dataclass(slots=True)
class Year:
    """What came of a year.

    Attributes:
        families: who lived in it, of whom `never` met in it.
        waits: weeks from wanting to meeting, or to the end for who still waited.
        first_visits: families that met for the first time in the year, by week.
        in_line: how many wait for so many weeks, by week.
    """

    families: int = 0
    never: int = 0
    visits: int = 0
    waits: Counter[int] = field(default_factory=Counter)
    first_visits: Counter[int] = field(default_factory=Counter)
    in_line: dict[int, Counter[int]] = field(default_factory=dict)

    def closes(self, family: Family, week: int) -> None:
        """Close the book of a family that leaves, or of the year."""
        self.families += 1
        self.never += family.visits == 0
        if family.wants < week:
            self.waits[week - family.wants] += 1


class Province:
    """One province; the same number is the same province in every world."""

    def __init__(self, number: int, assumed: Assumed) -> None:
        self._assumed = assumed
        self._random = random = Random(f"province {number}")
        share, more = divmod(assumed.points, assumed.provinces)
        points = share + (number < more)
        self._kiosks = [random.choice(assumed.kiosks) for _ in range(points)]
        self._families: list[Family] = []
        for point in range(points):
            for _ in range(random.randint(*assumed.families)):
                met = -random.randint(4, 100)
                self._families.append(
                    self._family(len(self._families), point, wants=0, met=met)
                )

    def live(self, way: Way, year: Year) -> None:
        """Let a year pass, and write down what came of it."""
        for week in range(self._assumed.weeks):
            self._some_leave(week, year)
            offices = self._offices(week)
            waiting = [one for one in self._families if one.wants <= week]
            year.in_line.setdefault(week, Counter()).update(
                week - one.wants for one in waiting
            )
            delays = self._random.choices(range(1, 1_000), k=len(self._families))
            requests = [
                request
                for one in waiting
                if (request := self._request(one, week, offices)).options
            ]
            for served in self._given(way, requests, offices, delays):
                self._meets(self._families[served], week, year)
        for family in self._families:
            year.closes(family, self._assumed.weeks)

    def _family(self, number: int, point: int, *, wants: int, met: int) -> Family:
        return Family(
            number=number,
            point=point,
            prison=self._random.randrange(self._assumed.prisons),
            slowness=self._random.choice(self._assumed.slowness_days),
            goes_elsewhere=self._random.random() < self._assumed.elsewhere,
            wants=wants,
            met=met,
        )

    def _some_leave(self, week: int, year: Year) -> None:
        for number, family in enumerate(self._families):
            if self._random.random() < self._assumed.leave:
                year.closes(family, week)
                self._families[number] = self._family(
                    number, family.point, wants=week, met=week
                )

    def _offices(self, week: int) -> dict[int, int]:
        """The points to which an office comes in a week, and on which of its days."""
        every = self._assumed.every
        return {
            point: point // every % _DAYS
            for point in range(week % every, len(self._kiosks), every)
            if self._random.random() >= self._assumed.cancelled
        }

    def _request(self, family: Family, week: int, offices: dict[int, int]) -> Request:
        reach = [family.point]
        if family.goes_elsewhere:
            reach.append((family.point + 1) % len(self._kiosks))
        return Request(
            id=family.number,
            waited_days=7 * (week - family.met),
            since=_BEGINS + timedelta(weeks=family.wants),
            options=tuple(
                Option(
                    takes=(
                        ("kiosks", point, hour),
                        ("terminals", family.prison, offices[point], hour),
                    )
                )
                for point in reach
                if point in offices
                for hour in range(self._assumed.hours)
            ),
        )

    def _given(
        self,
        way: Way,
        requests: list[Request],
        offices: dict[int, int],
        delays: list[int],
    ) -> list[int]:
        capacity: dict[Resource, int] = {}
        for point, day in offices.items():
            for hour in range(self._assumed.hours):
                capacity["kiosks", point, hour] = self._kiosks[point]
                for prison in range(self._assumed.prisons):
                    capacity["terminals", prison, day, hour] = self._assumed.terminals
        if way is Way.FAIR:
            served = allocate(requests, capacity).served
            return [one.request.id for one in served]
        return first_come(
            sorted(requests, key=lambda one: (self._asks(one, way, delays), one.id)),
            capacity,
        )

    def _asks(self, request: Request, way: Way, delays: list[int]) -> float:
        slow = self._families[request.id].slowness if way is Way.FIRST_COME else 1
        return slow * delays[request.id]

    def _meets(self, family: Family, week: int, year: Year) -> None:
        year.visits += 1
        year.waits[week - family.wants] += 1
        year.first_visits[week] += family.visits == 0
        family.visits += 1
        family.met, family.wants = week, week + self._assumed.every


def first_come(requests: list[Request], capacity: dict[Resource, int]) -> list[int]:
    """Who is served when each in turn takes the first place that is free."""
    left = dict(capacity)
    served = []
    for request in requests:
        for option in request.options:
            if all(left[name] > 0 for name in option.takes):
                for name in option.takes:
                    left[name] -= 1
                served.append(request.id)
                break
    return served


def lived(way: Way, assumed: Assumed) -> Year:
    """A year of the whole country in one of the worlds."""
    year = Year()
    for number in range(assumed.provinces):
        Province(number, assumed).live(way, year)
    return year


def quantile(counted: Counter[int], share: float) -> int:
    """The least value that so large a share does not exceed."""
    left = share * counted.total()
    for value in sorted(counted):
        left -= counted[value]
        if left <= 0:
            return value
    return 0
