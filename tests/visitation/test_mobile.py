"""Mobile offices on the road: itineraries that make sense, and where a kiosk stands."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.conftest import NOON
from visitation import audit
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid
from visitation.places import MobileDay, Site, Station, mobile
from visitation.places.itinerary import Stop, wrong
from visitation.timespan import Timespan
from visitation.words import MobileDayState, SiteKind

BY = audit.SYSTEM
DAY = date(2026, 11, 24)
MIDNIGHT = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)  # in Tehran
WHOLE = Timespan(MIDNIGHT, MIDNIGHT + timedelta(days=1))


def window(starts: float, ends: float) -> Timespan:
    """From one wall hour of the day to another."""
    return Timespan(
        MIDNIGHT + timedelta(hours=starts), MIDNIGHT + timedelta(hours=ends)
    )


def stop(starts: float, ends: float, travel: int = 0, village_id: int = 1) -> Stop:
    return Stop(
        village_id=village_id,
        span=window(starts, ends),
        travel=timedelta(minutes=travel),
    )


@dataclass(frozen=True, kw_only=True)
class Road:
    office: Site
    kiosks: tuple[Station, Station]
    villages: tuple[Site, Site]
    far: Site


async def road(session: AsyncSession) -> Road:
    """An office with two kiosks, two villages of its province, one of another."""
    here, elsewhere = await make.province(session), await make.province(session)
    office = await make.point(session, here)
    village = {"kind": SiteKind.VILLAGE}
    return Road(
        office=office,
        kiosks=(await make.kiosk(session, office), await make.kiosk(session, office)),
        villages=(
            await make.point(session, here, name="زفره", **village),
            await make.point(session, here, name="کوهپایه", **village),
        ),
        far=await make.point(session, elsewhere, name="دور", **village),
    )


async def planned(session: AsyncSession, road: Road, **changes: object) -> MobileDay:
    one, other = road.villages
    values = {
        "office": road.office,
        "day": DAY,
        "stops": [
            stop(13, 15.5, travel=45, village_id=other.id),
            Stop(
                village_id=one.id,
                span=window(9, 12),
                kiosks=frozenset({road.kiosks[0].id}),
            ),
        ],
        "reference": "day-1",
        "by": BY,
        "now": NOON,
    }
    return await mobile.plan_day(session, **(values | changes))


@pytest.mark.parametrize(
    ("stops", "expected"),
    [
        ([stop(9, 12), stop(12, 13)], None),
        ([stop(13, 14, travel=60), stop(9, 12)], None),
        ([stop(0, 24)], None),
        ([], ("stops", "stop_needed")),
        ([stop(9, 12), stop(23, 24.5)], ("stops.1.ends", "stop_beyond_day")),
        ([stop(-1, 12)], ("stops.0.ends", "stop_beyond_day")),
        ([stop(9.02, 12)], ("stops.0.starts", "whole_quanta")),
        ([stop(9, 12.01)], ("stops.0.ends", "whole_quanta")),
        ([stop(9, 12, travel=-5)], ("stops.0.travel", "out_of_range")),
        ([stop(9, 12, travel=721)], ("stops.0.travel", "out_of_range")),
        ([stop(9, 12), stop(11, 13)], ("stops.1.starts", "stops_overlap")),
        ([stop(11, 13), stop(9, 12)], ("stops.0.starts", "stops_overlap")),
        ([stop(9, 9.5), stop(9, 12)], ("stops.1.starts", "stops_overlap")),
        (
            [stop(9, 12), stop(13, 14, travel=61)],
            ("stops.1.travel", "travel_does_not_fit"),
        ),
        (
            [stop(13, 14, travel=61), stop(9, 12)],
            ("stops.0.travel", "travel_does_not_fit"),
        ),
    ],
)
def test_an_itinerary_makes_sense_or_says_where_it_does_not(
    stops: list[Stop], expected: tuple[str, str] | None
) -> None:
    assert wrong(stops, WHOLE) == expected


async def test_a_planned_day_is_kept_in_order_of_time(database: Database) -> None:
    async with database.write() as session:
        there = await road(session)
        await planned(session, there)
    async with database.read() as session:
        (found,) = await mobile.itineraries(session, col(MobileDay.day) == DAY)
    assert (found.day.reference, found.day.state) == ("day-1", MobileDayState.PLANNED)
    assert found.office.id == there.office.id
    assert [
        (village.name, Timespan(s.starts_at, s.ends_at), s.travel_minutes, s.kiosks)
        for s, village in found.stops
    ] == [
        ("زفره", window(9, 12), 0, [there.kiosks[0].id]),
        ("کوهپایه", window(13, 15.5), 45, []),
    ]


async def test_a_kiosk_stands_where_the_itinerary_says(database: Database) -> None:
    async with database.write() as session:
        there = await road(session)
        day = await planned(session, there)
        first, second = there.kiosks
        one, other = there.villages

        async def at(kiosk: Station, span: Timespan) -> int | None:
            found = await mobile.stops_at(session, kiosk_id=kiosk.id, span=span)
            return found.village_id if found else None

        assert await at(first, window(9, 12)) == one.id
        assert await at(first, window(11.5, 12.5)) is None
        assert await at(second, window(9, 10)) is None
        assert await at(second, window(15, 15.5)) == other.id
        assert await mobile.is_mobile(session, first.id)
        await mobile.cancel_day(session, day, reason="برف", by=BY, now=NOON)
        assert await at(first, window(9, 12)) is None
        await mobile.reinstate(session, day, by=BY, now=NOON)
        assert await at(first, window(9, 12)) == one.id
        fixed = await make.kiosk(
            session, await make.point(session, kind=SiteKind.OFFICE)
        )
        assert not await mobile.is_mobile(session, fixed.id)
        assert await at(fixed, window(9, 10)) is None


async def test_another_itinerary_takes_the_place_of_the_first(
    database: Database,
) -> None:
    async with database.write() as session:
        there = await road(session)
        day = await planned(session, there)
        later = [stop(10, 12, village_id=there.villages[1].id)]
        await mobile.change_stops(session, day, stops=later, by=BY, now=NOON)
    async with database.read() as session:
        (found,) = await mobile.itineraries(session)
        entries = (
            await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))
        ).all()
    assert [(s.village_id, s.starts_at) for s, _ in found.stops] == [
        (there.villages[1].id, window(10, 12).start)
    ]
    assert [entry.action for entry in entries] == [
        "plan_mobile_day",
        "change_mobile_day",
    ]


async def test_a_day_is_cancelled_with_a_reason_and_changed_no_more(
    database: Database,
) -> None:
    async with database.write() as session:
        there = await road(session)
        day = await planned(session, there)
        with pytest.raises(Invalid, match="reason: reason_needed"):
            await mobile.cancel_day(session, day, reason=" ", by=BY, now=NOON)
        for _ in range(2):
            await mobile.cancel_day(session, day, reason=" برف ", by=BY, now=NOON)
        assert (day.state, day.reason) == (MobileDayState.CANCELLED, "برف")
        with pytest.raises(Invalid, match="day: day_cancelled"):
            await mobile.change_stops(
                session, day, stops=[stop(9, 10)], by=BY, now=NOON
            )
        with pytest.raises(Invalid, match="day: day_cancelled"):
            await planned(session, there, reference="day-2")
        entries = (await session.exec(select(AuditEntry))).all()
    assert [entry.action for entry in entries].count("mobile_day_cancelled") == 1


async def test_what_is_over_is_left_as_it_was(database: Database) -> None:
    tomorrow = NOON + timedelta(days=2)
    async with database.write() as session:
        there = await road(session)
        day = await planned(session, there)
        acts = [
            planned(session, there, now=tomorrow),
            mobile.change_stops(session, day, stops=[], by=BY, now=tomorrow),
            mobile.cancel_day(session, day, reason="-", by=BY, now=tomorrow),
        ]
        for act in acts:
            with pytest.raises(Invalid, match="day: day_over"):
                await act


async def test_an_office_drives_once_a_day_to_its_own_villages(
    database: Database,
) -> None:
    async with database.write() as session:
        there = await road(session)
        await planned(session, there)
        stranger = await make.kiosk(session, await make.point(session))
        far = [stop(9, 10), stop(10, 11, village_id=there.far.id)]
        far[0] = stop(9, 10, village_id=there.villages[0].id)
        own = Stop(
            village_id=there.villages[0].id,
            span=window(33, 34),
            kiosks=frozenset({stranger.id}),
        )
        next_day = {"day": date(2026, 11, 25), "reference": "day-2"}
        far = [
            Stop(village_id=one.village_id, span=window(33 + n, 34 + n))
            for n, one in enumerate(far)
        ]
        for changes, expected in (
            ({"reference": "day-2"}, "day: day_planned"),
            ({"office": there.villages[0]}, "site: not_a_mobile_office"),
            (next_day | {"stops": far}, "stops.1.village: not_a_village_here"),
            (next_day | {"stops": [own]}, "stops.0.kiosks: kiosk_not_here"),
        ):
            with pytest.raises(Invalid, match=expected):
                await planned(session, there, **changes)
        within = col(Site.province_id) == there.far.province_id
        await planned(session, there, stops=far, reach=within, **next_day)
