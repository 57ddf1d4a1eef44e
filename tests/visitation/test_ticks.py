from datetime import timedelta

import pytest

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from tests.visitation.calling import at
from visitation import audit, calls
from visitation.audit import Actor
from visitation.database import Database
from visitation.errors import Invalid
from visitation.lifecycle import (
    ParticipantState,
)
from visitation.words import Role

BY = audit.SYSTEM
MINUTE = timedelta(minutes=1)


async def test_staff_tick_people_off_once_and_never_back(database: Database) -> None:
    clerk = Actor.account(3, Role.CLERK)
    async with database.write() as session:
        visit, (_, mother) = await booked(session, await make.world(session))
        await calls.tick(
            session, mother, ParticipantState.ARRIVED, by=clerk, now=at(-20)
        )
        await calls.tick(session, mother, ParticipantState.TOLD, by=clerk, now=at(-19))
        await calls.tick(
            session, mother, ParticipantState.ARRIVED, by=clerk, now=at(-10)
        )
        assert (mother.state, mother.arrived_at, mother.told_at) == (
            ParticipantState.ARRIVED,
            at(-20),
            at(-19),
        )
        await calls.waiting(session, mother, by=clerk, now=at(-5))
        await calls.tick(
            session, mother, ParticipantState.IDENTIFIED, by=clerk, now=at(-4)
        )
        assert (mother.state, mother.identified_at) == (
            ParticipantState.WAITING,
            at(-4),
        )
        with pytest.raises(Invalid, match="state: not_a_tick"):
            await calls.tick(
                session, mother, ParticipantState.JOINED, by=clerk, now=NOON
            )
        actions = [
            entry.action for entry in await audit.history(session, visit_id=visit.id)
        ]
    assert actions == [
        "participant_arrived",
        "participant_told",
        "participant_waiting",
        "participant_identified",
    ]


async def test_who_waits_has_arrived(database: Database) -> None:
    async with database.write() as session:
        _, (_, mother) = await booked(session, await make.world(session))
        await calls.waiting(session, mother, by=BY, now=at(-5))
        await calls.waiting(session, mother, by=BY, now=at(-3))
        assert (mother.state, mother.arrived_at) == (ParticipantState.WAITING, at(-5))
