"""The order in which families wait, and why each stands where it stands.

Whoever never met comes before everybody who did; then longest since the last visit,
then from farthest away, then whoever joined first. Reads; never writes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt

from sqlmodel import and_, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.lifecycle import VisitState
from visitation.places import Site
from visitation.visits import Participant, Visit
from visitation.waiting.tables import WaitingEntry, WaitingVisitor
from visitation.words import WaitingState

#: The mean radius of the earth in kilometres (IUGG).
_EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A family in the line.

    Attributes:
        visitor_ids: who would come, in order of number.
        place: in line, 1 for the first.
        met_at: when any of them last met the prisoner in a visit that took place.
        waited_days: since then, or since it joined the list.
        distance_km: from its first point to the prison; 0 where that is not known.
    """

    entry: WaitingEntry
    visitor_ids: tuple[int, ...]
    place: int
    met_at: datetime | None
    waited_days: int
    distance_km: int


async def line(
    session: AsyncSession,
    prison_id: int,
    *,
    now: datetime,
    states: Collection[WaitingState] = (WaitingState.WAITING,),
) -> list[Waiting]:
    """The families that wait for a prison, the one to be served first at the front."""
    mine = (
        col(WaitingEntry.prison_id) == prison_id,
        col(WaitingEntry.state).in_(states),
    )
    entries = (await session.exec(select(WaitingEntry).where(*mine))).all()
    coming = await session.exec(
        select(WaitingVisitor.entry_id, WaitingVisitor.visitor_id)
        .join(WaitingEntry, col(WaitingEntry.id) == col(WaitingVisitor.entry_id))
        .where(*mine)
        .order_by(col(WaitingVisitor.visitor_id))
    )
    visitors: dict[int, list[int]] = {}
    for entry_id, visitor_id in coming.all():
        visitors.setdefault(entry_id, []).append(visitor_id)
    met = await session.exec(
        select(WaitingVisitor.entry_id, func.max(Visit.starts_at))
        .join(WaitingEntry, col(WaitingEntry.id) == col(WaitingVisitor.entry_id))
        .join(
            Participant,
            col(Participant.visitor_id) == col(WaitingVisitor.visitor_id),
        )
        .join(
            Visit,
            and_(
                col(Visit.id) == col(Participant.visit_id),
                col(Visit.prisoner_id) == col(WaitingEntry.prisoner_id),
            ),
        )
        .where(*mine, Visit.state == VisitState.COMPLETED)
        .group_by(col(WaitingVisitor.entry_id))
    )
    return await in_order(session, entries, visitors, dict(met.all()), now=now)


async def in_order(
    session: AsyncSession,
    entries: Sequence[WaitingEntry],
    visitors: Mapping[int, Sequence[int]],
    met: Mapping[int, datetime],
    *,
    now: datetime,
) -> list[Waiting]:
    """Entries in the order in which they are served, whether they are stored or not.

    Args:
        session: to look up where the points and prisons are.
        entries: of whatever prisons.
        visitors: who would come, by entry.
        met: when any of them last met the prisoner, by entry.
        now: up to when the waiting days are counted.
    """
    away = await _distances(session, entries)
    found = [
        (entry, met.get(entry.id), _days(met.get(entry.id, entry.created_at), now))
        for entry in entries
    ]
    found.sort(key=lambda one: _turn(one[0], one[1], one[2], away[one[0].id]))
    return [
        Waiting(
            entry=entry,
            visitor_ids=tuple(visitors.get(entry.id, ())),
            place=place,
            met_at=met_at,
            waited_days=days,
            distance_km=away[entry.id],
        )
        for place, (entry, met_at, days) in enumerate(found, 1)
    ]


def between(one: Site, other: Site) -> int | None:
    """Kilometres between two sites as the crow flies, or None without both places."""
    if None in {one.latitude, one.longitude, other.latitude, other.longitude}:
        return None
    here, there = (
        (radians(site.latitude or 0.0), radians(site.longitude or 0.0))
        for site in (one, other)
    )
    # The haversine formula (Sinnott 1984).
    half = (
        sin((there[0] - here[0]) / 2) ** 2
        + cos(here[0]) * cos(there[0]) * sin((there[1] - here[1]) / 2) ** 2
    )
    return round(2 * _EARTH_KM * asin(sqrt(half)))


def _turn(
    entry: WaitingEntry, met_at: datetime | None, days: int, away: int
) -> tuple[bool, int, int, datetime, int]:
    return (met_at is not None, -days, -away, entry.created_at, entry.id)


def _days(since: datetime, now: datetime) -> int:
    return max(0, (now - since).days)


async def _distances(
    session: AsyncSession, entries: Collection[WaitingEntry]
) -> Mapping[int, int]:
    asked = {entry.points[0] for entry in entries if entry.points}
    asked |= {entry.prison_id for entry in entries}
    rows = await session.exec(select(Site).where(col(Site.id).in_(asked)))
    sites = {site.id: site for site in rows.all()}
    away: dict[int, int] = {}
    for entry in entries:
        first = sites.get(entry.points[0]) if entry.points else None
        known = between(first, sites[entry.prison_id]) if first else None
        given = entry.distance_km
        away[entry.id] = (known or 0) if given is None else given
    return away
