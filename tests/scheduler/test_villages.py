"""What a village's families can book while a mobile office stands there."""

from datetime import UTC, date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import villages
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.scheduler.queries import counted
from tests.visitation.booked import booked
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.places import MobileDay, Province, Site, Station, mobile
from visitation.places.itinerary import Stop
from visitation.timespan import Timespan
from visitation.words import SiteKind, VisitKind

DAY = date(2026, 11, 24)
TEN = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)  # in Tehran
HALF_HOUR = timedelta(minutes=30)
WEEK = Timespan(NOON, NOON + timedelta(days=7))


async def visited(
    session: AsyncSession, world: World
) -> tuple[Site, Station, MobileDay]:
    """A village where two kiosks stand from ten past ten to quarter past eleven."""
    province = await session.get_one(Province, world.point.province_id)
    village = await make.point(session, province, kind=SiteKind.VILLAGE, name="زفره")
    second = await make.kiosk(session, world.point)
    window = Timespan(TEN - timedelta(minutes=5), TEN + timedelta(minutes=85))
    day = await mobile.plan_day(
        session,
        office=world.point,
        day=DAY,
        stops=[Stop(village_id=village.id, span=window)],
        reference="day",
        by=SYSTEM,
        now=NOON,
    )
    return village, second, day


async def found(
    session: AsyncSession, world: World, village: Site, **more: VisitKind
) -> list[tuple[int, int, int]]:
    """Half-hours after ten, terminals and kiosks."""
    free = await villages.free(
        session, village_id=village.id, prison_id=world.prison.id, span=WEEK, **more
    )
    return [
        ((one.slot.span.start - TEN) // HALF_HOUR, one.slot.terminal_id, one.kiosk_id)
        for one in free
    ]


async def test_a_villages_slots_lie_in_the_stop_and_have_a_kiosk_each(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        village, second, day = await visited(session, world)
        one, first = world.terminal.id, world.kiosk.id
        alone = [(0, one, first), (1, one, first), (2, one, first)]
        assert await found(session, world, village) == alone
        two = (await make.terminal(session, world.prison)).id
        await make.terminal(session, world.prison)
        both = [
            (n, terminal, kiosk)
            for n in range(3)
            for terminal, kiosk in ((one, first), (two, second.id))
        ]
        assert await found(session, world, village) == both
        await booked(session, world, starts_at=TEN, ends_at=TEN + timedelta(minutes=25))
        assert (await found(session, world, village))[0] == (0, two, second.id)
        second.out_of_order = "صفحه"
        session.add(second)
        await session.flush()
        assert await found(session, world, village) == both[2::2]
        await mobile.cancel_day(session, day, reason="برف", by=SYSTEM, now=NOON)
        assert await found(session, world, village) == []


async def test_only_slots_of_the_kind_asked_for_are_found(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        village, _, _ = await visited(session, world)
        prison = await make.prison(session)
        terminal = await make.terminal(session, prison)
        await make.template(session, prison, weekday=1, kinds=["legal"])
        for kind, expected in ((VisitKind.FAMILY, 0), (VisitKind.LEGAL, 3)):
            free = await villages.free(
                session,
                village_id=village.id,
                prison_id=prison.id,
                span=WEEK,
                kind=kind,
            )
            assert [one.slot.terminal_id for one in free] == [terminal.id] * expected


async def test_more_stops_take_no_more_queries(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        village, _, _ = await visited(session, world)
    sent = []
    for number in range(2):
        with counted(database) as statements:
            async with database.read() as session:
                await found(session, world, village)
        sent.append(len(statements))
        async with database.write() as session:
            await mobile.plan_day(
                session,
                office=world.point,
                day=DAY + timedelta(days=1 + number),
                stops=[
                    Stop(
                        village_id=village.id,
                        span=Timespan(
                            TEN + timedelta(days=1 + number),
                            TEN + timedelta(days=1 + number, hours=1),
                        ),
                    )
                ],
                reference=f"day-{number}",
                by=SYSTEM,
                now=NOON,
            )
    assert sent == [7, 7]


async def test_each_stop_says_how_many_visits_still_fit_in(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        village, _second, _day = await visited(session, world)
        await make.terminal(session, world.prison)
        span = Timespan(TEN - timedelta(minutes=5), TEN + timedelta(minutes=85))

        async def free(*offices: int) -> list[villages.StopPlaces]:
            return await villages.places(
                session, prison_id=world.prison.id, span=WEEK, offices=offices
            )

        def places(number: int) -> list[villages.StopPlaces]:
            return [
                villages.StopPlaces(
                    village=village.name,
                    office=world.point.name,
                    span=span,
                    places=number,
                )
            ]

        assert await free(world.point.id) == places(6)
        await booked(session, world, starts_at=TEN, ends_at=TEN + timedelta(minutes=25))
        assert await free(world.point.id) == places(5)
        assert await free(999_999) == []
        assert await free() == []
