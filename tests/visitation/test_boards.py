"""Lists of the day: what is on them, and that their length costs no queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.web.day import booked
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Scope
from visitation.timespan import Timespan
from visitation.visits import boards
from visitation.visits.listed import next_of
from visitation.words import Part, StationKind

EVERYWHERE = Scope(everywhere=True)
TODAY = Timespan(NOON - timedelta(hours=12), NOON + timedelta(hours=12))


@contextmanager
def counted() -> Iterator[list[str]]:
    """The queries of a block."""
    said: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def _many(
    session: AsyncSession, keyring: Keyring, count: int, **options: object
) -> World:
    world = await make.world(session)
    for number in range(count):
        starts_at = NOON + timedelta(minutes=30 * number)
        await booked(
            session,
            world,
            keyring,
            starts_at=starts_at,
            visitors=[
                world.visitor,
                await make.visitor(session, name=f"خاله {number}"),
            ],
            **options,  # type: ignore[arg-type]
        )
    return world


async def test_a_list_takes_four_queries_however_long_it_is(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await _many(session, keyring, 12)
        official = world.official
        an_hour_before = NOON - timedelta(hours=1)
        await booked(
            session, world, keyring, starts_at=an_hour_before, official=official
        )
    kiosk, terminal = world.kiosk.id, world.terminal.id

    async with database.read() as session:
        for lists in (
            lambda: boards.at_prisons(session, scope=EVERYWHERE, day=TODAY),
            lambda: boards.at_points(session, scope=EVERYWHERE, day=TODAY),
            lambda: boards.at_terminal(session, station_id=terminal, day=TODAY),
            lambda: boards.at_kiosk(session, station_id=kiosk, day=TODAY),
            lambda: boards.named(session, scope=EVERYWHERE, text="كريمي", within=TODAY),
        ):
            with counted() as said:
                found = await lists()
            assert (len(found), len(said)) == (13, 4)
        with counted() as said:
            await boards.to_attend(
                session,
                account_id=official.id,
                scope=EVERYWHERE,
                within=TODAY,
                today=TODAY,
            )
        assert len(said) == 4


async def test_a_visit_is_listed_with_its_places_and_people(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await _many(session, keyring, 1)
        await make.policy(session, world.prison, early_minutes=20, grace_minutes=3)

    async with database.read() as session:
        (one,) = await boards.at_prisons(session, scope=EVERYWHERE, day=TODAY)

    assert (one.prison, one.terminal, one.point, one.kiosk) == (
        world.prison.name,
        world.terminal.name,
        world.point.name,
        world.kiosk.name,
    )
    assert [(p.part, p.name, p.has_code) for p in one.attendees] == [
        (Part.PRISONER, world.prisoner.name, False),
        (Part.VISITOR, world.visitor.name, True),
        (Part.VISITOR, "خاله 0", True),
    ]
    assert one.door(Part.VISITOR, NOON).opens_at == NOON - timedelta(minutes=20)
    assert one.door(Part.VISITOR, NOON).closes_at == NOON + timedelta(minutes=33)


async def test_nothing_outside_the_scope_is_listed(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await _many(session, keyring, 2)
    only_the_point = Scope(sites=frozenset({world.point.id}))

    async with database.read() as session:
        prisons = await boards.at_prisons(session, scope=only_the_point, day=TODAY)
        points = await boards.at_points(session, scope=only_the_point, day=TODAY)
        seats = await boards.seats(
            session, scope=only_the_point, kind=StationKind.KIOSK
        )
        nowhere = await boards.at_points(session, scope=Scope(), day=TODAY)

    assert (len(prisons), len(points), len(seats), len(nowhere)) == (0, 2, 1, 0)


async def test_a_visit_that_goes_over_midnight_is_on_both_days(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        late = TODAY.end - timedelta(minutes=10)
        await booked(session, world, keyring, starts_at=late, minutes=30)
    tomorrow = Timespan(TODAY.end, TODAY.end + timedelta(days=1))

    async with database.read() as session:
        for day in (TODAY, tomorrow):
            found = await boards.at_prisons(session, scope=EVERYWHERE, day=day)
            assert len(found) == 1


async def test_a_visit_merely_held_is_on_no_list(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        await _many(session, keyring, 1, state=VisitState.HELD)

    async with database.read() as session:
        assert await boards.at_prisons(session, scope=EVERYWHERE, day=TODAY) == ()


async def test_the_next_of_a_terminal_is_the_live_one_then_the_nearest(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        for minutes, state in ((-34, "booked"), (-4, "live"), (26, "booked")):
            await booked(
                session,
                world,
                keyring,
                starts_at=NOON + timedelta(minutes=minutes),
                state=VisitState(state),
            )

    async with database.read() as session:
        found = await boards.at_terminal(
            session, station_id=world.terminal.id, day=Timespan(NOON, TODAY.end)
        )

    def begins(now: datetime) -> timedelta | None:
        following = next_of(found, now)
        return following.span.start - NOON if following else None

    assert begins(NOON) == timedelta(minutes=-4)
    assert begins(NOON + timedelta(minutes=30)) == timedelta(minutes=-4)
    assert begins(NOON + timedelta(minutes=31)) == timedelta(minutes=26)
    assert begins(NOON + timedelta(minutes=61)) is None
