"""The day of a service point: numbers in turn, tests of kiosks, and a day's end."""

import asyncio
from datetime import timedelta

import pytest

from tests import make
from tests.conftest import NOON
from tests.visitation.booked import booked
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.lifecycle import VisitState
from visitation.points import (
    DayClosed,
    TakenOver,
    TicketMoved,
    VisitsToCome,
    days,
    equipment,
    handing,
    queue,
)
from visitation.points.equipment import Parts
from visitation.points.queue import TicketAct
from visitation.points.tables import Ticket
from visitation.words import Errand, TicketState


async def _issued(database: Database, point_id: int, reference: str) -> int:
    async with database.write() as session:
        point = await session.get_one(make.Site, point_id)
        ticket = await queue.issue(
            session,
            point=point,
            errand=Errand.OTHER,
            reference=reference,
            by=SYSTEM,
            now=NOON,
        )
        return ticket.number


async def test_clerks_side_by_side_give_out_different_numbers(
    database: Database,
) -> None:
    async with database.write() as session:
        point = await make.point(session)

    numbers = await asyncio.gather(
        *(_issued(database, point.id, f"ticket-{which}") for which in range(5))
    )
    again = await _issued(database, point.id, "ticket-3")

    assert sorted(numbers) == [1, 2, 3, 4, 5]
    assert again == numbers[3]


async def test_numbers_begin_anew_each_day(database: Database) -> None:
    async with database.write() as session:
        point = await make.point(session)
        numbers = [
            (
                await queue.issue(
                    session,
                    point=point,
                    errand=Errand.VISIT,
                    reference=f"ticket-{hours}",
                    by=SYSTEM,
                    now=NOON + timedelta(hours=hours),
                )
            ).number
            for hours in (0, 1, 24)
        ]

    assert numbers == [1, 2, 1]


async def test_one_number_is_called_once_by_two_who_press_at_once(
    database: Database,
) -> None:
    async with database.write() as session:
        point = await make.point(session)
    await _issued(database, point.id, "ticket")

    async def press(act: TicketAct) -> str:
        try:
            async with database.write() as session:
                ticket = await session.get_one(Ticket, 1)
                await queue.move(session, ticket, act, by=SYSTEM, now=NOON)
                return ticket.state
        except TicketMoved:
            return "moved"

    await asyncio.gather(press(TicketAct.CALL), press(TicketAct.CALL))
    ends = await asyncio.gather(press(TicketAct.SERVE), press(TicketAct.LEAVE))

    assert set(ends) in ({"served", "moved"}, {"moved", "left"})
    assert await press(TicketAct.RETURN) == TicketState.WAITING


async def test_a_day_closes_after_its_last_visit_and_only_once(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _people = await booked(session, world)
    await _issued(database, world.point.id, "ticket")
    day = queue.day_of(world.point, NOON)

    async def close(after: timedelta) -> days.PointDay:
        async with database.write() as session:
            return await days.close(
                session,
                point=await session.get_one(make.Site, world.point.id),
                day=day,
                note=" برق رفت ",
                by=SYSTEM,
                now=NOON + after,
            )

    with pytest.raises(VisitsToCome):
        await close(timedelta(minutes=10))
    closed = await close(timedelta(hours=1))
    with pytest.raises(DayClosed):
        await close(timedelta(hours=2))

    assert visit.state is VisitState.BOOKED
    assert closed.note == "برق رفت"
    assert days.Figures(**closed.figures) == days.Figures(visits=1, walk_ins=1, left=1)


async def test_a_test_is_wanted_until_it_begins_or_nobody_was_there(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        kiosk = world.kiosk
        await equipment.want(session, kiosk, by=SYSTEM, now=NOON)
        await equipment.want(session, kiosk, by=SYSTEM, now=NOON)
        soon = await equipment.is_wanted(session, station_id=kiosk.id, now=NOON)
        late = await equipment.is_wanted(
            session, station_id=kiosk.id, now=NOON + equipment.WANTED_FOR
        )
        await equipment.begun(session, station_id=kiosk.id)
        await equipment.begun(session, station_id=kiosk.id)
        begun = await equipment.is_wanted(session, station_id=kiosk.id, now=NOON)
        for camera in (False, True):
            found = Parts(camera=camera)
            await equipment.record(session, kiosk, found, by=SYSTEM, now=NOON)
        last = await equipment.latest(session, station_ids=[kiosk.id])

    assert (soon, late, begun) == (True, False, False)
    assert {key: row.camera for key, row in last.items()} == {kiosk.id: True}


async def test_a_family_is_taken_over_by_the_first_who_does(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit, _people = await booked(session, world)
        await handing.take(session, visit, by=SYSTEM, now=NOON)
        for text in ("مرخصی", "مرخصی و دارو"):
            await handing.hand(session, visit, text=text, by=SYSTEM, now=NOON)
        for minutes in (1, 2):
            at = NOON + timedelta(minutes=minutes)
            await handing.take(session, visit, by=SYSTEM, now=at)
        with pytest.raises(TakenOver):
            await handing.hand(session, visit, text="دیگر", by=SYSTEM, now=NOON)
        found = await handing.of_visits(session, visit_ids=[visit.id])

    assert found == {
        visit.id: handing.Handed(
            text="مرخصی و دارو",
            at=NOON,
            by="",
            taken_at=NOON + timedelta(minutes=1),
            taken_by="",
        )
    }
