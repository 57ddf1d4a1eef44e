"""What two visits of one day could use up together, though each alone is allowed it.

The rules look at one visit at a time. Before several are given places at once, what
they share is counted here: a prisoner's allowance, and days of prisoners kept apart.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.displaced import Displaced
from scheduler.possible import Place, Supply
from visitation import people, visits
from visitation.visits import ledger, periods
from visitation.waiting import Waiting
from visitation.words import VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the visits of a day share.

    Attributes:
        counted: the periods in which each visit of a prisoner with several is counted.
        apart: the pairs among the prisoners who must not meet.
        capacity: what is left of each prisoner's periods.
    """

    counted: Mapping[int, frozenset[str]]
    apart: frozenset[frozenset[int]]
    capacity: Mapping[Hashable, int]

    def uses(self, family: Waiting, place: Place) -> tuple[Hashable, ...]:
        """What a family would use up at a place."""
        entry, day = family.entry, place.opportunity.day
        used: list[Hashable] = [
            ("apart", pair, entry.prison_id, day)
            for pair in self.apart
            if entry.prisoner_id in pair
        ]
        if entry.id in self.counted:
            used += [
                (entry.prisoner_id, name)
                for name in _periods(day)
                if name not in self.counted[entry.id]
            ]
        return tuple(used)


async def shared(
    session: AsyncSession,
    line: Iterable[Displaced],
    wishes: Mapping[int, Iterable[Place]],
    supplies: Mapping[int, Supply],
) -> Shared:
    """What the visits of a day share, at the places that would do for them."""
    line = tuple(line)
    counted, left = await _allowances(session, line, wishes, supplies)
    here = {one.visit.prisoner_id for one in line}
    apart = await people.pairs_among(session, here)
    return Shared(counted=counted, apart=apart, capacity=left)


def _periods(day: date) -> tuple[str, str]:
    return periods.week_of(day).name, periods.month_of(day).name


async def _allowances(
    session: AsyncSession,
    line: Iterable[Displaced],
    wishes: Mapping[int, Iterable[Place]],
    supplies: Mapping[int, Supply],
) -> tuple[dict[int, frozenset[str]], dict[Hashable, int]]:
    """Where prisoners with several visits are counted, and what they have left."""
    family = [one for one in line if one.visit.kind is VisitKind.FAMILY]
    many = Counter(one.visit.prisoner_id for one in family)
    counted: dict[int, frozenset[str]] = {}
    left: dict[Hashable, int] = {}
    for one in family:
        visit = one.visit
        if many[visit.prisoner_id] == 1:
            continue
        counted[visit.id] = frozenset(await ledger.held_by(session, visit.id))
        opening = supplies[visit.prison_id].opening
        days = {place.opportunity.day for place in wishes[visit.id]}
        for day in sorted({_periods(day): day for day in sorted(days)}.values()):
            if all((visit.prisoner_id, name) in left for name in _periods(day)):
                continue
            quota = visits.quota(opening.policy, opening.zone, day)
            found = await visits.balances(session, visit.prisoner_id, quota)
            for name, balance in found.items():
                left[visit.prisoner_id, name] = max(0, balance.granted - balance.used)
    return counted, left
