"""The order in which families wait, and why each stands where it stands.

Whoever never met comes before everybody who did; then longest since the last visit,
then from farthest away, then whoever joined first. Reads; never writes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from sqlalchemy import ColumnElement, outerjoin
from sqlmodel import and_, col, func, not_, or_, select, true
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.lifecycle import VisitState
from visitation.places import Site
from visitation.visits import Participant, Visit
from visitation.waiting.tables import WaitingEntry, WaitingVisitor
from visitation.words import WaitingState

#: The mean radius of the earth in kilometres (IUGG).
_EARTH_KM = 6371.0
Conditions = tuple[ColumnElement[bool], ...]


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
    mine = _of(prison_id, states)
    entries = (await session.exec(select(WaitingEntry).where(*mine))).all()
    visitors = await _visitors(session, *mine)
    met = await session.exec(_met(*mine))
    return await in_order(session, entries, visitors, dict(met.all()), now=now)


async def standing(
    session: AsyncSession,
    entry: WaitingEntry,
    *,
    now: datetime,
    states: Collection[WaitingState] = (WaitingState.WAITING,),
) -> Waiting | None:
    """One family and its place in line: those who stand before it are counted.

    Only whoever waited as many days is read, for what decides between them. None if
    the family is not in line.
    """
    mine = _of(entry.prison_id, states)
    own = (await session.exec(_met(col(WaitingEntry.id) == entry.id))).first()
    met_at = own[1] if own else None
    days = _days(met_at or entry.created_at, now)
    met = _met(*mine).subquery()
    since = func.coalesce(met.c.at, col(WaitingEntry.created_at))
    longer = since <= now - timedelta(days=days + 1)
    alike = met.c.at.is_(None) if met_at is None else met.c.at.is_not(None)
    before = and_(alike, longer) if met_at is None else or_(not_(alike), longer)
    as_long = true() if not days else since <= now - timedelta(days=days)
    line_of = outerjoin(WaitingEntry, met, met.c.entry_id == col(WaitingEntry.id))
    counted = await session.exec(
        select(func.count()).select_from(line_of).where(*mine, before)
    )
    rows = await session.exec(
        select(WaitingEntry, met.c.at)
        .select_from(line_of)
        .where(*mine, alike, not_(longer), as_long)
    )
    tied = rows.all()
    found = await in_order(
        session,
        [one for one, _at in tied],
        await _visitors(session, col(WaitingEntry.id) == entry.id),
        {one.id: at for one, at in tied if at is not None},
        now=now,
    )
    here = next((one for one in found if one.entry.id == entry.id), None)
    return here and replace(here, place=counted.one() + here.place)


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


def _of(prison_id: int, states: Collection[WaitingState]) -> Conditions:
    """The conditions on `WaitingEntry` that keep those in line for a prison."""
    return (
        col(WaitingEntry.prison_id) == prison_id,
        col(WaitingEntry.state).in_(states),
    )


def _met(*which: ColumnElement[bool]) -> Any:
    """The query for when any of some families last met the prisoner, by entry."""
    return (
        select(WaitingVisitor.entry_id, func.max(Visit.starts_at).label("at"))
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
        .where(*which, Visit.state == VisitState.COMPLETED)
        .group_by(col(WaitingVisitor.entry_id))
    )


async def _visitors(
    session: AsyncSession, *which: ColumnElement[bool]
) -> dict[int, list[int]]:
    """Who would come, by entry."""
    coming = await session.exec(
        select(WaitingVisitor.entry_id, WaitingVisitor.visitor_id)
        .join(WaitingEntry, col(WaitingEntry.id) == col(WaitingVisitor.entry_id))
        .where(*which)
        .order_by(col(WaitingVisitor.visitor_id))
    )
    visitors: dict[int, list[int]] = {}
    for entry_id, visitor_id in coming.all():
        visitors.setdefault(entry_id, []).append(visitor_id)
    return visitors


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
