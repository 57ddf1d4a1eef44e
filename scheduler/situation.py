"""Reading everything the booking rules look at, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import and_, col
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import facts
from scheduler.facts import Day
from scheduler.proposals import UNLIMITED, Limits, Proposal, Situation
from scheduler.seats import Prison, Seats, seats
from visitation import visits
from visitation.people.contacts import Standing, standing
from visitation.places import Closure, Policy
from visitation.timespan import Timespan
from visitation.visits import Balance, Cover, Pages, Quota, ledger
from visitation.words import BY_PROFESSION, Asker, VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the rules look at, and what writing a visit needs of the same.

    Attributes:
        point_id: where the family sits; None with a phone of its own.
        point: the name of that place.
        contacts: the proposed visitors who are known to the prisoner.
        pages: what the ledger says, where the visit is counted.
    """

    known: Situation
    prison: Prison
    point_id: int | None
    point: str | None
    contacts: Sequence[Any]
    pages: Pages | None

    @property
    def turnover(self) -> timedelta:
        """How long a seat is kept after a visit."""
        return self.prison.policy.turnover


async def situation(
    session: AsyncSession,
    proposal: Proposal,
    *,
    now: datetime,
    but_visit: int | None = None,
) -> tuple[Situation, Prison]:
    """What the rules look at, and what the prison allows.

    The visit that is being moved, `but_visit`, is not in its own way.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
    """
    found = await survey(session, proposal, now=now, but_visit=but_visit)
    return found.known, found.prison


async def survey(
    session: AsyncSession,
    proposal: Proposal,
    *,
    now: datetime,
    but_visit: int | None = None,
) -> Survey:
    """The same, with what is needed to write the visit.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
    """
    # What is read below goes past the session, which may have changes to write.
    await session.flush()
    ends = await seats(session, proposal)
    prison = ends.prison
    day = await facts.day(
        session, proposal, ends, wanted(proposal), but_visit=but_visit
    )
    pages = await _pages(session, proposal, prison, but_visit)
    local = prison.day(proposal.span.start)
    known = known_of(
        proposal,
        ends,
        day,
        now=now,
        allowance=_allowance(proposal, prison, pages, but_visit),
        taken=day.taken,
        official_is_then=await facts.official_is_then(session, proposal, local),
        cover_holds=await _cover_holds(session, proposal),
    )
    return Survey(
        known=known,
        prison=prison,
        point_id=ends.point_id,
        point=ends.point,
        contacts=ends.contacts,
        pages=pages,
    )


def known_of(
    proposal: Proposal,
    ends: Seats,
    day: Day,
    *,
    now: datetime,
    allowance: tuple[Balance, Balance],
    taken: frozenset[str],
    official_is_then: bool = True,
    cover_holds: bool = True,
) -> Situation:
    """What was read, as the rules look at it."""
    policy, at = ends.prison.policy, proposal.span.start
    week, month = allowance
    return Situation(
        now=now,
        limits=_limits(policy, proposal.asked_by),
        slots=day.slots,
        holiday=day.holiday,
        closed=day.closed,
        terminal_is_here=ends.terminal_is_here,
        terminal_in_order=ends.terminal_in_order,
        kiosk_is_kiosk=ends.kiosk_is_kiosk,
        kiosk_in_order=ends.kiosk_in_order,
        kiosk_is_there=ends.kiosk_is_there,
        province_admitted=day.province_admitted,
        prisoner_is_here=ends.prisoner_is_here,
        prisoner_released=ends.released_at is not None and ends.released_at <= at,
        prisoner_away=day.away,
        kept_apart=day.kept_apart,
        barred=day.barred,
        official_is_active=ends.official_is_active,
        official_is_then=official_is_then,
        cover_holds=cover_holds,
        week=week,
        month=month,
        taken=taken,
        **_visitors(ends.contacts, policy.adult_age, at, ends.prison.day(at)),
    )


def _limits(policy: Policy, asker: Asker) -> Limits:
    return Limits(
        notice=policy.notice(asker),
        horizon=policy.horizon(asker),
        max_party=policy.max_party,
    )


def _visitors(
    contacts: Sequence[Any], adult_age: int, at: datetime, day: date
) -> dict[str, frozenset[int]]:
    """Who of the proposed visitors is what, by the names that the situation has."""
    standings = {c.visitor_id: standing(c, at) for c in contacts}
    return {
        "approved": _those(standings, Standing.APPROVED),
        "banned": _those(standings, Standing.BANNED),
        "lawyers": frozenset(
            c.visitor_id for c in contacts if c.relation in BY_PROFESSION
        ),
        "minors": frozenset(
            c.visitor_id
            for c in contacts
            if c.born_on is not None and facts.age(c.born_on, day) < adult_age
        ),
    }


def _those(standings: dict[int, Standing], wanted: Standing) -> frozenset[int]:
    return frozenset(who for who, found in standings.items() if found is wanted)


def overlapping(span: Timespan) -> ColumnElement[bool]:
    """The condition on `Closure` that keeps what is in force within a span."""
    return and_(
        col(Closure.lifted_at).is_(None),
        col(Closure.starts_at) < span.end,
        col(Closure.ends_at) > span.start,
    )


async def _cover_holds(session: AsyncSession, proposal: Proposal) -> bool:
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


async def _pages(
    session: AsyncSession, proposal: Proposal, prison: Prison, but_visit: int | None
) -> Pages | None:
    if proposal.kind is not VisitKind.FAMILY:
        return None
    return await ledger.read(
        session,
        proposal.prisoner_id,
        quota_of(prison, proposal),
        but_visit=but_visit,
    )


def _allowance(
    proposal: Proposal, prison: Prison, pages: Pages | None, but_visit: int | None
) -> tuple[Balance, Balance]:
    if pages is None:
        return UNLIMITED, UNLIMITED
    quota = quota_of(prison, proposal)
    found = pages.balances(quota, but_visit=but_visit)
    return found[quota.week.name], found[quota.month.name]


def quota_of(prison: Prison, proposal: Proposal) -> Quota:
    """What the prison grants in the week and the month of the proposed day."""
    day = prison.day(proposal.span.start)
    return visits.quota(prison.policy, prison.zone, day)


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
