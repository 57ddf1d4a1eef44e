"""Asking the rules whether a visit may be written, and writing it unless they refuse.

The rules give every reason at once; the claims are the judge when two are as quick as
each other.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calendar, rules
from scheduler.openings import Opening
from scheduler.proposals import Proposal, Refusal
from scheduler.situation import quota_of, situation
from scheduler.slots import Slot
from visitation import people, visits
from visitation.audit import Actor
from visitation.database import is_conflict
from visitation.errors import VisitationError
from visitation.people.tables import Prisoner
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Asker, VisitKind

SUGGESTIONS = 5
#: How often a booking is tried again when what was in its way went away meanwhile.
TRIES = 3
#: What a stated reason overrides by giving the prisoner one visit more.
LIMITS = frozenset({Refusal.WEEKLY_LIMIT, Refusal.MONTHLY_LIMIT})
#: Writes the visit and its claims; is given the prison's turnover.
Write = Callable[[timedelta], Awaitable[Visit]]


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


async def judge(
    session: AsyncSession,
    proposal: Proposal,
    *,
    now: datetime,
    overriding: bool = False,
    moved: Visit | None = None,
) -> tuple[tuple[Refusal, ...], Opening]:
    """The reasons that a stated reason overrides, and how the prison is open.

    Families override nothing, whatever they state.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
        Refused: if a hard rule refuses, or any rule and nothing overrides it.
    """
    known, opening = await situation(
        session, proposal, now=now, but_visit=moved.id if moved else None
    )
    reasons = rules.refusals(proposal, known)
    hard = rules.refusals(proposal, known, rules.HARD_RULES)
    overriding = overriding and proposal.asked_by is not Asker.FAMILY
    if hard or (reasons and not overriding):
        raise await _refused(session, proposal, reasons, opening, now)
    return reasons, opening


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

    A family visit is counted in the prisoner's allowance with it. Where one is spent,
    the stated reason `overriding` adds to it.

    Returns:
        The visit, and the reasons against it that were overridden.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
        Refused: with every reason, and the next free slots.
    """
    ask = partial(
        judge, session, proposal, now=now, overriding=bool(overriding), moved=moved
    )
    # Most refusals are plain at once and need not wait in line.
    overridden, opening = await ask()
    if await _line_up(session, proposal, moved):
        overridden, opening = await ask()
    lost: frozenset[str] = frozenset()
    for _ in range(TRIES):
        try:
            async with session.begin_nested():
                visit = await write(opening.policy.turnover)
                beyond = overriding if LIMITS.intersection(overridden) else ""
                await _count(
                    session, visit, proposal, opening, by=by, now=now, beyond=beyond
                )
                return visit, overridden
        except visits.Taken as taken:
            lost = taken.resources
        except visits.Spent:
            lost = frozenset()
        except IntegrityError as error:
            # PostgreSQL's exclusion constraint speaks before the claims do.
            if not is_conflict(error):
                raise
        if moved:
            await session.refresh(moved)
        overridden, opening = await ask()
    reasons = tuple(rules.TAKEN[name.partition(":")[0]] for name in sorted(lost))
    raise await _refused(
        session, proposal, reasons or (Refusal.TERMINAL_TAKEN,), opening, now
    )


async def _count(
    session: AsyncSession,
    visit: Visit,
    proposal: Proposal,
    opening: Opening,
    *,
    by: Actor,
    now: datetime,
    beyond: str,
) -> None:
    if visit.kind is VisitKind.FAMILY:
        quota = quota_of(opening, proposal)
        await visits.use(session, visit, quota, by=by, now=now, beyond=beyond)


async def _line_up(
    session: AsyncSession, proposal: Proposal, moved: Visit | None
) -> bool:
    """Wait for others who book the same prisoner, or the same terminal's same hours.

    With it the second one reads what the first one wrote and so gets every reason.
    Whoever books somebody kept apart from the prisoner waits too: nothing but this
    keeps them from one day. The answer is False where nobody waits.
    """
    hours = [(proposal.terminal_id, proposal.span)]
    if moved:
        hours.append((moved.terminal_id, Timespan(moved.starts_at, moved.ends_at)))
    if not await visits.line_up(session, hours):
        return False
    await session.exec(
        select(Prisoner.id)
        .where(
            or_(
                col(Prisoner.id) == proposal.prisoner_id,
                col(Prisoner.id).in_(people.others_of(proposal.prisoner_id)),
            )
        )
        .order_by(col(Prisoner.id))
        .with_for_update(key_share=True)
    )
    return True


async def _refused(
    session: AsyncSession,
    proposal: Proposal,
    reasons: tuple[Refusal, ...],
    opening: Opening,
    now: datetime,
) -> Refused:
    again_from = _again_from(proposal, reasons, opening)
    soonest = now + opening.policy.notice(proposal.asked_by)
    if again_from is not None:
        soonest = max(soonest, opening.span(again_from, again_from).start)
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
    proposal: Proposal, reasons: tuple[Refusal, ...], opening: Opening
) -> date | None:
    quota = quota_of(opening, proposal)
    spent = {Refusal.WEEKLY_LIMIT: quota.week, Refusal.MONTHLY_LIMIT: quota.month}
    return max((spent[one].after for one in reasons if one in spent), default=None)
