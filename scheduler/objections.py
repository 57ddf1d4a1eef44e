"""Asking the rules about a proposal, with everything that they look at read anew.

For whoever only wants to know. Whoever writes goes through `verdict`, which asks again.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import rules
from scheduler.proposals import Proposal, Refusal
from scheduler.situation import situation


async def against(
    session: AsyncSession,
    proposal: Proposal,
    *,
    now: datetime,
    but_visit: int | None = None,
) -> tuple[Refusal, ...]:
    """Every reason that the rules have against a proposal now.

    The visit that would move there, `but_visit`, is not in its own way.

    Raises:
        NotFound: if the prison, a station or the prisoner does not exist.
    """
    known, _prison = await situation(session, proposal, now=now, but_visit=but_visit)
    return rules.refusals(proposal, known)
