"""Lost time in the record, and giving it back, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.booked import booked
from visitation import audit, calls, visits
from visitation.calls import Losses, NotExtendable, losses
from visitation.database import Database
from visitation.visits import Participant, Visit
from visitation.words import Fault, Outcome

BY = audit.SYSTEM


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


async def live(
    session: AsyncSession, world: World
) -> tuple[Visit, tuple[Participant, Participant]]:
    visit, people = await booked(session, world)
    await calls.start(session, visit, by=BY, now=NOON)
    return visit, people


async def loses(session: AsyncSession, visit: Visit, seconds: int) -> None:
    await losses.add(session, visit.id, {Fault.FAMILY: seconds})


@pytest.mark.parametrize(
    ("lost", "given", "owed"),
    [(0, 0, 0), (59, 0, 0), (60, 0, 1), (61, 0, 2), (200, 4, 0), (310, 4, 2)],
)
def test_what_is_owed_is_whole_minutes_from_one_minute_on(
    lost: int, given: int, owed: int
) -> None:
    found = Losses(seconds={Fault.PRISON: lost}, minutes_given_back=given)

    assert found.minutes_owed == owed


async def test_lost_seconds_add_up_by_fault(database: Database) -> None:
    async with database.write() as session:
        visit, _ = await live(session, await make.world(session))
        await losses.add(session, visit.id, {Fault.FAMILY: 20, Fault.SERVER: 5})
        await losses.add(session, visit.id, {Fault.FAMILY: 50})
    async with database.read() as session:
        assert await losses.of(session, visit) == Losses(
            seconds={Fault.FAMILY: 70, Fault.SERVER: 5}, minutes_given_back=0
        )


async def test_lost_time_is_given_back_to_the_minute(database: Database) -> None:
    async with database.write() as session:
        visit, _ = await live(session, await make.world(session))
        await loses(session, visit, 130)

        assert await calls.give_back(session, visit, by=BY, now=at(29)) == 3

        assert (visit.ends_at, visit.booked_end_at) == (at(33), at(30))
        assert (await losses.of(session, visit)).minutes_owed == 0
        entry = (await audit.history(session, visit_id=visit.id))[-1]
        assert (entry.action, entry.facts) == ("visit_give_back", {"minutes": 3})
        assert await calls.give_back(session, visit, by=BY, now=at(32)) == 0


async def test_what_is_lost_later_is_given_back_as_well(database: Database) -> None:
    async with database.write() as session:
        visit, _ = await live(session, await make.world(session))
        await loses(session, visit, 130)
        await calls.give_back(session, visit, by=BY, now=at(29))
        await loses(session, visit, 120)

        assert await calls.give_back(session, visit, by=BY, now=at(32)) == 2
        assert visit.ends_at == at(35)


async def test_no_more_is_given_back_than_the_prison_allows(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, credit_max_minutes=4)
        visit, _ = await live(session, world)
        await loses(session, visit, 10 * 60)

        assert await calls.give_back(session, visit, by=BY, now=at(29)) == 4
        assert await calls.give_back(session, visit, by=BY, now=at(33)) == 0
        assert (await losses.of(session, visit)).minutes_owed == 6


async def test_as_much_is_given_back_as_is_free(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await live(session, world)
        await booked(session, world, starts_at=at(40))
        await loses(session, visit, 8 * 60)

        # Five minutes are what the terminal needs before the next visit.
        assert await calls.give_back(session, visit, by=BY, now=at(29)) == 5
        assert visit.ends_at == at(35)
        assert await calls.give_back(session, visit, by=BY, now=at(35)) == 0
        assert (await losses.of(session, visit)).minutes_owed == 3


async def test_nothing_is_given_back_of_what_somebody_needs_next(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _ = await live(session, world)
        await booked(session, world, starts_at=at(35))
        await loses(session, visit, 3 * 60)

        assert await calls.give_back(session, visit, by=BY, now=at(29)) == 0
        assert visit.ends_at == at(30)
        await calls.finish(session, visit, outcome=Outcome.COMPLETED, by=BY, now=at(30))
        entry = (await audit.history(session, visit_id=visit.id))[-1]
        assert entry.facts == {"outcome": "completed", "minutes_owed": 3}


async def test_only_a_live_visit_is_given_anything(database: Database) -> None:
    async with database.write() as session:
        visit, _ = await booked(session, await make.world(session))
        await loses(session, visit, 3 * 60)
        with pytest.raises(NotExtendable):
            await calls.give_back(session, visit, by=BY, now=at(29))


async def test_the_time_the_service_was_away_is_its_fault(database: Database) -> None:
    async with database.write() as session:
        visit, people = await live(session, await make.world(session))
        for who in people:
            await calls.joined(session, who, by=BY, now=at(1))
        await calls.seen(session, [visit.reference], now=at(5))
        await calls.went_down(session, visit, now=at(7.5))
        await calls.went_down(session, visit, now=at(9))

        assert (await losses.of(session, visit)).seconds == {Fault.SERVER: 150}


async def test_whoever_sat_alone_lost_nothing_while_the_service_was_away(
    database: Database,
) -> None:
    async with database.write() as session:
        visit, (prisoner, _) = await live(session, await make.world(session))
        await calls.joined(session, prisoner, by=BY, now=at(1))
        await calls.went_down(session, visit, now=at(8))

        assert (await losses.of(session, visit)).seconds == {}


async def test_a_visit_that_staff_had_paused_loses_nothing_to_the_service(
    database: Database,
) -> None:
    async with database.write() as session:
        visit, people = await live(session, await make.world(session))
        for who in people:
            await calls.joined(session, who, by=BY, now=at(1))
        for paused in (True, False, True):
            subject = f"visit:{visit.id}"
            audit.note(
                session,
                BY,
                calls.orders.PAUSED,
                subject,
                now=at(2),
                visit_id=visit.id,
                paused=paused,
            )
        await calls.went_down(session, visit, now=at(8))

        assert (await losses.of(session, visit)).seconds == {}


async def test_a_visit_that_is_deleted_takes_its_losses_along(
    database: Database,
) -> None:
    async with database.write() as session:
        visit, _ = await live(session, await make.world(session))
        await loses(session, visit, 30)
    async with database.write() as session:
        await visits.release(session, visit_id=visit.id)
        await session.delete(await session.get_one(Visit, visit.id))
    async with database.read() as session:
        assert (await losses.of(session, visit)).seconds == {}
