"""The kiosks beside a prison's day: which there are, when they stand, when taken.

Reads, in four queries. Kiosks of the prison's province and within reach; those of
mobile offices that drive only while the office is in a village that day.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Scope
from visitation.places import Site, Station
from visitation.places.tables import MobileDay, MobileStop
from visitation.timespan import Timespan
from visitation.visits import Claim, claims
from visitation.words import MobileDayState, SiteKind, StationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """A kiosk on one day.

    Attributes:
        stands: when it can be sat at; None for always.
        taken: the quanta at which something has it.
    """

    id: int
    name: str
    site: str
    out_of_order: str | None
    stands: tuple[Timespan, ...] | None
    taken: frozenset[int]

    def is_there(self, span: Timespan) -> bool:
        """Whether it stands there for the whole of a span."""
        if self.stands is None:
            return True
        return any(
            one.start <= span.start and span.end <= one.end for one in self.stands
        )

    def is_taken(self, span: Timespan, turnover: timedelta) -> bool:
        """Whether a visit in the span would meet another."""
        needed = claims.needed([f"kiosk:{self.id}"], span, turnover)
        return any(quantum in self.taken for _name, quantum in needed)


async def read(
    session: AsyncSession, scope: Scope, prison: Site, whole: Timespan
) -> list[Kiosk]:
    """The kiosks where families could sit in a span, by site and name."""
    rows = await session.exec(
        select(Station, Site)
        .join(Site, col(Site.id) == col(Station.site_id))
        .where(
            scope.of_sites(),
            Site.province_id == prison.province_id,
            Station.kind == StationKind.KIOSK,
            col(Site.closed_at).is_(None),
        )
        .order_by(col(Site.name), col(Site.id), col(Station.name))
    )
    found = rows.all()
    mobile = await _driving(
        session, {s.id for _one, s in found if s.kind is SiteKind.MOBILE_OFFICE}
    )
    stops = await _stops(session, mobile, whole)
    taken = await _taken(session, (one.id for one, _site in found), whole)
    return [
        Kiosk(
            id=one.id,
            name=one.name,
            site=site.name,
            out_of_order=one.out_of_order,
            stands=_stands(stops[site.id], one.id) if site.id in mobile else None,
            taken=taken[one.id],
        )
        for one, site in found
        if site.id not in mobile or _stands(stops[site.id], one.id)
    ]


async def _driving(session: AsyncSession, offices: set[int]) -> set[int]:
    """Those whose days are planned; until then a mobile office stands still."""
    rows = await session.exec(
        select(MobileDay.site_id).where(col(MobileDay.site_id).in_(offices)).distinct()
    )
    return set(rows.all())


def _stands(stops: Iterable[MobileStop], kiosk_id: int) -> tuple[Timespan, ...]:
    return tuple(
        Timespan(stop.starts_at, stop.ends_at)
        for stop in stops
        if not stop.kiosks or kiosk_id in stop.kiosks
    )


async def _stops(
    session: AsyncSession, offices: set[int], whole: Timespan
) -> defaultdict[int, list[MobileStop]]:
    found: defaultdict[int, list[MobileStop]] = defaultdict(list)
    rows = await session.exec(
        select(MobileDay.site_id, MobileStop)
        .join(MobileDay, col(MobileDay.id) == col(MobileStop.mobile_day_id))
        .where(
            col(MobileDay.site_id).in_(offices),
            MobileDay.state == MobileDayState.PLANNED,
            col(MobileStop.starts_at) < whole.end,
            col(MobileStop.ends_at) > whole.start,
        )
        .order_by(col(MobileStop.starts_at))
    )
    for site_id, stop in rows.all():
        found[site_id].append(stop)
    return found


async def _taken(
    session: AsyncSession, kiosks: Iterable[int], whole: Timespan
) -> defaultdict[int, frozenset[int]]:
    quanta = whole.quanta()
    names = {f"kiosk:{one}": one for one in kiosks}
    rows = await session.exec(
        select(Claim.resource, Claim.quantum).where(
            col(Claim.resource).in_(names),
            col(Claim.quantum) >= quanta.start,
            col(Claim.quantum) < quanta.stop,
        )
    )
    found: defaultdict[int, frozenset[int]] = defaultdict(frozenset)
    for name, quantum in rows.all():
        found[names[name]] |= {quantum}
    return found
