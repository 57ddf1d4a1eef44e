"""Asking the rules whether a visit may be written, and writing it unless they refuse.

The rules give every reason at once; the claims are the judge when two are as quick as
each other.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calendar, rules
from scheduler.proposals import Proposal, Refusal
from scheduler.seats import Prison
from scheduler.situation import Survey, quota_of, survey
from scheduler.slots import Slot
from visitation import visits
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import VisitationError
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Asker, VisitKind

SUGGESTIONS = 5
#: How often a booking is tried again when what was in its way went away meanwhile.
TRIES = 3
#: What a stated reason overrides by giving the prisoner one visit more.
LIMITS = frozenset({Refusal.WEEKLY_LIMIT, Refusal.MONTHLY_LIMIT})
#: Writes the visit and its claims; is given what was found, and what was overridden.
Write = Callable[[Survey, tuple[Refusal, ...]], Awaitable[Visit]]


class Refused(VisitationError):
    """A visit cannot be booked so.

    Attributes:
        reasons: every reason, in the order of the rules.
        next_free: the next slots at that prison that everybody named could take.
        again_from: the first day on which the prisoner has an allowance again, where
            it is spent.
    """

    def __init__(
        self,
        reasons: tuple[Refusal, ...],
        next_free: tuple[Slot, ...] = (),
        again_from: date | None = None,
    ) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons
        self.next_free = next_free
        self.again_from = again_from


async def unless_refused(
    session: AsyncSession,
    proposal: Proposal,
    write: Write,
    *,
    by: Actor,
    now: datetime,
    overriding: str,
    moved: Visit | None = None,
) -> tuple[Visit, tuple[Refusal, ...]]:
    """Write the visit unless the rules refuse; whoever is overtaken asks them again.

    A family visit that is `moved` is counted in the prisoner's allowance anew; whoever
    writes a new one counts it. Families override nothing, whatever they state.

    Returns:
        The visit, and the reasons against it that were overridden.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
        Refused: with every reason, and the next free slots.
    """
    lost: frozenset[str] = frozenset()
    for _ in range(TRIES):
        try:
            # With the savepoint a refused one leaves the line as well.
            async with session.begin_nested():
                await _line_up(session, proposal, moved)
                found = await survey(
                    session, proposal, now=now, but_visit=moved.id if moved else None
                )
                overridden = _overridden(proposal, found, overriding)
                visit = await write(found, overridden)
                if moved and moved.kind is VisitKind.FAMILY:
                    await visits.use(
                        session,
                        visit,
                        quota_of(found.prison, proposal),
                        by=by,
                        now=now,
                        beyond=beyond(overridden, overriding),
                    )
                return visit, overridden
        except _Against as against:
            reasons, prison = against.reasons, against.prison
            raise await refused_for(session, proposal, reasons, prison, now) from None
        except visits.Taken as taken:
            lost = taken.resources
        except visits.Spent:
            lost = frozenset()
        except IntegrityError as error:
            # The claims, or before them PostgreSQL's exclusion constraint.
            if not is_conflict(error):
                raise
        if moved:
            await session.refresh(moved)
    reasons = tuple(rules.TAKEN[name.partition(":")[0]] for name in sorted(lost))
    raise await refused_for(
        session, proposal, reasons or (Refusal.TERMINAL_TAKEN,), found.prison, now
    )


class _Against(VisitationError):
    """The rules refuse; raised through the savepoint, so that nobody waits any more."""

    def __init__(self, reasons: tuple[Refusal, ...], prison: Prison) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons
        self.prison = prison


def _overridden(
    proposal: Proposal, found: Survey, overriding: str
) -> tuple[Refusal, ...]:
    """The reasons that the stated one overrides."""
    reasons = rules.refusals(proposal, found.known)
    if not reasons:
        return ()
    hard = rules.refusals(proposal, found.known, rules.HARD_RULES)
    if hard or not overriding or proposal.asked_by is Asker.FAMILY:
        raise _Against(reasons, found.prison)
    return reasons


def beyond(overridden: tuple[Refusal, ...], overriding: str) -> str:
    """The reason that adds a visit to an allowance that is spent, if that is stated."""
    return overriding if LIMITS.intersection(overridden) else ""


async def _line_up(
    session: AsyncSession, proposal: Proposal, moved: Visit | None
) -> None:
    """Wait for others who book the same prisoner, or the same terminal's same hours.

    With it the second one reads what the first one wrote and so gets every reason.
    Whoever books somebody kept apart from the prisoner waits too: nothing but this
    keeps them from one day.
    """
    hours = [(proposal.terminal_id, proposal.span)]
    if moved:
        hours.append((moved.terminal_id, Timespan(moved.starts_at, moved.ends_at)))
    await visits.line_up(session, hours, prisoner_id=proposal.prisoner_id)


async def refused_for(
    session: AsyncSession,
    proposal: Proposal,
    reasons: tuple[Refusal, ...],
    prison: Prison,
    now: datetime,
) -> Refused:
    """The refusal for some reasons, with what could be booked instead."""
    again_from = _again_from(proposal, reasons, prison)
    soonest = now + prison.policy.notice(proposal.asked_by)
    if again_from is not None:
        soonest = max(soonest, prison.span(again_from, again_from).start)
    next_free = await calendar.free(
        session,
        site_id=proposal.prison_id,
        after=max(soonest, proposal.span.start),
        limit=SUGGESTIONS,
        kind=proposal.kind,
        kiosk_id=proposal.kiosk_id,
        prisoner_id=proposal.prisoner_id,
        visitor_ids=proposal.visitor_ids,
        official_id=proposal.official_id,
    )
    return Refused(reasons, tuple(next_free), again_from)


def _again_from(
    proposal: Proposal, reasons: tuple[Refusal, ...], prison: Prison
) -> date | None:
    quota = quota_of(prison, proposal)
    spent = {Refusal.WEEKLY_LIMIT: quota.week, Refusal.MONTHLY_LIMIT: quota.month}
    return max((spent[one].after for one in reasons if one in spent), default=None)
