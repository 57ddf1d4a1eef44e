from datetime import timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from tests.visitation.calling import at, live, part
from visitation import audit, calls, visits
from visitation.calls import Presence
from visitation.database import Database
from visitation.errors import NotFound
from visitation.keyring import Keyring
from visitation.lifecycle import (
    ParticipantState,
)
from visitation.words import Part, Role, Side

BY = audit.SYSTEM
MINUTE = timedelta(minutes=1)


async def test_minutes_are_counted_around_a_broken_line(database: Database) -> None:
    async with database.write() as session:
        visit, (_, mother) = await live(session, await make.world(session))
        await calls.joined(session, mother, by=BY, now=at(1))
        await calls.reconnecting(session, mother, now=at(11))
        assert mother.state is ParticipantState.RECONNECTING
        await calls.returned(session, mother, lost=2 * MINUTE, by=BY, now=at(13))
        assert (mother.state, mother.joined_at) == (ParticipantState.JOINED, at(1))
        await calls.left(session, mother, reason="left", by=BY, now=at(30))
        assert (mother.state, mother.left_at) == (ParticipantState.LEFT, at(30))
        assert (mother.seconds_connected, mother.seconds_lost) == (27 * 60, 120)
        stretches = await session.exec(select(Presence).order_by(Presence.id))
        assert [(s.joined_at, s.left_at, s.reason) for s in stretches] == [
            (at(1), at(11), "lost"),
            (at(13), at(30), "left"),
        ]
        people = await visits.participants(session, visit.id)
        assert calls.minutes_by_side(people) == {Side.FAMILY: (27.0, 2.0)}


async def test_a_line_that_never_came_back_is_counted_to_the_end(
    database: Database,
) -> None:
    async with database.write() as session:
        _, (_, mother) = await live(session, await make.world(session))
        await calls.joined(session, mother, by=BY, now=NOON)
        await calls.reconnecting(session, mother, now=at(20))
        await calls.left(
            session, mother, reason="ended", by=BY, now=at(30), lost=10 * MINUTE
        )
        assert (mother.seconds_connected, mother.seconds_lost) == (1200, 600)


async def test_a_clock_that_went_back_takes_no_minutes_away(
    database: Database,
) -> None:
    async with database.write() as session:
        _, (_, mother) = await live(session, await make.world(session))
        await calls.joined(session, mother, by=BY, now=at(5))
        await calls.left(session, mother, reason="left", by=BY, now=at(4))
        assert mother.seconds_connected == 0


def test_a_sides_minutes_are_those_of_its_best_connected() -> None:
    people = [
        part(Part.VISITOR, came=True, seconds_connected=600, seconds_lost=60),
        part(Part.VISITOR, came=True, seconds_connected=1200, seconds_lost=0),
        part(Part.PRISONER, came=True, seconds_connected=1500, seconds_lost=30),
        part(Part.OFFICIAL, came=False, seconds_connected=0, seconds_lost=0),
    ]
    assert calls.minutes_by_side(people) == {
        Side.FAMILY: (20.0, 0.0),
        Side.PRISON: (25.0, 0.5),
    }


async def test_a_terminal_that_waits_has_brought_nobody(database: Database) -> None:
    async with database.write() as session:
        _, (prisoner, _) = await booked(session, await make.world(session))
        await calls.waiting(session, prisoner, by=BY, now=at(-5))
    assert prisoner.part is Part.PRISONER
    assert (prisoner.state, prisoner.arrived_at) == (ParticipantState.WAITING, None)


async def test_a_closed_account_does_not_come_back_to_a_call(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await booked(session, world)
        warden = await make.account(session, Role.WARDEN)
        watching = await calls.attend(
            session,
            visit=visit,
            account=warden,
            part=Part.MONITOR,
            keyring=keyring,
            now=NOON,
        )
        warden.disabled_at = NOON
        with pytest.raises(NotFound):
            await calls.admit(session, participant_id=watching.id, now=NOON)
