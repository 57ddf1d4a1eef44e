"""Reading everything the booking rules look at, in a fixed number of queries."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import openings
from scheduler.openings import Opening
from scheduler.proposals import Limits, Proposal, Situation
from visitation import visits
from visitation.errors import NotFound
from visitation.lifecycle import OCCUPYING, VisitState
from visitation.people.contacts import Standing, standing
from visitation.people.tables import Account, Contact, Prisoner
from visitation.places import Closure, Policy, Site, Station
from visitation.timespan import Timespan
from visitation.visits import Cover, Visit, claims
from visitation.words import Relation, Role, StationKind, VisitKind

#: What uses up a week's allowance: visits to come, and those that took place.
COUNTED = OCCUPYING | {VisitState.COMPLETED, VisitState.UNCLOSED}
_SATURDAY = 5


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
    terminal, kiosk = await _seats(session, proposal)
    prisoner = await session.get(Prisoner, proposal.prisoner_id)
    if prisoner is None:
        raise NotFound("prisoner")
    contacts = await _contacts(session, proposal)
    at = proposal.span.start
    standings = {c.visitor_id: standing(c, at) for c in contacts}
    turnover = opening.policy.turnover
    local = opening.day(at)
    return (
        Situation(
            now=now,
            limits=_limits(opening.policy),
            slots=tuple(opening.slots(local, local)),
            closed=await _closed(session, opening.site, kiosk, proposal, turnover),
            terminal_is_here=(
                terminal.kind is StationKind.TERMINAL
                and terminal.site_id == proposal.prison_id
            ),
            terminal_in_order=terminal.out_of_order is None,
            kiosk_is_kiosk=kiosk is None or kiosk[0].kind is StationKind.KIOSK,
            kiosk_in_order=kiosk is None or kiosk[0].out_of_order is None,
            prisoner_is_here=prisoner.site_id == proposal.prison_id,
            prisoner_released=(
                prisoner.released_at is not None and prisoner.released_at <= at
            ),
            approved=_those(standings, Standing.APPROVED),
            banned=_those(standings, Standing.BANNED),
            lawyers=frozenset(
                c.visitor_id for c in contacts if c.relation is Relation.LAWYER
            ),
            official_is_active=await _is_active(session, proposal.official_id),
            cover_holds=await _cover_holds(session, proposal, kiosk),
            visits_this_week=await _this_week(session, proposal, opening, but_visit),
            taken=await _taken(session, proposal, turnover, but_visit),
        ),
        opening,
    )


def _limits(policy: Policy) -> Limits:
    return Limits(
        notice=timedelta(minutes=policy.notice_minutes),
        horizon=timedelta(days=policy.horizon_days),
        max_party=policy.max_party,
        visits_per_week=policy.visits_per_week,
    )


def _those(standings: dict[int, Standing], wanted: Standing) -> frozenset[int]:
    return frozenset(who for who, found in standings.items() if found is wanted)


async def _seats(
    session: AsyncSession, proposal: Proposal
) -> tuple[Station, tuple[Station, Site] | None]:
    wanted = {proposal.terminal_id, proposal.kiosk_id} - {None}
    rows = await session.exec(
        select(Station, Site)
        .join(Site, col(Site.id) == col(Station.site_id))
        .where(col(Station.id).in_(wanted))
    )
    found = {station.id: (station, site) for station, site in rows.all()}
    if proposal.terminal_id not in found:
        raise NotFound("terminal")
    if proposal.kiosk_id is not None and proposal.kiosk_id not in found:
        raise NotFound("kiosk")
    kiosk = found[proposal.kiosk_id] if proposal.kiosk_id is not None else None
    return found[proposal.terminal_id][0], kiosk


async def _contacts(session: AsyncSession, proposal: Proposal) -> list[Contact]:
    rows = await session.exec(
        select(Contact).where(
            Contact.prisoner_id == proposal.prisoner_id,
            col(Contact.visitor_id).in_(proposal.visitor_ids),
        )
    )
    return list(rows.all())


async def _closed(
    session: AsyncSession,
    prison: Site,
    kiosk: tuple[Station, Site] | None,
    proposal: Proposal,
    turnover: timedelta,
) -> bool:
    sites = [prison] if kiosk is None else [prison, kiosk[1]]
    span = proposal.span.widened(timedelta(0), turnover)
    if any(site.closed_at and site.closed_at < span.end for site in sites):
        return True
    seats = {proposal.terminal_id, proposal.kiosk_id} - {None}
    closures = await session.exec(
        select(Closure.id)
        .where(
            overlapping(span),
            or_(
                and_(
                    col(Closure.site_id).in_([site.id for site in sites]),
                    col(Closure.station_id).is_(None),
                ),
                col(Closure.station_id).in_(seats),
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


async def _is_active(session: AsyncSession, official_id: int | None) -> bool:
    if official_id is None:
        return True
    account = await session.get(Account, official_id)
    return (
        account is not None
        and account.role is Role.OFFICIAL
        and account.disabled_at is None
    )


async def _cover_holds(
    session: AsyncSession, proposal: Proposal, kiosk: tuple[Station, Site] | None
) -> bool:
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
            point_id=kiosk[1].id if kiosk else None,
            span=proposal.span,
        )
    )


async def _this_week(
    session: AsyncSession, proposal: Proposal, opening: Opening, but_visit: int | None
) -> int:
    day = opening.day(proposal.span.start)
    saturday = day - timedelta(days=(day.weekday() - _SATURDAY) % 7)
    week = opening.span(saturday, saturday + timedelta(days=6))
    rows = await session.exec(
        select(func.count())
        .select_from(Visit)
        .where(
            Visit.prisoner_id == proposal.prisoner_id,
            Visit.kind == VisitKind.FAMILY,
            col(Visit.state).in_(COUNTED),
            col(Visit.starts_at) >= week.start,
            col(Visit.starts_at) < week.end,
            col(Visit.id) != (but_visit or 0),
        )
    )
    return rows.one()


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
