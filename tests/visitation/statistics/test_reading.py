"""Whole months and the days around them are read together, and come to the same."""

from datetime import date

import pytest

from tests.visitation.statistics.counted import (
    AZAR,
    Ground,
    count_months,
    ground,
    noon,
    read,
    service,
    visit,
)
from visitation import statistics
from visitation.database import Database
from visitation.statistics import Measure, Month, Only, Period, Place, Where
from visitation.statistics.measures import OF_SERVICES, OF_VISITS
from visitation.words import ServiceKind, VisitKind

#: 20 Aban to 5 Dey 1405: the whole of Azar, and days on either side.
AROUND = Period(date(2026, 11, 11), date(2026, 12, 26))
EVERYWHERE = Where(everywhere=True)


@pytest.fixture
async def here(database: Database) -> Ground:
    """Services and visits in Aban, Azar and Dey, one of each out of reach."""
    async with database.write() as session:
        at = await ground(session)
        for day in (date(2026, 11, 10), date(2026, 11, 11), date(2026, 12, 1)):
            await service(session, at.office, day)
        for day in (date(2026, 12, 2), date(2026, 12, 26), date(2026, 12, 27)):
            await service(session, at.village, day, kind=ServiceKind.SANA)
        await visit(session, at, noon(12, 11), kind=VisitKind.OFFICIAL)
        await visit(session, at, noon(3), point_id=at.village.id)
    await count_months(database, *(AZAR.later(n) for n in (-1, 0, 1)))
    return at


async def test_days_around_a_month_are_added_to_it(
    database: Database, here: Ground
) -> None:
    found = await read(database, period=AROUND)

    assert found.count(Measure.OPERATIONS) == 4
    assert found.count(Measure.HELD) == 2
    assert (found.points, found.provinces) == (2, 1)
    async with database.read() as session:
        assert await statistics.begins(session) == date(2026, 11, 10)
        by_province = await statistics.by_province(
            session, EVERYWHERE, AROUND, [Measure.OPERATIONS]
        )
    assert {
        place: of.count(Measure.OPERATIONS) for place, of in by_province.items()
    } == {here.here.id: 4}


@pytest.mark.parametrize(
    ("only", "places"),
    [
        (None, {"دفتر": (2, 1), "ده بالا": (2, 1)}),
        (Only(of=OF_SERVICES, kind="sana"), {"ده بالا": (2, 1), "دفتر": (0, 1)}),
        (Only(of=OF_VISITS, kind="family"), {"ده بالا": (2, 1), "دفتر": (2, 0)}),
    ],
)
async def test_places_are_ranked_by_what_is_asked_for(
    database: Database,
    here: Ground,
    only: Only | None,
    places: dict[str, tuple[int, int]],
) -> None:
    where = Where(everywhere=True, only=only)
    async with database.read() as session:
        found = await statistics.busiest(session, where, AROUND, limit=9)

    named = {"دفتر": here.office.name, "ده بالا": here.village.name}
    assert sorted(found, key=str) == sorted(
        (
            Place(name=named[name], operations=done, held=held)
            for name, (done, held) in places.items()
        ),
        key=str,
    )


async def test_steps_are_days_or_months(database: Database, here: Ground) -> None:
    async with database.read() as session:

        async def done(steps: list[Period]) -> list[int]:
            found = await statistics.by_step(
                session, EVERYWHERE, steps, [Measure.OPERATIONS]
            )
            return [one.count(Measure.OPERATIONS) for one in found]

        assert await done([*AROUND.by_month()]) == [1, 2, 1]
        days = Period(date(2026, 11, 30), date(2026, 12, 3))
        assert await done([Period.day(one) for one in days.days()]) == [0, 1, 1, 0]


async def test_the_last_of_esfand_is_beside_the_last_of_esfand(
    database: Database,
) -> None:
    # 29 Esfand 1402; the year after had a 30th.
    async with database.write() as session:
        at = await ground(session)
        await service(session, at.office, date(2024, 3, 19))
    await count_months(database, Month(1402, 12))
    days = Period(date(2025, 3, 18), date(2025, 3, 20))
    async with database.read() as session:
        found = await statistics.by_step(
            session,
            EVERYWHERE,
            [Period.day(one).year_before for one in days.days()],
            [Measure.OPERATIONS],
        )
    assert [one.count(Measure.OPERATIONS) for one in found] == [0, 1, 0]
