"""Asking the rules whether a visit may be written, and writing it unless they refuse.

The rules give every reason at once; the claims are the judge when two are as quick as
each other.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calendar, rules
from scheduler.openings import Opening
from scheduler.proposals import Proposal, Refusal
from scheduler.situation import situation
from scheduler.slots import Slot
from visitation import visits
from visitation.database import is_conflict
from visitation.errors import VisitationError
from visitation.people.tables import Prisoner
from visitation.timespan import Timespan
from visitation.visits import Visit

SUGGESTIONS = 5
#: How often a booking is tried again when what was in its way went away meanwhile.
TRIES = 3
#: Writes the visit and its claims; is given the prison's turnover.
Write = Callable[[timedelta], Awaitable[Visit]]


class Refused(VisitationError):
    """A visit cannot be booked so.

    Attributes:
        reasons: every reason, in the order of the rules.
        next_free: the next slots at that prison that everybody named could take.
    """

    def __init__(
        self, reasons: tuple[Refusal, ...], next_free: tuple[Slot, ...] = ()
    ) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons
        self.next_free = next_free


async def judge(
    session: AsyncSession,
    proposal: Proposal,
    *,
    now: datetime,
    overriding: bool = False,
    moved: Visit | None = None,
) -> tuple[tuple[Refusal, ...], Opening]:
    """The reasons that a stated reason overrides, and how the prison is open.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
        Refused: if a hard rule refuses, or any rule and nothing overrides it.
    """
    known, opening = await situation(
        session, proposal, now=now, but_visit=moved.id if moved else None
    )
    reasons = rules.refusals(proposal, known)
    hard = rules.refusals(proposal, known, rules.HARD_RULES)
    if hard or (reasons and not overriding):
        raise await _refused(session, proposal, reasons, opening, now)
    return reasons, opening


async def unless_refused(
    session: AsyncSession,
    proposal: Proposal,
    write: Write,
    *,
    now: datetime,
    overriding: bool,
    moved: Visit | None = None,
) -> tuple[Visit, tuple[Refusal, ...]]:
    """Write the visit unless the rules refuse; whoever is overtaken asks them again.

    Returns:
        The visit, and the reasons against it that were overridden.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
        Refused: with every reason, and the next free slots.
    """
    ask = partial(judge, session, proposal, now=now, overriding=overriding, moved=moved)
    # Most refusals are plain at once and need not wait in line.
    overridden, opening = await ask()
    if await _line_up(session, proposal, moved):
        overridden, opening = await ask()
    lost: frozenset[str] = frozenset()
    for _ in range(TRIES):
        try:
            async with session.begin_nested():
                return await write(opening.policy.turnover), overridden
        except visits.Taken as taken:
            lost = taken.resources
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


async def _line_up(
    session: AsyncSession, proposal: Proposal, moved: Visit | None
) -> bool:
    """Wait for others who book the same prisoner, or the same terminal's same hours.

    With it the second one reads what the first one wrote and so gets every reason,
    and the weekly limit counts everybody. The answer is False where nobody waits.
    """
    hours = [(proposal.terminal_id, proposal.span)]
    if moved:
        hours.append((moved.terminal_id, Timespan(moved.starts_at, moved.ends_at)))
    if not await visits.line_up(session, hours):
        return False
    await session.exec(
        select(Prisoner.id)
        .where(Prisoner.id == proposal.prisoner_id)
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
    soonest = now + timedelta(minutes=opening.policy.notice_minutes)
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
    return Refused(reasons, tuple(next_free))
