"""An official's weekly hours: kept apart, ended and never rewritten."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests import make
from tests.conftest import NOON
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.errors import Invalid
from visitation.people.hours import Week, add_hours, end_hours, hours_of, spans_on
from visitation.timespan import Timespan
from visitation.words import Attendance, Role

TUESDAY = date(2026, 11, 24)


def week(**changes: Any) -> Week:
    given = {
        "weekday": 1,
        "starts": time(9),
        "ends": time(12),
        "zone": "Asia/Tehran",
        "attendance": Attendance.DESK,
        "valid_from": date(2026, 11, 1),
    }
    return Week(**(given | changes))


async def test_hours_hold_on_their_day_of_the_week_until_they_are_ended(
    database: Database,
) -> None:
    async with database.write() as session:
        official = await make.account(session, Role.OFFICIAL)
        first = await add_hours(session, official, week(), by=SYSTEM, now=NOON)
        await add_hours(
            session,
            official,
            week(starts=time(22), ends=time(0)),
            by=SYSTEM,
            now=NOON,
        )
        found = await hours_of(session, official.id, since=TUESDAY)
        nine = NOON + timedelta(hours=21)
        assert spans_on(found, TUESDAY) == [
            Timespan(nine, nine + timedelta(hours=3)),
            Timespan(nine + timedelta(hours=13), nine + timedelta(hours=15)),
        ]
        assert spans_on(found, TUESDAY + timedelta(days=1)) == []
        assert spans_on(found, TUESDAY - timedelta(weeks=4)) == []

        await end_hours(session, first, by=SYSTEM, now=NOON)
        await end_hours(session, first, by=SYSTEM, now=NOON + timedelta(days=3))
        assert first.valid_to == date(2026, 11, 22)
        left = await hours_of(session, official.id, since=TUESDAY)
        assert [one.starts for one in left] == [time(22)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts": time(11), "ends": time(13)}, "starts"),
        ({"ends": time(8)}, "ends"),
        ({"starts": time(13, 1), "ends": time(14)}, "starts"),
        ({"weekday": 7}, "weekday"),
        ({"valid_to": date(2026, 10, 1)}, "valid_to"),
        ({"valid_to": date(2026, 11, 2)}, "valid_to"),
    ],
    ids=repr,
)
async def test_hours_that_make_no_sense_are_refused(
    sqlite: Database, changes: dict[str, Any], field: str
) -> None:
    async with sqlite.write() as session:
        official = await make.account(session, Role.OFFICIAL)
        await add_hours(session, official, week(), by=SYSTEM, now=NOON)
        with pytest.raises(Invalid) as refused:
            await add_hours(session, official, week(**changes), by=SYSTEM, now=NOON)
        assert refused.value.field == field


async def test_only_officials_have_hours(sqlite: Database) -> None:
    async with sqlite.write() as session:
        clerk = await make.account(session, Role.CLERK)
        with pytest.raises(Invalid) as refused:
            await add_hours(session, clerk, week(), by=SYSTEM, now=NOON)
    assert refused.value.reason == "not_an_official"
