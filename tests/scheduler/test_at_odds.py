"""What other rules would do to visits that are booked is known before they are made."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from scheduler import at_odds
from scheduler.at_odds import Effect
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from visitation import places
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.lifecycle import VisitState
from visitation.places import NATION, Policy, Proposed
from visitation.words import VisitKind

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def three_visits(database: Database) -> tuple[World, tuple[str, ...]]:
    """On a Monday, an hour later at the same terminal, and thirty days on."""
    async with database.write() as session:
        world = await make.world(session)
        world.visitor.born_on = date(2009, 1, 1)
        session.add(world.visitor)
        found = [
            (await booked(session, world, starts_at=NOON + after))[0].reference
            for after in (HOUR, 2 * HOUR - timedelta(minutes=25), 30 * DAY)
        ]
    return world, tuple(found)


async def effects(
    database: Database, scope: str, values: Mapping[str, int | str | None]
) -> tuple[Proposed, Mapping[str, Effect]]:
    async with database.read() as session:
        found = await places.proposed(session, scope=scope, values=values, now=NOON)
        return found, await at_odds.effects(session, found, now=NOON)


@pytest.mark.parametrize(
    ("name", "value", "which"),
    [
        ("max_party", 1, ()),
        ("adult_age", 17, ()),
        ("adult_age", 20, (0, 1, 2)),
        ("horizon_days", 20, (2,)),
        ("visits_per_week", 1, (1,)),
        ("visits_per_month", 1, (1,)),
        ("turnover_minutes", 10, (1,)),
    ],
)
async def test_those_that_would_not_fit_any_more_are_named(
    database: Database, name: str, value: int, which: tuple[int, ...]
) -> None:
    world, references = await three_visits(database)
    # An adult by the rules of now, seventeen by the calendar.
    async with database.write() as session:
        values = {"adult_age": 15}
        await places.choose(session, scope=NATION, values=values, by=SYSTEM, now=NOON)
    scope = places.scope_of_site(world.prison.id)
    _found, told = await effects(database, scope, {name: value})
    assert told[name] == Effect(
        at_odds=tuple(references[one] for one in which), holds=None
    )


async def test_what_holds_for_arranged_visits_is_counted(database: Database) -> None:
    world, _references = await three_visits(database)
    async with database.write() as session:
        soon = {"starts_at": NOON + 4 * HOUR}
        await booked(session, world, **soon, state=VisitState.REQUESTED)
        await booked(session, world, starts_at=NOON + 6 * HOUR, kind=VisitKind.LEGAL)
        await booked(
            session, world, starts_at=NOON - 3 * HOUR, state=VisitState.COMPLETED
        )
    scope = places.scope_of_site(world.prison.id)
    changes = {
        "grace_minutes": 10,
        "supervision": "required",
        "decide_minutes": 60,
        "approval": "required",
    }
    _found, told = await effects(database, scope, changes)
    assert {name: one.holds for name, one in told.items()} == {
        "grace_minutes": 5,
        "supervision": 4,
        "decide_minutes": 1,
        "approval": None,
    }


async def test_a_prison_that_chose_otherwise_is_told_and_spared(
    database: Database,
) -> None:
    world, references = await three_visits(database)
    async with database.write() as session:
        other = await make.prison(session)
        own = places.scope_of_site(world.prison.id)
        values = {"horizon_days": 50}
        await places.choose(session, scope=own, values=values, by=SYSTEM, now=NOON)
    values = {"horizon_days": 20, "visits_per_week": 1, "max_party": None}
    found, told = await effects(database, NATION, values)
    assert found.changes == {"horizon_days": 20, "visits_per_week": 1}
    assert found.otherwise == {
        "horizon_days": (world.prison.id,),
        "visits_per_week": (),
    }
    assert found.after[other.id] == Policy(horizon_days=20, visits_per_week=1)
    assert told["horizon_days"].at_odds == ()
    assert told["visits_per_week"].at_odds == references[1:2]
