"""The times a family is shown: free for everybody, and within what it may ask for."""

from datetime import timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, times
from scheduler.times import Party, Time
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.scheduler.test_booking import BY, LENGTH, TEN, at, wish
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.places import Province, mobile
from visitation.places.itinerary import Stop
from visitation.timespan import Timespan
from visitation.words import Asker, SiteKind

DAY = TEN.date()
HALF = timedelta(minutes=30)


async def office(session: AsyncSession) -> World:
    """The world, whose point stays where it is."""
    world = await make.world(session)
    world.point.kind = SiteKind.OFFICE
    session.add(world.point)
    await session.flush()
    return world


def party(world: World, **changes: Any) -> Party:
    return Party(
        **{
            "prison_id": world.prison.id,
            "prisoner_id": world.prisoner.id,
            "visitor_ids": frozenset({world.visitor.id}),
            "point_id": world.point.id,
        }
        | changes
    )


async def found(session: AsyncSession, one: Party, **changes: Any) -> tuple[Time, ...]:
    asked = {"asker": Asker.FAMILY, "first": DAY, "last": DAY, "now": NOON} | changes
    return await times.free(session, one, **asked)


async def test_a_family_is_shown_what_it_may_still_ask_for(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await office(session)
        shown = await found(session, party(world))
        staff = await found(session, party(world), asker=Asker.STAFF)
    # A family asks a day before: from noon on. The office may still book the morning.
    assert shown[0].place.span.start == NOON + timedelta(days=1)
    assert shown[0].place.kiosk_id == world.kiosk.id
    assert (len(shown), len(staff)) == (16, 24)
    assert {one.place.span.length for one in shown} == {LENGTH}


async def test_one_seat_is_shown_for_a_time_and_none_where_somebody_is_busy(
    database: Database, keyring: Keyring
) -> None:
    start = NOON + timedelta(days=1)
    async with database.write() as session:
        world = await office(session)
        second = await make.terminal(session, world.prison)
        await make.kiosk(session, world.point)
        await booking.book(
            session,
            keyring=keyring,
            by=BY,
            now=NOON,
            **wish(world, span=at(start), terminal_id=second.id),
        )
        other = await make.prisoner(session, world.prison)
        aunt = await make.visitor(session)
        await make.contact(session, other, aunt)
        same = await found(session, party(world))
        others = await found(
            session,
            party(world, prisoner_id=other.id, visitor_ids=frozenset({aunt.id})),
        )
    assert start not in [one.place.span.start for one in same]
    assert [one.place.span.start for one in others][:2] == [start, start + HALF]
    # Where they sit is free as well.
    assert others[0].place.kiosk_id != world.kiosk.id


async def test_days_are_in_order_and_reach_as_far_as_the_prison_allows(
    sqlite: Database,
) -> None:
    async with sqlite.write() as session:
        world = await office(session)
        await make.policy(session, world.prison, family_horizon_days=2)
        first, last = times.reach(NOON, timedelta(days=1), timedelta(days=2))
        days = times.by_day(await found(session, party(world), first=first, last=last))
        own = await found(session, party(world, point_id=None))
    assert list(days) == [DAY, DAY + timedelta(days=1)]
    assert [len(shown) for shown in days.values()] == [16, 9]
    assert {one.place.kiosk_id for one in own} == {None}


async def test_a_village_has_times_while_the_office_stands_there(
    database: Database,
) -> None:
    noon = NOON + timedelta(days=1)
    async with database.write() as session:
        world = await make.world(session)
        province = await session.get_one(Province, world.point.province_id)
        village = await make.point(session, province, kind=SiteKind.VILLAGE)
        at_home = await found(session, party(world))
        await mobile.plan_day(
            session,
            office=world.point,
            day=DAY,
            stops=[
                Stop(
                    village_id=village.id,
                    span=Timespan(noon, noon + timedelta(hours=1)),
                )
            ],
            reference="day",
            by=SYSTEM,
            now=NOON,
        )
        there = await found(session, party(world, point_id=village.id))
        with_the_office = await found(session, party(world))
    # An office that nobody sends out stands still; one that drives is where it stops.
    assert len(at_home) == 16
    assert [one.place.span.start for one in there] == [noon, noon + HALF]
    assert with_the_office == there
