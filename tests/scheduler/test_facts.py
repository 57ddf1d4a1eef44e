"""What stands against a visit, from the record to the refusal, and the allowance."""

from datetime import date, time, timedelta

import pytest

from scheduler import booking
from scheduler.booking import Refused
from scheduler.facts import age
from scheduler.proposals import Refusal
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.scheduler.test_booking import BY, TEN, at, book, refused
from visitation import people
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.people import Scope
from visitation.people.tables import Bar, OfficialHours
from visitation.places.tables import MobileDay, MobileStop, ProvinceGrant
from visitation.timespan import Timespan
from visitation.visits import boards
from visitation.words import (
    AppointmentKind,
    Asker,
    Attendance,
    Outcome,
    SiteKind,
    VisitKind,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WHY = {"override_reason": "مادر از راه دور آمده است"}


async def bar(session, world: World, **changes) -> Bar:
    values = {"starts_at": NOON, "ends_at": None, "order_number": "1", "judge": "-"}
    return await people.order_bar(
        session, prisoner_id=world.prisoner.id, by=BY, now=NOON, **(values | changes)
    )


async def test_a_judges_order_bars_whom_it_names_while_it_lasts(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        aunt = await make.visitor(session)
        await make.contact(session, world.prisoner, aunt)
        order = await bar(
            session, world, visitor_id=world.visitor.id, ends_at=TEN + HOUR
        )
        barred = await refused(session, world, keyring, **WHY)
        assert barred == (Refusal.BARRED,)
        await book(session, world, keyring, span=at(TEN + HOUR))
        await book(session, world, keyring, visitor_ids=[aunt.id])
        await people.lift_bar(session, order, by=BY, now=NOON)
        await bar(session, world, order_number="2")
        everybody = await refused(
            session, world, keyring, span=at(TEN + 3 * HOUR), visitor_ids=[aunt.id]
        )
    assert Refusal.BARRED in everybody


async def test_nobody_is_visited_while_they_are_in_court(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        court = await people.add_appointment(
            session,
            prisoner_id=world.prisoner.id,
            kind=AppointmentKind.COURT,
            span=Timespan(TEN - HOUR, TEN + timedelta(minutes=5)),
            by=BY,
            now=NOON,
        )
        away = await refused(session, world, keyring, **WHY)
        await people.cancel_appointment(session, court, by=BY, now=NOON)
        await book(session, world, keyring)
    assert away == (Refusal.PRISONER_AWAY,)


async def enemy_of(session, world: World) -> dict[str, object]:
    """Another prisoner kept apart from the world's, with a family and seats."""
    other = await make.prisoner(session, world.prison)
    brother = await make.visitor(session)
    await make.contact(session, other, brother)
    pair = (world.prisoner.id, other.id)
    await people.keep_apart(session, *pair, reason="نزاع", by=BY, now=NOON)
    return {
        "prisoner_id": other.id,
        "visitor_ids": [brother.id],
        "terminal_id": (await make.terminal(session, world.prison)).id,
        "kiosk_id": (await make.kiosk(session, world.point)).id,
    }


async def test_those_kept_apart_are_not_visited_on_one_day(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        other = await enemy_of(session, world)
        visit = await book(session, world, keyring)
        later = at(TEN + 5 * HOUR)
        that_day = await refused(session, world, keyring, span=later, **other, **WHY)
        next_day = await book(session, world, keyring, span=at(TEN + DAY), **other)
        assert that_day == (Refusal.KEPT_APART,)
        assert next_day.starts_at == TEN + DAY
        await booking.cancel(
            session,
            visit=visit,
            outcome=Outcome.CANCELLED_BY_PRISON,
            reason="-",
            by=BY,
            now=NOON,
        )
        await book(session, world, keyring, span=later, **other)


async def test_a_child_comes_with_an_adult(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        child = await make.visitor(session, born_on=date(2008, 11, 25))
        await make.contact(session, world.prisoner, child)
        alone = {"visitor_ids": [child.id]}
        assert await refused(session, world, keyring, **alone) == (Refusal.NO_ADULT,)
        await book(session, world, keyring, visitor_ids=[child.id, world.visitor.id])
        # Eighteen on the next day.
        await book(session, world, keyring, span=at(TEN + DAY), **alone)


def test_years_are_counted_by_birthdays() -> None:
    born = date(2008, 2, 29)
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 28), date(2028, 2, 29))
    assert [age(born, day) for day in days] == [17, 18, 19, 20]


async def test_another_provinces_families_need_a_grant(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        far = await make.province(session, name="یزد")
        point = await make.point(session, far, kind=SiteKind.OFFICE)
        there = {"kiosk_id": (await make.kiosk(session, point)).id}
        elsewhere = await refused(session, world, keyring, **there)
        assert elsewhere == (Refusal.OTHER_PROVINCE,)
        await book(session, world, keyring, **there, **WHY)
        grant = ProvinceGrant(
            prison_id=world.prison.id,
            province_id=far.id,
            reason="-",
            granted_at=NOON,
            until=TEN.date() + DAY,
        )
        session.add(grant)
        await book(session, world, keyring, span=at(TEN + DAY), **there)
        over = await refused(session, world, keyring, span=at(TEN + 2 * DAY), **there)
    assert Refusal.OTHER_PROVINCE in over


async def test_a_mobile_kiosk_is_used_within_a_stop_and_the_family_sits_in_the_village(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        home = await book(session, world, keyring, span=at(TEN + 3 * HOUR))
        village = await make.point(session, kind=SiteKind.VILLAGE, name="ده‌بالا")
        day = MobileDay(
            reference="d1", site_id=world.point.id, day=TEN.date(), changed_at=NOON
        )
        session.add(day)
        await session.flush()
        stop = MobileStop(
            mobile_day_id=day.id,
            village_id=village.id,
            starts_at=TEN,
            ends_at=TEN + HOUR,
        )
        session.add(stop)
        visit = await book(session, world, keyring)
        late = await refused(session, world, keyring, span=at(TEN + HOUR), **WHY)
        assert (home.point_id, visit.point_id) == (world.point.id, village.id)
        assert Refusal.KIOSK_NOT_THERE in late
        office = Scope(sites=frozenset({world.point.id}))
        listed = await boards.at_points(
            session, scope=office, day=Timespan(TEN, TEN + HOUR)
        )
        assert [one.id for one in listed] == [visit.id]
        with pytest.raises(Refused) as refusal:
            await booking.move(
                session,
                visit=visit,
                terminal_id=visit.terminal_id,
                span=at(TEN + 2 * HOUR),
                kiosk_id=visit.kiosk_id,
                by=BY,
                now=NOON,
                **WHY,
            )
        assert refusal.value.reasons == (Refusal.KIOSK_NOT_THERE,)


async def test_an_official_with_hours_is_booked_within_them(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        session.add(
            OfficialHours(
                account_id=world.official.id,
                weekday=1,
                starts=time(10),
                ends=time(11),
                zone="Asia/Tehran",
                attendance=Attendance.DESK,
                valid_from=date(2026, 1, 1),
            )
        )
        wanted = {"kind": VisitKind.OFFICIAL, "official_id": world.official.id}
        outside = await refused(session, world, keyring, span=at(TEN + HOUR), **wanted)
        await book(session, world, keyring, **wanted)
    assert outside == (Refusal.OFFICIAL_NOT_THEN,)


async def test_families_ask_earlier_than_staff_and_override_nothing(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        family = {"asked_by": Asker.FAMILY}
        assert await refused(session, world, keyring, **family, **WHY) == (
            Refusal.TOO_SOON,
        )
        await book(session, world, keyring, span=at(TEN + DAY), **family)
        far = at(TEN + 40 * DAY)
        assert await refused(session, world, keyring, span=far, **family) == (
            Refusal.TOO_FAR_AHEAD,
        )
        await book(session, world, keyring, span=far)
