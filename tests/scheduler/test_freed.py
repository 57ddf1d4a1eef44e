"""A slot that a visit leaves for another is offered like one that is cancelled."""

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, deciding, requests
from scheduler import waiting as sweeping
from scheduler.ranked import Place
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler import queue
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.queue import DAY, LENGTH, TEN, Family, Queue
from visitation import waiting
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.waiting import Days, Offer
from visitation.words import VisitKind

HALF = timedelta(minutes=30)
LATER = TEN + timedelta(days=1)
THAT_DAY = Days(first=DAY, last=DAY)


async def families(database: Database, keyring: Keyring) -> tuple[Queue, Family]:
    """A family that has no need to wait any more; behind it another that has."""
    async with database.write() as session:
        here = await queue.queue(session)
        one = await queue.family(session, here, keyring)
        await waiting.withdraw(session, one.entry, by=SYSTEM, now=NOON)
        await queue.family(session, here, keyring, days=THAT_DAY)
    return here, one


async def offered(
    database: Database, clock: Clock, keyring: Keyring, now: datetime = NOON
) -> list[tuple[int, datetime]]:
    """What the sweep leaves offered: terminals and times."""
    tools = means(clock, keyring, FakeGateway())
    await sweeping.offer_freed(database, now=now, means=tools)
    async with database.read() as session:
        rows = await session.exec(
            select(Visit.terminal_id, Visit.starts_at)
            .join(Offer, col(Offer.visit_id) == col(Visit.id))
            .order_by(col(Offer.id))
        )
        return list(rows.all())


async def move(
    database: Database, here: Queue, visit: Visit, start: datetime, now: datetime = NOON
) -> None:
    async with database.write() as session:
        await booking.move(
            session,
            visit=await session.get_one(Visit, visit.id),
            terminal_id=here.terminal.id,
            span=Timespan(start, start + LENGTH),
            kiosk_id=None,
            by=SYSTEM,
            now=now,
        )


async def test_the_slot_that_a_visit_moves_away_from_is_offered_once(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    here, one = await families(database, keyring)
    async with database.write() as session:
        visit = await queue.book(session, here, one, keyring)
    assert await offered(database, clock, keyring) == []

    await move(database, here, visit, LATER)

    slot = (here.terminal.id, TEN)
    assert await offered(database, clock, keyring) == [slot]
    assert await offered(database, clock, keyring, NOON + HALF) == [slot]


async def test_each_slot_of_a_visit_that_moves_twice_is_offered(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    here, one = await families(database, keyring)
    async with database.write() as session:
        visit = await queue.book(session, here, one, keyring)
        await queue.family(
            session, here, keyring, days=THAT_DAY, points=[], own_phone=True
        )
    await move(database, here, visit, TEN + HALF)
    await move(database, here, visit, LATER)

    made = await offered(database, clock, keyring)

    assert made == [(here.terminal.id, TEN), (here.terminal.id, TEN + HALF)]


async def test_a_visit_that_only_changes_its_seat_leaves_no_slot(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    here, one = await families(database, keyring)
    async with database.write() as session:
        visit = await queue.book(session, here, one, keyring)

    await move(database, here, visit, TEN)

    assert await offered(database, clock, keyring) == []


async def test_the_held_slot_is_offered_where_another_wish_is_granted(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    here, one = await families(database, keyring)
    async with database.write() as session:
        visit = await requests.submit(
            session,
            ranked=[
                Place(
                    terminal_id=here.terminal.id,
                    span=Timespan(start, start + LENGTH),
                    kiosk_id=here.kiosk.id,
                )
                for start in (TEN, LATER)
            ],
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
            prison_id=here.prison.id,
            terminal_id=here.terminal.id,
            span=Timespan(TEN, TEN + LENGTH),
            kind=VisitKind.FAMILY,
            prisoner_id=one.prisoner.id,
            visitor_ids=[one.visitor.id],
            kiosk_id=here.kiosk.id,
        )
    assert await offered(database, clock, keyring) == []

    async with database.write() as session:
        mine = await session.get_one(Visit, visit.id)
        await deciding.approve(
            session, mine, rank=2, keyring=keyring, by=SYSTEM, now=NOON
        )

    assert await offered(database, clock, keyring) == [(here.terminal.id, TEN)]


async def test_a_slot_that_was_left_a_day_ago_is_offered_no_more(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    here, one = await families(database, keyring)
    far = Timespan(LATER, LATER + LENGTH)
    async with database.write() as session:
        visit = await queue.book(session, here, one, keyring, span=far)
        await queue.family(session, here, keyring, days=queue.DAYS)
    await move(database, here, visit, LATER + HALF)

    a_day_later = await offered(database, clock, keyring, NOON + timedelta(days=1))
    assert a_day_later == []
    at_once = await offered(database, clock, keyring)
    assert at_once == [(here.terminal.id, LATER)]


async def given_up_at_odd_hours(
    session: AsyncSession, here: Queue, one: Family, count: int
) -> None:
    """Visits that were cancelled, at times that are no slots any more."""
    for n in range(count):
        start = NOON + timedelta(hours=1, minutes=5 * n)
        session.add(
            Visit(
                reference=f"odd-{n}",
                kind=VisitKind.FAMILY,
                state=VisitState.CANCELLED,
                starts_at=start,
                ends_at=start + timedelta(minutes=5),
                booked_end_at=start + timedelta(minutes=5),
                prison_id=here.prison.id,
                terminal_id=here.terminal.id,
                prisoner_id=one.prisoner.id,
                created_at=NOON,
                changed_at=NOON,
            )
        )


async def test_slots_that_nobody_takes_keep_no_later_one_from_those_in_line(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    here, one = await families(database, keyring)
    async with database.write() as session:
        visit = await queue.book(session, here, one, keyring)
        await given_up_at_odd_hours(session, here, one, sweeping.BATCH)
    await move(database, here, visit, LATER)

    assert await offered(database, clock, keyring) == [(here.terminal.id, TEN)]
