"""Judging visits again when what they stand on has changed.

The rules are those of booking, without what only the act of booking is asked. A visit
that could not be booked so any more is flagged; when the cause goes, so does the flag.
Knows no page and changes no visit.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import rules
from scheduler.proposals import Proposal, Refusal, Situation
from scheduler.situation import situation
from scheduler.wishes import proposal_of
from visitation import visits
from visitation.audit import SYSTEM, Actor
from visitation.lifecycle import TO_COME
from visitation.visits import Participant, Visit, flags

#: What is asked of whoever books and no more of what is booked: when it is, whether
#: the allowance lasts, and what the claims of the visit itself keep from others.
OF_BOOKING = frozenset(
    {
        Refusal.OVER,
        Refusal.BEGUN,
        Refusal.TOO_SOON,
        Refusal.TOO_FAR_AHEAD,
        Refusal.WEEKLY_LIMIT,
        Refusal.MONTHLY_LIMIT,
        *rules.TAKEN.values(),
    }
)
#: What a visit is spared while the prison is open at its time, in whatever slots.
_OF_SLOTS = frozenset({Refusal.NOT_A_SLOT, Refusal.HOLIDAY})


async def reasons_against(
    session: AsyncSession,
    visit: Visit,
    *,
    now: datetime,
    people: Iterable[Participant] | None = None,
) -> tuple[Refusal, ...]:
    """Every reason for which a visit could not be booked now as it stands.

    Its people are read unless they are known.
    """
    if people is None:
        people = await visits.participants(session, visit.id)
    proposal = proposal_of(visit, people)
    known, _opening = await situation(session, proposal, now=now, but_visit=visit.id)
    found = lasting(rules.refusals(proposal, known))
    if _is_open(proposal, known):
        return tuple(reason for reason in found if reason not in _OF_SLOTS)
    return found


async def judge(
    session: AsyncSession, visit_id: int, *, now: datetime, by: Actor = SYSTEM
) -> int:
    """Bring the flags of a visit to come up to date; return how many changed.

    Whoever moves or judges it at the same moment waits.
    """
    rows = await session.exec(
        select(Visit)
        .where(Visit.id == visit_id, col(Visit.state).in_(TO_COME))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    visit = rows.first()
    if visit is None or visit.ends_at <= now:
        return 0
    found = await reasons_against(session, visit, now=now)
    return await flags.settle(session, visit, found, by=by, now=now)


async def accept(
    session: AsyncSession,
    visit: Visit,
    overridden: Iterable[Refusal],
    *,
    because: str,
    by: Actor,
    now: datetime,
) -> None:
    """Keep a visit that was just booked or moved in spite of some reasons.

    They are no news to anybody, and go by themselves when their cause does. Whatever
    else spoke against the visit where it was before is over.
    """
    await flags.settle(
        session, visit, lasting(overridden), by=by, now=now, because=because
    )


def lasting(reasons: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Those reasons that speak against a visit after it was booked, too."""
    return tuple(reason for reason in reasons if reason not in OF_BOOKING)


def _is_open(proposal: Proposal, known: Situation) -> bool:
    """Whether the terminal is open around the time, in slots of whatever length."""
    return any(
        slot.terminal_id == proposal.terminal_id and slot.span.overlaps(proposal.span)
        for slot in known.slots
    )
