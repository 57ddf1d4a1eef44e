"""Hours that come twice or never, and days that come once in four years, do no harm."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from scheduler import booking, closures, reminders
from scheduler.booking import Refused
from scheduler.proposals import Refusal
from scheduler.quiet import QuietHours
from tests import make
from tests.fakes import Clock
from tests.make import World
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_booking import BY, wish
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.people import Visitor
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.wording import Template

BERLIN, TEHRAN = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tehran")
LENGTH = timedelta(minutes=25)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Clocks in Berlin show this twice; the first time is meant.
TWICE = datetime(2027, 10, 31, 2, 30, tzinfo=BERLIN)


async def booked(
    database: Database, keyring: Keyring, start: datetime, language: str = "en"
) -> tuple[World, Visit]:
    """A visit at an hour of a prison's own clock, booked some days before."""
    async with database.write() as session:
        world = await make.world(session)
        world.prison.zone = str(start.tzinfo)
        world.visitor.language = language
        session.add_all([world.prison, world.visitor])
        await make.open_every_day(session, world.prison, starts=time(0), ends=time(8))
        begins = start.astimezone(UTC)
        visit = await booking.book(
            session,
            keyring=keyring,
            by=BY,
            now=begins - 5 * DAY,
            **wish(world, span=Timespan(begins, begins + LENGTH)),
        )
        return world, visit


async def when_reminded(
    database: Database, clock: Clock, keyring: Keyring, visit: Visit
) -> list[tuple[Template, timedelta]]:
    """Which reminders were written how long before, by a sweep every ten minutes."""
    tools = means(clock, keyring, FakeGateway())
    clock.now = visit.starts_at - 30 * HOUR
    while clock.now < visit.starts_at:
        await reminders.remind(database, now=clock(), means=tools)
        clock.forward(10 * MINUTE)
    async with database.read() as session:
        rows = await session.exec(
            select(Message)
            .where(
                Message.visit_id == visit.id,
                col(Message.template).in_(
                    [Template.REMINDER_DAY, Template.REMINDER_SOON]
                ),
            )
            .order_by(col(Message.id))
        )
        return [(row.template, visit.starts_at - row.created_at) for row in rows.all()]


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(TWICE, id="an hour that comes twice"),
        pytest.param(
            datetime(2027, 10, 31, 10, tzinfo=BERLIN), id="after the hour came twice"
        ),
        pytest.param(
            datetime(2027, 3, 28, 10, tzinfo=BERLIN), id="after an hour never came"
        ),
        pytest.param(datetime(2028, 2, 29, 10, tzinfo=TEHRAN), id="29 February"),
        pytest.param(datetime(2028, 3, 1, 10, tzinfo=TEHRAN), id="the day after it"),
        pytest.param(datetime(2030, 3, 20, 10, tzinfo=TEHRAN), id="30 Esfand"),
        pytest.param(datetime(2030, 3, 21, 10, tzinfo=TEHRAN), id="Nowruz after it"),
    ],
)
async def test_reminders_come_a_day_and_two_hours_before_by_any_clock(
    sqlite: Database, clock: Clock, keyring: Keyring, start: datetime
) -> None:
    _, visit = await booked(sqlite, keyring, start)
    assert visit.starts_at == start.astimezone(UTC)
    assert await when_reminded(sqlite, clock, keyring, visit) == [
        (Template.REMINDER_DAY, 24 * HOUR),
        (Template.REMINDER_SOON, 2 * HOUR),
    ]


