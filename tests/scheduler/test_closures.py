"""Closures and visits claim the same rows: neither gets past the other."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import func, select

from scheduler import booking, closures
from scheduler.closures import AlreadyClosed, Occupied
from scheduler.proposals import Refusal
from tests import make
from tests.conftest import NOON
from tests.scheduler.queries import counted
from tests.scheduler.test_booking import BY, LENGTH, TEN, at, book, refused
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.places import Closure
from visitation.timespan import Timespan
from visitation.visits import Claim

DAY = Timespan(TEN - timedelta(hours=10), TEN + timedelta(hours=14))


def closing(**changes):
    return {
        "station_id": None,
        "span": DAY,
        "reason": "تعطیل رسمی",
        "by": BY,
        "now": NOON,
    } | changes


async def test_a_closed_prison_claims_all_its_terminals_and_takes_no_visit(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        second = await make.terminal(session, world.prison)
        closure = await closures.close(session, site_id=world.prison.id, **closing())
        rows = (await session.exec(select(Claim))).all()
        assert {(row.resource, row.visit_id, row.closure_id) for row in rows} == {
            (f"terminal:{world.terminal.id}", None, closure.id),
            (f"terminal:{second.id}", None, closure.id),
        }
        assert len(rows) == 2 * 288
        assert await refused(session, world, keyring) == (Refusal.CLOSED,)


async def test_booked_visits_are_named_and_stay(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        later = await book(session, world, keyring, span=at(TEN + timedelta(hours=1)))
        earlier = await book(session, world, keyring)
        for site in (world.prison, world.point):
            with pytest.raises(Occupied) as occupied:
                await closures.close(session, site_id=site.id, **closing())
            assert [v.id for v in occupied.value.visits] == [earlier.id, later.id]
        assert (await session.exec(select(Closure))).all() == []


async def test_one_station_closes_alone(database: Database, keyring: Keyring) -> None:
    async with database.write() as session:
        world = await make.world(session)
        second = await make.kiosk(session, world.point)
        await closures.close(
            session, site_id=world.point.id, **closing(station_id=world.kiosk.id)
        )
        assert await refused(session, world, keyring) == (Refusal.CLOSED,)
        visit = await book(session, world, keyring, kiosk_id=second.id)
        assert visit.state is VisitState.BOOKED


async def test_a_lifted_closure_frees_its_time_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        closure = await closures.close(session, site_id=world.prison.id, **closing())
        for later in (0, 5):
            now = NOON + timedelta(minutes=later)
            await closures.lift(session, closure, by=BY, now=now)
        assert closure.lifted_at == NOON
        assert (await session.exec(select(Claim))).all() == []
        assert (await book(session, world, keyring)).state is VisitState.BOOKED


async def test_a_closure_over_another_names_it(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        first = await closures.close(session, site_id=world.prison.id, **closing())
        with pytest.raises(AlreadyClosed) as closed:
            await closures.close(
                session,
                site_id=world.prison.id,
                **closing(station_id=world.terminal.id),
            )
        assert [closure.id for closure in closed.value.closures] == [first.id]


async def test_a_visit_may_end_as_a_closure_begins_only_with_its_turnover(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        end = TEN + LENGTH
        evening = Timespan(end, end + timedelta(hours=1))
        await closures.close(session, site_id=world.prison.id, **closing(span=evening))
        assert await refused(session, world, keyring) == (Refusal.CLOSED,)


async def test_a_closure_that_has_begun_claims_what_is_left(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        began = Timespan(NOON - timedelta(hours=3), NOON + timedelta(minutes=10))
        closure = await closures.close(
            session,
            site_id=world.prison.id,
            **closing(span=began, now=NOON + timedelta(minutes=1)),
        )
        assert closure.starts_at == began.start
        assert len((await session.exec(select(Claim))).all()) == 2


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"reason": " "}, "reason", "reason_needed"),
        ({"span": Timespan(NOON - timedelta(hours=1), NOON)}, "end", "over"),
        (
            {"span": Timespan(NOON, NOON + timedelta(days=31, minutes=5))},
            "end",
            "closure_too_long",
        ),
        (
            {"span": Timespan(NOON, NOON + timedelta(minutes=7))},
            "start",
            "odd_times",
        ),
    ],
)
async def test_a_closure_that_makes_no_sense_is_invalid(
    sqlite: Database, changes: dict[str, object], field: str, reason: str
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        with pytest.raises(Invalid) as invalid:
            await closures.close(session, site_id=world.prison.id, **closing(**changes))
    assert (invalid.value.field, invalid.value.reason) == (field, reason)


async def test_a_month_of_a_large_prison_closes_in_one_go(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        for _ in range(3):
            await make.terminal(session, world.prison)
        month = Timespan(NOON, NOON + timedelta(days=31))
        await closures.close(session, site_id=world.prison.id, **closing(span=month))
        counted = await session.exec(select(func.count()).select_from(Claim))
        assert counted.one() == 4 * 31 * 288


async def test_what_is_not_there_cannot_be_closed(sqlite: Database) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        with pytest.raises(NotFound):
            await closures.close(session, site_id=999, **closing())
        with pytest.raises(NotFound):
            await closures.close(
                session, site_id=world.prison.id, **closing(station_id=world.kiosk.id)
            )


async def test_what_is_lifted_just_now_takes_nothing_that_visits_left(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        closure = await closures.close(
            session, site_id=world.prison.id, over_visits=True, **closing()
        )

    async def close_ranks() -> None:
        async with database.write() as session:
            await closures.close_ranks(session, {visit.id: ()}, now=NOON)

    async with database.write() as session:
        await closures.lift(
            session, await session.get_one(Closure, closure.id), by=BY, now=NOON
        )
        closing_ranks = asyncio.create_task(close_ranks())
        await asyncio.sleep(0.2)
    await closing_ranks
    async with database.read() as session:
        left = select(func.count()).where(Claim.closure_id == closure.id)
        assert (await session.exec(left)).one() == 0


async def test_only_the_closures_of_the_time_that_was_left_are_looked_at_again(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        had = Timespan(visit.starts_at, visit.ends_at)
        closure = await closures.close(
            session, site_id=world.prison.id, over_visits=True, **closing()
        )
        for days in range(2, 7):
            later = at(TEN + timedelta(days=days))
            await closures.close(
                session, site_id=world.prison.id, **closing(span=later)
            )
        await booking.move(
            session,
            visit=visit,
            terminal_id=world.terminal.id,
            span=at(TEN + timedelta(days=1)),
            kiosk_id=world.kiosk.id,
            by=BY,
            now=NOON,
        )
    with counted(database) as sent:
        async with database.write() as session:
            await closures.close_ranks(session, {visit.id: {had}}, now=NOON)
    async with database.read() as session:
        held = select(Claim.closure_id).where(
            Claim.resource == f"terminal:{world.terminal.id}",
            Claim.quantum == had.quanta().start,
        )
        assert (await session.exec(held)).all() == [closure.id]
    looked_at = [one for one in sent if one.startswith("SELECT station")]
    assert len(looked_at) == 1
