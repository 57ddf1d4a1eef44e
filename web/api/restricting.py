"""What endpoints about a prisoner's restrictions share: who may, and about whom."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from pydantic import StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.words import Role
from web import subjects
from web.api.endpoint import Endpoint
from web.api.kinds import Line
from web.principals import Principal
from web.routing import Door

PLANNERS: frozenset[Role | Door] = frozenset({Role.SCHEDULER, Role.ADMINISTRATOR})
READERS: frozenset[Role | Door] = PLANNERS | {Role.AUDITOR}
Needed = Annotated[Line, StringConstraints(min_length=1)]
Parts = Mapping[str, str]

READS = partial(Endpoint, method="GET", allow=READERS, subject=subjects.prisoner)
RECORDS = partial(
    Endpoint, method="POST", allow=PLANNERS, subject=subjects.prisoner, status=201
)
LIFTS = partial(Endpoint, method="POST", allow=PLANNERS)


async def reaches(
    session: AsyncSession, principal: Principal | None, prisoner_id: int
) -> bool:
    """Whether staff reach a prisoner."""
    parts = {"prisoner": str(prisoner_id)}
    return await subjects.prisoner(session, parts, principal, None) is not None