async def test_each_prison_is_reminded_by_its_own_clock(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    _, there = await booked(sqlite, keyring, TWICE)
    _, here = await booked(sqlite, keyring, datetime(2027, 10, 31, 4, tzinfo=TEHRAN))
    # 02:30 and 04:00 in Tehran are the same instant; so are the reminders.
    assert there.starts_at == here.starts_at
    assert await when_reminded(sqlite, clock, keyring, here) == [
        (Template.REMINDER_DAY, 24 * HOUR),
        (Template.REMINDER_SOON, 2 * HOUR),
    ]
    async with sqlite.read() as session:
        rows = await session.exec(
            select(Message).where(Message.template == Template.REMINDER_SOON)
        )
        said = {row.visit_id: row.variables["time"] for row in rows.all()}
    assert said == {there.id: "02:30", here.id: "04:00"}


@pytest.mark.parametrize(
    ("start", "language", "day"),
    [
        (datetime(2028, 2, 29, 10, tzinfo=TEHRAN), "fa", "سه‌شنبه ۱۰ اسفند"),
        (datetime(2028, 2, 29, 10, tzinfo=TEHRAN), "en", "29 Feb/10 Esfand"),
        (datetime(2030, 3, 20, 10, tzinfo=TEHRAN), "fa", "چهارشنبه ۳۰ اسفند"),
        (datetime(2030, 3, 20, 10, tzinfo=TEHRAN), "en", "20 Mar/30 Esfand"),
    ],
)
async def test_a_leap_day_is_named_in_both_calendars(
    sqlite: Database, keyring: Keyring, start: datetime, language: str, day: str
) -> None:
    world, visit = await booked(sqlite, keyring, start, language)
    async with sqlite.read() as session:
        rows = await session.exec(
            select(Message)
            .join(Visitor, col(Visitor.phone) == col(Message.phone))
            .where(Message.visit_id == visit.id, Visitor.id == world.visitor.id)
        )
        assert [row.variables["day"] for row in rows.all()] == [day]


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2027, 10, 31), BERLIN, 25),
        (date(2027, 3, 28), BERLIN, 23),
        (date(2028, 2, 29), TEHRAN, 24),
        (date(2030, 3, 20), TEHRAN, 24),
    ],
)
async def test_a_closed_day_is_closed_from_midnight_to_midnight(
    sqlite: Database, keyring: Keyring, day: date, zone: ZoneInfo, hours: int
) -> None:
    begins = datetime.combine(day, time(0), zone).astimezone(UTC)
    ends = datetime.combine(day + DAY, time(0), zone).astimezone(UTC)
    assert ends - begins == hours * HOUR
    now = begins - 5 * DAY
    async with sqlite.write() as session:
        world = await make.world(session)
        world.prison.zone = str(zone)
        session.add(world.prison)
        await make.open_every_day(session, world.prison, starts=time(0), ends=time(0))
        await closures.close(
            session,
            site_id=world.prison.id,
            station_id=None,
            span=Timespan(begins, ends),
            reason="-",
            by=SYSTEM,
            now=now,
        )

    async def reasons(start: datetime) -> tuple[Refusal, ...]:
        async with sqlite.write() as session:
            span = Timespan(start, start + LENGTH)
            with pytest.raises(Refused) as refused:
                await booking.book(
                    session, keyring=keyring, by=BY, now=now, **wish(world, span=span)
                )
            return refused.value.reasons

    assert await reasons(begins) == (Refusal.CLOSED,)
    assert await reasons(ends - 30 * MINUTE) == (Refusal.CLOSED,)
    async with sqlite.write() as session:
        span = Timespan(ends, ends + LENGTH)
        assert await booking.book(
            session, keyring=keyring, by=BY, now=now, **wish(world, span=span)
        )


@pytest.mark.parametrize(
    ("evening", "zone", "hours"),
    [
        (datetime(2027, 10, 30, 21, tzinfo=BERLIN), "Europe/Berlin", 12),
        (datetime(2027, 3, 27, 21, tzinfo=BERLIN), "Europe/Berlin", 10),
        (datetime(2027, 10, 30, 21, tzinfo=TEHRAN), "Asia/Tehran", 11),
        (datetime(2028, 2, 28, 21, tzinfo=TEHRAN), "Asia/Tehran", 11),
        (datetime(2028, 2, 29, 21, tzinfo=TEHRAN), "Asia/Tehran", 11),
        (datetime(2030, 3, 20, 21, tzinfo=TEHRAN), "Asia/Tehran", 11),
    ],
)
def test_a_night_ends_at_eight_however_long_it_is(
    evening: datetime, zone: str, hours: int
) -> None:
    morning = QuietHours().morning(evening.astimezone(UTC), zone)
    assert morning == evening.astimezone(UTC) + hours * HOUR
    assert morning is not None
    assert morning.astimezone(ZoneInfo(zone)).time() == time(8)
    assert QuietHours().morning(morning, zone) is None


@pytest.mark.parametrize("jump", [-HOUR, DAY])
async def test_a_clock_that_is_put_repeats_no_reminder_and_loses_none(
    database: Database, clock: Clock, keyring: Keyring, jump: timedelta
) -> None:
    tools = means(clock, keyring, FakeGateway())
    start = datetime(2027, 10, 28, 6, tzinfo=TEHRAN)
    _, visit = await booked(database, keyring, start)
    _, other = await booked(database, keyring, start + DAY + 2 * HOUR)
    seen = []
    clock.now = visit.starts_at - 24 * HOUR
    for by in (timedelta(0), jump, -jump, jump):
        clock.forward(by)
        seen.append(await reminders.remind(database, now=clock(), means=tools))
    async with database.read() as session:
        rows = await session.exec(
            select(Message.dedup_key).where(Message.template == Template.REMINDER_DAY)
        )
        keys = rows.all()
    assert len(keys) == len(set(keys))
    assert seen == [1, 0, 0, 0]
    clock.now = other.starts_at - 23 * HOUR
    assert await reminders.remind(database, now=clock(), means=tools) == 1
