"""Reading everything the booking rules look at, in a fixed number of queries."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import facts, openings
from scheduler.facts import Seats
from scheduler.openings import Opening
from scheduler.proposals import UNLIMITED, Limits, Proposal, Situation
from visitation import visits
from visitation.errors import NotFound
from visitation.people.contacts import Standing, standing
from visitation.people.tables import Prisoner
from visitation.places import Closure, Policy, Station
from visitation.timespan import Timespan
from visitation.visits import Balance, Cover, Quota, claims
from visitation.words import Asker, Relation, StationKind, VisitKind


async def situation(
    session: AsyncSession,
    proposal: Proposal,
    *,
    now: datetime,
    but_visit: int | None = None,
) -> tuple[Situation, Opening]:
    """What the rules look at, and how the prison is open around the proposed time.

    The visit that is being moved, `but_visit`, is not in its own way.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
    """
    day = proposal.span.start.date()
    around = {"first": day - timedelta(days=1), "last": day + timedelta(days=1)}
    opening = await openings.opening(session, proposal.prison_id, **around)
    seats = await facts.seats(session, proposal)
    prisoner = await session.get(Prisoner, proposal.prisoner_id)
    if prisoner is None:
        raise NotFound("prisoner")
    at = proposal.span.start
    local = opening.day(at)
    restrictions = await facts.restrictions(
        session, proposal, opening, office=seats.office, but_visit=but_visit
    )
    active, then = await facts.official(session, proposal, local)
    week, month = await _allowance(session, proposal, opening, but_visit)
    return (
        Situation(
            now=now,
            limits=_limits(opening.policy, proposal.asked_by),
            slots=tuple(opening.slots(local, local)),
            holiday=local in opening.holidays,
            closed=await _closed(session, opening, seats, proposal),
            terminal_is_here=(
                seats.terminal.kind is StationKind.TERMINAL
                and seats.terminal.site_id == proposal.prison_id
            ),
            terminal_in_order=seats.terminal.out_of_order is None,
            kiosk_is_kiosk=_is(seats.kiosk, StationKind.KIOSK),
            kiosk_in_order=not (seats.kiosk and seats.kiosk.out_of_order),
            kiosk_is_there=seats.kiosk_is_there,
            province_admitted=restrictions.province_admitted,
            prisoner_is_here=prisoner.site_id == proposal.prison_id,
            prisoner_released=(
                prisoner.released_at is not None and prisoner.released_at <= at
            ),
            prisoner_away=restrictions.away,
            kept_apart=restrictions.kept_apart,
            barred=restrictions.barred,
            official_is_active=active,
            official_is_then=then,
            cover_holds=await _cover_holds(session, proposal, seats),
            week=week,
            month=month,
            taken=await _taken(session, proposal, opening.policy.turnover, but_visit),
            **await _visitors(session, proposal, opening.policy.adult_age, local),
        ),
        opening,
    )


def _limits(policy: Policy, asker: Asker) -> Limits:
    return Limits(
        notice=policy.notice(asker),
        horizon=policy.horizon(asker),
        max_party=policy.max_party,
    )


def _is(station: Station | None, kind: StationKind) -> bool:
    return station is None or station.kind is kind


async def _visitors(
    session: AsyncSession, proposal: Proposal, adult_age: int, day: date
) -> dict[str, frozenset[int]]:
    """Who of the proposed visitors is what, by the names that the situation has."""
    contacts = await facts.contacts(session, proposal)
    at = proposal.span.start
    standings = {c.visitor_id: standing(c, at) for c, _born in contacts}
    return {
        "approved": _those(standings, Standing.APPROVED),
        "banned": _those(standings, Standing.BANNED),
        "lawyers": frozenset(
            c.visitor_id for c, _born in contacts if c.relation is Relation.LAWYER
        ),
        "minors": frozenset(
            c.visitor_id
            for c, born in contacts
            if born is not None and facts.age(born, day) < adult_age
        ),
    }


def _those(standings: dict[int, Standing], wanted: Standing) -> frozenset[int]:
    return frozenset(who for who, found in standings.items() if found is wanted)


async def _closed(
    session: AsyncSession, opening: Opening, seats: Seats, proposal: Proposal
) -> bool:
    sites = (opening.site, *seats.sites)
    span = proposal.span.widened(timedelta(0), opening.policy.turnover)
    if any(site.closed_at and site.closed_at < span.end for site in sites):
        return True
    stations = {proposal.terminal_id, proposal.kiosk_id} - {None}
    closures = await session.exec(
        select(Closure.id)
        .where(
            overlapping(span),
            or_(
                and_(
                    col(Closure.site_id).in_([site.id for site in sites]),
                    col(Closure.station_id).is_(None),
                ),
                col(Closure.station_id).in_(stations),
            ),
        )
        .limit(1)
    )
    return closures.first() is not None


def overlapping(span: Timespan) -> ColumnElement[bool]:
    """The condition on `Closure` that keeps what is in force within a span."""
    return and_(
        col(Closure.lifted_at).is_(None),
        col(Closure.starts_at) < span.end,
        col(Closure.ends_at) > span.start,
    )


async def _cover_holds(session: AsyncSession, proposal: Proposal, seats: Seats) -> bool:
    if proposal.cover_id is None:
        return True
    cover = await session.get(Cover, proposal.cover_id, populate_existing=True)
    return (
        cover is not None
        and cover.official_id == proposal.official_id
        and await visits.holds(
            session,
            cover,
            prison_id=proposal.prison_id,
            kiosk_id=proposal.kiosk_id,
            span=proposal.span,
        )
    )


async def _allowance(
    session: AsyncSession, proposal: Proposal, opening: Opening, but_visit: int | None
) -> tuple[Balance, Balance]:
    if proposal.kind is not VisitKind.FAMILY:
        return UNLIMITED, UNLIMITED
    quota = quota_of(opening, proposal)
    found = await visits.balances(
        session, proposal.prisoner_id, quota, but_visit=but_visit
    )
    return found[quota.week.name], found[quota.month.name]


def quota_of(opening: Opening, proposal: Proposal) -> Quota:
    """What the prison grants in the week and the month of the proposed day."""
    day = opening.day(proposal.span.start)
    return visits.quota(opening.policy, opening.zone, day)


async def _taken(
    session: AsyncSession,
    proposal: Proposal,
    turnover: timedelta,
    but_visit: int | None,
) -> frozenset[str]:
    held = await claims.held(
        session,
        wanted(proposal),
        proposal.span,
        turnover=turnover,
        but_visit=but_visit,
        closures=False,
    )
    return frozenset(name.partition(":")[0] for name in held)


def wanted(proposal: Proposal) -> frozenset[str]:
    """Everything a proposal would occupy, as claims name it.

    An official who covers the visit is held by the cover.
    """
    return visits.resources(
        terminal_id=proposal.terminal_id,
        kiosk_id=proposal.kiosk_id,
        prisoner_id=proposal.prisoner_id,
        visitor_ids=proposal.visitor_ids,
        official_id=None if proposal.cover_id else proposal.official_id,
    )
