"""When staff watched a visit, as pages say it: to staff by name, to families not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import calls
from visitation.calls.watching import Watched
from visitation.places import Site
from visitation.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Somebody of the staff who watched; `until` is None while they do."""

    name: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a family reads of it: whose staff it was, and when."""

    prison: str
    times: tuple[Watched, ...]


async def by_name(
    session: AsyncSession, visit_id: int, names: Mapping[int, str]
) -> tuple[Watcher, ...]:
    """Who of the staff watched a visit, for staff; `names` are of its participants."""
    found = await calls.watching.times(session, visit_id=visit_id)
    return tuple(
        Watcher(
            name=names.get(one.participant_id, "?"), since=one.since, until=one.until
        )
        for one in found
    )


async def told(session: AsyncSession, visit_id: int) -> Told:
    """When staff watched a visit, for those who were in it."""
    visit = await session.get_one(Visit, visit_id)
    prison = await session.get_one(Site, visit.prison_id)
    times = await calls.watching.times(session, visit_id=visit_id)
    return Told(prison=prison.name, times=times)
