"""Moving a mobile office's day to another one, with all its stops."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from tests.conftest import NOON
from tests.visitation.test_mobile import BY, DAY, planned, road
from visitation.database import Database
from visitation.errors import Invalid
from visitation.places import MobileDay, MobileStop, postponing
from visitation.words import MobileDayState

WEEK = timedelta(days=7)


async def test_a_moved_day_has_the_same_stops_at_the_same_hours(
    database: Database,
) -> None:
    async with database.write() as session:
        here = await road(session)
        old = await planned(session, here)
        new = await postponing.move_day(
            session,
            old,
            day=DAY + WEEK,
            reason=" برف ",
            reference="day-2",
            by=BY,
            now=NOON,
        )
        stops = [
            [
                (s.village_id, s.starts_at, s.ends_at, s.travel_minutes, s.kiosks)
                for s in await session.exec(
                    select(MobileStop)
                    .where(MobileStop.mobile_day_id == day.id)
                    .order_by(col(MobileStop.starts_at))
                )
            ]
            for day in (old, new)
        ]

    assert (old.state, old.reason) == (MobileDayState.CANCELLED, "برف")
    assert (new.state, new.day) == (MobileDayState.PLANNED, DAY + WEEK)
    assert stops[1] == [
        (village, start + WEEK, end + WEEK, travel, kiosks)
        for village, start, end, travel, kiosks in stops[0]
    ]
    assert len(stops[0]) == 2


@pytest.mark.parametrize(
    ("days", "reason", "wrong"),
    [
        (7, " ", ("reason", "reason_needed")),
        (-7, "برف", ("day", "day_over")),
        (2, "برف", ("day", "day_planned")),
        (0, "برف", ("day", "day_cancelled")),
    ],
)
async def test_what_makes_no_sense_moves_nothing(
    database: Database, days: int, reason: str, wrong: tuple[str, str]
) -> None:
    async with database.write() as session:
        here = await road(session)
        old = await planned(session, here)
        taken = MobileDay(
            reference="taken",
            site_id=here.office.id,
            day=DAY + timedelta(days=2),
            changed_at=NOON,
        )
        session.add(taken)

    with pytest.raises(Invalid) as refused:
        async with database.write() as session:
            await postponing.move_day(
                session,
                await session.get_one(MobileDay, old.id),
                day=DAY + timedelta(days=days),
                reason=reason,
                reference="day-2",
                by=BY,
                now=NOON,
            )

    assert (refused.value.field, refused.value.reason) == wrong
    async with database.read() as session:
        kept = await session.get_one(MobileDay, old.id)
    assert kept.state is MobileDayState.PLANNED
