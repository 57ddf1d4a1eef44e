"""Shutting a site or one of its stations for a span, and opening it again.

A closure claims the same rows as visits do, so that neither can race the other. Knows
no page; what is in the way is named, never pushed aside.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, visits
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound, VisitationError
from visitation.places import Closure, Site, Station
from visitation.timespan import Timespan, floor_quantum, on_quantum
from visitation.visits import Claim, Visit, claims

LONGEST = timedelta(days=31)


class Occupied(VisitationError):
    """Visits are booked there in that time; move or cancel them first.

    Attributes:
        visits: which, in order of time; not to be read once the session is over.
        references: their names, which outlive it.
    """

    def __init__(self, occupying: Sequence[Visit]) -> None:
        super().__init__(", ".join(visit.reference for visit in occupying))
        self.visits = tuple(occupying)
        self.references = tuple(visit.reference for visit in occupying)


class AlreadyClosed(VisitationError):
    """It is closed there already in a part of that time; lift that closure first.

    Attributes:
        closures: which, in order of time.
    """

    def __init__(self, closures: Sequence[Closure]) -> None:
        super().__init__(", ".join(str(closure.id) for closure in closures))
        self.closures = tuple(closures)


async def close(
    session: AsyncSession,
    *,
    site_id: int,
    station_id: int | None,
    span: Timespan,
    reason: str,
    by: Actor,
    now: datetime,
) -> Closure:
    """Shut a whole site, or one of its stations, for a span.

    What has passed of the span is on record and claims nothing.

    Raises:
        Invalid: if the span is over, longer than 31 days or not on five minutes, or
            no reason is given.
        NotFound: if there is no such site, or no such station at it.
        Occupied: naming the visits to move or cancel first.
        AlreadyClosed: naming the closures to lift first.
        Overtaken: if what was in the way has just gone; simply ask again.
    """
    _check(span, reason, now)
    names = await _seats(session, site_id, station_id)
    to_come = Timespan(max(span.start, floor_quantum(now)), span.end)
    closure = Closure(
        site_id=site_id,
        station_id=station_id,
        starts_at=span.start,
        ends_at=span.end,
        reason=reason.strip(),
    )
    try:
        async with session.begin_nested():
            session.add(closure)
            await session.flush()
            await claims.take(session, names, to_come, closure_id=closure.id)
    except visits.Taken:
        raise await _in_the_way(session, names, to_come) from None
    audit.note(
        session,
        by,
        "close",
        f"closure:{closure.id}",
        now=now,
        site=site_id,
        station=station_id,
        starts=span.start.isoformat(),
        ends=span.end.isoformat(),
    )
    return closure


async def lift(
    session: AsyncSession, closure: Closure, *, by: Actor, now: datetime
) -> None:
    """Open again what a closure shut. Lifting twice changes nothing."""
    if closure.lifted_at is not None:
        return
    closure.lifted_at = now
    session.add(closure)
    await session.flush()
    await visits.release(session, closure_id=closure.id)
    audit.note(session, by, "lift_closure", f"closure:{closure.id}", now=now)


def _check(span: Timespan, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise Invalid("reason", "reason_needed")
    if span.end <= now:
        raise Invalid("end", "over")
    if span.length > LONGEST:
        raise Invalid("end", "closure_too_long")
    if not (on_quantum(span.start) and on_quantum(span.end)):
        raise Invalid("start", "odd_times")


async def _seats(
    session: AsyncSession, site_id: int, station_id: int | None
) -> list[str]:
    if await session.get(Site, site_id) is None:
        raise NotFound("site")
    query = select(Station).where(Station.site_id == site_id)
    if station_id is not None:
        query = query.where(Station.id == station_id)
    stations = (await session.exec(query)).all()
    if station_id is not None and not stations:
        raise NotFound("station")
    return [f"{station.kind.value}:{station.id}" for station in stations]


async def _in_the_way(
    session: AsyncSession, names: Sequence[str], span: Timespan
) -> Occupied | AlreadyClosed | visits.Overtaken:
    quanta = span.quanta()
    holding = (
        col(Claim.resource).in_(names),
        col(Claim.quantum) >= quanta.start,
        col(Claim.quantum) < quanta.stop,
    )
    booked = await session.exec(
        select(Visit)
        .where(col(Visit.id).in_(select(Claim.visit_id).where(*holding)))
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    if occupying := booked.all():
        return Occupied(occupying)
    closed = await session.exec(
        select(Closure)
        .where(col(Closure.id).in_(select(Claim.closure_id).where(*holding)))
        .order_by(col(Closure.starts_at), col(Closure.id))
    )
    if closures := closed.all():
        return AlreadyClosed(closures)
    return visits.Overtaken("closure")
