"""A live visit, its minutes and what it holds."""

from datetime import timedelta

from sqlmodel import func, select

from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from visitation import audit, calls
from visitation.visits import Claim, Participant, Visit
from visitation.words import Part

BY = audit.SYSTEM
MINUTE = timedelta(minutes=1)


def at(minute: int):
    return NOON + minute * MINUTE


async def live(session, world: World, **columns) -> tuple[Visit, list[Participant]]:
    visit, people = await booked(session, world, **columns)
    await calls.start(session, visit, by=BY, now=visit.starts_at)
    return visit, list(people)


async def quanta(session, visit: Visit, resource: str) -> int:
    rows = await session.exec(
        select(func.count()).where(
            Claim.visit_id == visit.id, Claim.resource == resource
        )
    )
    return rows.one()


def part(kind: Part, *, came: bool, **seconds: int) -> Participant:
    return Participant(part=kind, joined_at=NOON if came else None, **seconds)
