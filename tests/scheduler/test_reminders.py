"""Reminders come when they are due, once, and not to those who were just told."""

from datetime import timedelta

import pytest
from sqlmodel import select

from scheduler import booking, reminders
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.make import World
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_booking import BY, at, book
from visitation import visits
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.visits import Visit
from visitation.wording import Template
from visitation.words import Outcome

#: Thursday at 10:00 in Tehran.
START = NOON + timedelta(days=2, hours=22)
HOUR = timedelta(hours=1)
PENDING = MessageState.PENDING


async def booked(database: Database, keyring: Keyring) -> tuple[World, Visit]:
    async with database.write() as session:
        world = await make.world(session)
        return world, await book(
            session, world, keyring, span=at(START), official_id=world.official.id
        )


async def remind(database: Database, clock: Clock, keyring: Keyring) -> int:
    return await reminders.remind(
        database, now=clock(), means=means(clock, keyring, FakeGateway())
    )


async def pending(database: Database) -> list[tuple[Template, str]]:
    async with database.read() as session:
        rows = await session.exec(
            select(Message).where(Message.state == PENDING).order_by(Message.id)
        )
        return [(row.template, row.dedup_key.split(":")[2]) for row in rows.all()]


async def test_everyone_is_reminded_the_day_before_and_shortly_before(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await booked(database, keyring)
    told = [(Template.BOOKED, "v1"), (Template.OFFICIAL_BOOKED, "v1")]
    seen = {}
    for before in (25, 24, 23, 3, 2, 1):
        clock.now = START - before * HOUR
        for _ in range(2):
            await remind(database, clock, keyring)
        seen[before] = (await pending(database))[2:]
    assert (await pending(database))[:2] == told
    day = [(Template.REMINDER_DAY, "v1"), (Template.OFFICIAL_REMINDER_DAY, "v1")]
    soon = [(Template.REMINDER_SOON, "v1"), (Template.OFFICIAL_REMINDER_SOON, "v1")]
    assert seen == {
        25: [],
        24: day,
        23: day,
        3: day,
        2: day + soon,
        1: day + soon,
    }


async def test_a_late_sweep_still_reminds_but_never_after_the_start(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await booked(database, keyring)
    clock.now = START
    assert await remind(database, clock, keyring) == 0
    clock.now = START - timedelta(minutes=1)
    assert await remind(database, clock, keyring) == 2


async def test_whoever_was_told_after_a_reminder_was_due_is_not_reminded(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        await book(session, world, keyring, span=at(NOON + 2 * HOUR))
    assert await remind(sqlite, clock, keyring) == 0
    clock.forward(timedelta(minutes=5))
    assert await remind(sqlite, clock, keyring) == 0


async def test_a_moved_visit_is_reminded_of_anew(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    world, visit = await booked(database, keyring)
    clock.now = START - 23 * HOUR
    assert await remind(database, clock, keyring) == 1
    async with database.write() as session:
        await booking.move(
            session,
            visit=await visits.by_reference(session, visit.reference),
            terminal_id=world.terminal.id,
            span=at(START + 48 * HOUR),
            kiosk_id=None,
            by=BY,
            now=clock(),
        )
    assert await remind(database, clock, keyring) == 0
    clock.now = START + 24 * HOUR
    assert await remind(database, clock, keyring) == 1
    assert (await pending(database))[-2:] == [
        (Template.REMINDER_DAY, "v2"),
        (Template.OFFICIAL_REMINDER_DAY, "v2"),
    ]


async def test_a_cancelled_visit_is_not_reminded_of(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    _, visit = await booked(sqlite, keyring)
    async with sqlite.write() as session:
        await booking.cancel(
            session,
            visit=await visits.by_reference(session, visit.reference),
            outcome=Outcome.CANCELLED_BY_OFFICIAL,
            reason="-",
            by=BY,
            now=NOON,
        )
    clock.now = START - HOUR
    assert await remind(sqlite, clock, keyring) == 0


async def test_nobody_with_a_phone_means_no_reminder_and_no_work(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        world.visitor.phone = None
        await book(session, world, keyring, span=at(START))
    clock.now = START - HOUR
    assert await remind(sqlite, clock, keyring) == 0


@pytest.mark.parametrize(("hour", "reminded"), [(-1, 0), (0, 1)])
async def test_today_is_said_on_that_day(
    sqlite: Database, clock: Clock, keyring: Keyring, hour: int, reminded: int
) -> None:
    # 00:30 on Thursday in Tehran; the reminder of two hours before waits for midnight.
    start = START - timedelta(hours=9, minutes=30)
    async with sqlite.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, reminder_hours=72)
        await book(session, world, keyring, span=at(start), override_reason="-")
    clock.now = start - timedelta(minutes=30) + hour * timedelta(minutes=1)
    assert await remind(sqlite, clock, keyring) == reminded


async def test_an_official_is_reminded_where_the_family_has_no_phone(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        world.visitor.phone = None
        session.add(world.visitor)
        await book(
            session, world, keyring, span=at(START), official_id=world.official.id
        )
    clock.now = START - 23 * HOUR
    assert [await remind(sqlite, clock, keyring) for _ in range(2)] == [1, 0]
    assert [name for name, _ in await pending(sqlite)] == [
        Template.OFFICIAL_BOOKED,
        Template.OFFICIAL_REMINDER_DAY,
    ]


async def test_a_helper_is_reminded_where_the_family_has_no_phone(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        world.visitor.phone, world.visitor.helper_phone = None, "+989131110000"
        await book(session, world, keyring, span=at(START))
    clock.now = START - 23 * HOUR
    assert [await remind(database, clock, keyring) for _ in range(2)] == [1, 0]
    assert [name for name, _ in await pending(database)] == [
        Template.BOOKED,
        Template.REMINDER_DAY,
    ]
