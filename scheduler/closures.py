"""Shutting a site or one of its stations for a span, and opening it again.

A closure claims the same rows as visits do, so that neither can race the other. What is
in the way is named; who closes all the same leaves it where it is, flagged, and the
closure has its time when the visit goes. Knows no page.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, false, true
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.proposals import Refusal
from visitation import audit, visits
from visitation.audit import Actor
from visitation.errors import Invalid, NotFound, VisitationError
from visitation.lifecycle import OCCUPYING, TO_COME
from visitation.places import Closure, Site, Station
from visitation.timespan import Timespan, floor_quantum, on_quantum, quantum_start
from visitation.visits import Claim, Visit, claims, flags
from visitation.visits.tables import Flag

LONGEST = timedelta(days=31)
#: A visit keeps its seats for as long after its end, at most.
_LONGEST_TURNOVER = timedelta(hours=1)


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
    over_visits: bool = False,
) -> Closure:
    """Shut a whole site, or one of its stations, for a span.

    What has passed of the span is on record and claims nothing. With `over_visits` the
    visits to come in that time stay where they are and are flagged; one that has begun
    goes on.

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
    closure = Closure(
        site_id=site_id,
        station_id=station_id,
        starts_at=span.start,
        ends_at=span.end,
        reason=reason.strip(),
    )
    to_come = _to_come(closure, now)
    there = await _occupying(session, closure, names, to_come)
    if there and not over_visits:
        raise Occupied(there)
    if closed := await _closed(session, names, to_come):
        raise AlreadyClosed(closed)
    async with session.begin_nested():
        session.add(closure)
        await session.flush()
        await _take_what_is_free(session, closure, names, to_come, stop=not over_visits)
    _note(session, closure, over_visits=len(there), by=by, now=now)
    waiting = [visit.id for visit in there if visit.state in TO_COME]
    await flags.raise_on(session, waiting, Refusal.CLOSED, by=by, now=now)
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


def _note(
    session: AsyncSession,
    closure: Closure,
    *,
    over_visits: int,
    by: Actor,
    now: datetime,
) -> None:
    audit.note(
        session,
        by,
        "close",
        f"closure:{closure.id}",
        now=now,
        site=closure.site_id,
        station=closure.station_id,
        starts=closure.starts_at.isoformat(),
        ends=closure.ends_at.isoformat(),
        over_visits=over_visits,
    )


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


async def close_ranks(
    session: AsyncSession,
    left: Mapping[int, Collection[Timespan]],
    *,
    now: datetime,
) -> None:
    """Let closures have what visits left that they were closed over.

    Of the visits named, each with the times that it left besides the one it has, those
    count that were flagged as closed. The closures in force in their provinces at those
    times are looked at, and whoever lifts one of them waits meanwhile.
    """
    closed_over = await session.exec(
        select(Visit).where(
            col(Visit.id).in_(
                select(Flag.visit_id).where(
                    col(Flag.visit_id).in_(left), Flag.reason == Refusal.CLOSED
                )
            )
        )
    )
    flagged = closed_over.all()
    if not flagged:
        return
    sites = {visit.prison_id for visit in flagged} | {
        visit.point_id for visit in flagged if visit.point_id is not None
    }
    spans = {Timespan(visit.starts_at, visit.ends_at) for visit in flagged}
    spans.update(span for visit in flagged for span in left[visit.id])
    for closure in await _in_force(session, sites, spans, now):
        names = await _seats(session, closure.site_id, closure.station_id)
        to_come = _to_come(closure, now)
        await _take_what_is_free(session, closure, names, to_come, stop=False)


async def _in_force(
    session: AsyncSession,
    sites: Collection[int],
    spans: Collection[Timespan],
    now: datetime,
) -> Sequence[Closure]:
    """The closures in the provinces of some sites at some times, locked."""
    provinces = select(Site.province_id).where(col(Site.id).in_(sites))
    kept = [span.widened(timedelta(0), _LONGEST_TURNOVER) for span in spans]
    rows = await session.exec(
        select(Closure)
        .join(Site, col(Site.id) == col(Closure.site_id))
        .where(
            col(Closure.lifted_at).is_(None),
            col(Closure.ends_at) > now,
            col(Site.province_id).in_(provinces),
            or_(
                *(
                    and_(
                        col(Closure.starts_at) < span.end,
                        col(Closure.ends_at) > span.start,
                    )
                    for span in kept
                )
            ),
        )
        .order_by(col(Closure.id))
        .with_for_update(of=Closure)
        .execution_options(populate_existing=True)
    )
    return rows.all()


def _to_come(closure: Closure, now: datetime) -> Timespan:
    return Timespan(max(closure.starts_at, floor_quantum(now)), closure.ends_at)


async def _take_what_is_free(
    session: AsyncSession,
    closure: Closure,
    names: Sequence[str],
    span: Timespan,
    *,
    stop: bool,
) -> None:
    """Claim for a closure what nobody else holds.

    Raises:
        Overtaken: if somebody took a part of it meanwhile, and that is to `stop` it.
    """
    quanta = span.quanta()
    rows = await session.exec(
        select(Claim.resource, Claim.quantum).where(_within(names, span))
    )
    held = set(rows.all())
    for name in sorted(names):
        for first, after in _gaps(quanta, {q for n, q in held if n == name}):
            free = Timespan(quantum_start(first), quantum_start(after))
            try:
                await claims.take(session, [name], free, closure_id=closure.id)
            except visits.Taken:
                if stop:
                    raise visits.Overtaken("closure") from None


def _gaps(quanta: range, held: set[int]) -> list[tuple[int, int]]:
    """The runs of quanta that nobody holds, each as the first and the one after."""
    found: list[tuple[int, int]] = []
    for quantum in quanta:
        if quantum in held:
            continue
        if found and found[-1][1] == quantum:
            found[-1] = (found[-1][0], quantum + 1)
        else:
            found.append((quantum, quantum + 1))
    return found


async def _occupying(
    session: AsyncSession, closure: Closure, names: Sequence[str], span: Timespan
) -> Sequence[Visit]:
    """The visits that hold a seat in that time, or whose family sits there then."""
    holding = select(Claim.visit_id).where(_within(names, span))
    there = and_(
        true() if closure.station_id is None else false(),
        col(Visit.point_id) == closure.site_id,
        col(Visit.state).in_(OCCUPYING),
        col(Visit.starts_at) < span.end,
        col(Visit.ends_at) > span.start,
    )
    rows = await session.exec(
        select(Visit)
        .where(or_(col(Visit.id).in_(holding), there))
        .order_by(col(Visit.starts_at), col(Visit.id))
    )
    return rows.all()


async def _closed(
    session: AsyncSession, names: Sequence[str], span: Timespan
) -> Sequence[Closure]:
    holding = select(Claim.closure_id).where(_within(names, span))
    rows = await session.exec(
        select(Closure)
        .where(col(Closure.id).in_(holding))
        .order_by(col(Closure.starts_at), col(Closure.id))
    )
    return rows.all()


def _within(names: Sequence[str], span: Timespan) -> ColumnElement[bool]:
    quanta = span.quanta()
    return and_(
        col(Claim.resource).in_(names),
        col(Claim.quantum) >= quanta.start,
        col(Claim.quantum) < quanta.stop,
    )
