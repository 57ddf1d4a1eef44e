"""A lawyer adds to a request that is open already: it is confidential from then on.

Knows what of a case changes then; what is kept of the words is for `raising` to say.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases.tables import Case
from visitation.people.tables import Account
from visitation.words import CaseSource, Role


async def confided(
    session: AsyncSession, case: Case, source: CaseSource
) -> Mapping[str, Any]:
    """What changes in a case that is asked for once more, and by whom.

    What a prison could read before, and had in hand, it neither reads nor keeps.
    """
    if source is not CaseSource.PROFESSIONAL or case.source is source:
        return {}
    owner = await session.get(Account, case.owner_id) if case.owner_id else None
    keeps = owner is not None and owner.role == Role.OFFICIAL
    return {"source": source, "owner_id": case.owner_id if keeps else None}
