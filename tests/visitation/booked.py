"""A booked visit, written straight into the tables, for the tests of this folder."""

from datetime import timedelta
from itertools import count
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from tests.conftest import NOON
from tests.make import World
from visitation import calls, places, visits
from visitation.lifecycle import VisitState
from visitation.timespan import Timespan
from visitation.visits import Participant, Visit
from visitation.words import Part, VisitKind

HALF_HOUR = timedelta(minutes=30)
_numbers = count(1)


async def booked(
    session: AsyncSession, world: World, **columns: Any
) -> tuple[Visit, tuple[Participant, Participant]]:
    """A visit at noon for half an hour, with claims, prisoner and visitor."""
    number = next(_numbers)
    columns = {
        "kind": VisitKind.FAMILY,
        "state": VisitState.BOOKED,
        "starts_at": NOON,
        "prison_id": world.prison.id,
        "terminal_id": world.terminal.id,
        "point_id": world.point.id,
        "kiosk_id": world.kiosk.id,
        "prisoner_id": world.prisoner.id,
        "created_at": NOON,
        "changed_at": NOON,
    } | columns
    end = columns.setdefault("ends_at", columns["starts_at"] + HALF_HOUR)
    visit = Visit(reference=f"visit-{number}", booked_end_at=end, **columns)
    session.add(visit)
    await session.flush()
    people = (
        Participant(
            reference=f"prisoner-{number}", visit_id=visit.id, part=Part.PRISONER
        ),
        Participant(
            reference=f"visitor-{number}",
            visit_id=visit.id,
            part=Part.VISITOR,
            visitor_id=world.visitor.id,
        ),
    )
    session.add_all(people)
    await session.flush()
    policy = await places.policy_of(session, visit.prison_id)
    await visits.take(
        session,
        calls.seats_of(visit, people),
        Timespan(visit.starts_at, visit.ends_at),
        visit_id=visit.id,
        turnover=policy.turnover,
    )
    return visit, people
