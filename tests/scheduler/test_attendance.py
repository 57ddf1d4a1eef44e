"""Officials who change from where they attend, leave with a reason, or sit beside."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import attendance, booking, covers
from scheduler.attendance import NoOfficialWanted
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.scheduler.test_booking import BY, TEN, book
from visitation import visits
from visitation.audit import Actor
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.messages import Message
from visitation.people import Scope
from visitation.places.tables import MobileDay, MobileStop
from visitation.timespan import Timespan
from visitation.visits import Cover
from visitation.wording import Template
from visitation.words import Attendance, Outcome, Part, Role, SiteKind

HALF = timedelta(minutes=30)
SESSION = Timespan(TEN - HALF, TEN + 4 * HALF)
WHEN = {"by": BY, "now": NOON}


async def attended(
    session: AsyncSession, world: World, keyring: Keyring, **how: Any
) -> Any:
    visit = await book(session, world, keyring, official_wanted=True, **how)
    await attendance.attend(
        session,
        visit,
        official_id=world.official.id,
        attendance=Attendance.DESK,
        keyring=keyring,
        **WHEN,
    )
    return visit


async def village_day(session: AsyncSession, world: World) -> MobileDay:
    day = MobileDay(
        reference="m1", site_id=world.point.id, day=date(2026, 11, 24), changed_at=NOON
    )
    session.add(day)
    village = await make.point(session, kind=SiteKind.VILLAGE)
    await session.flush()
    session.add(
        MobileStop(
            mobile_day_id=day.id,
            village_id=village.id,
            starts_at=SESSION.start,
            ends_at=SESSION.end,
        )
    )
    await session.flush()
    return day


async def covered(
    session: AsyncSession, world: World, keyring: Keyring, **how: Any
) -> Cover:
    given: dict[str, Any] = {
        "official_id": world.official.id,
        "prison_id": world.prison.id,
        "span": SESSION,
        "attendance": Attendance.DESK,
    }
    return await covers.cover(session, keyring=keyring, **WHEN, **(given | how))


async def parts(session: AsyncSession, visit_id: int) -> list[Part]:
    return [one.part for one in await visits.participants(session, visit_id)]


async def test_an_official_goes_to_the_village_and_back_to_the_phone(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await attended(session, world, keyring)
        for place in (Attendance.VILLAGE, Attendance.VILLAGE, Attendance.PHONE):
            await attendance.change(
                session, visit, attendance=place, keyring=keyring, **WHEN
            )
            last = (await parts(session, visit.id))[-1]
            beside = place is Attendance.VILLAGE
            assert last is (Part.COMPANION if beside else Part.OFFICIAL)
        assert visit.attendance is Attendance.PHONE
        entries = await session.exec(
            select(AuditEntry.facts).where(AuditEntry.action == "official_from")
        )
        assert [facts["attendance"] for facts in entries.all()] == ["village", "phone"]


async def test_nobody_sits_beside_a_family_that_is_at_home(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await attended(session, world, keyring, kiosk_id=None)
        with pytest.raises(Invalid) as refused:
            await attendance.change(
                session,
                visit,
                attendance=Attendance.VILLAGE,
                keyring=keyring,
                **WHEN,
            )
        assert refused.value.reason == "nobody_to_sit_beside"
        with pytest.raises(Invalid) as refused:
            await covered(session, world, keyring, attendance=Attendance.VILLAGE)
        assert refused.value.reason == "beside_on_village_days"


async def test_a_visit_without_an_official_has_nobody_to_change_or_to_leave(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        with pytest.raises(NoOfficialWanted):
            await attendance.change(
                session, visit, attendance=Attendance.DESK, keyring=keyring, **WHEN
            )
        with pytest.raises(NoOfficialWanted):
            await attendance.leave(session, visit, reason="بیماری", **WHEN)


async def test_nobody_is_wanted_at_a_visit_that_is_not_to_come(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        why = {"outcome": Outcome.CANCELLED_BY_PRISON, "reason": "تعمیر"}
        await booking.cancel(session, visit=visit, **why, **WHEN)
        with pytest.raises(visits.NoLongerThere):
            await attendance.want(session, visit, wanted=True, **WHEN)
        assert not visit.official_wanted


async def test_who_leaves_says_why_and_is_not_told_what_they_did_themselves(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await attended(session, world, keyring, note="قدیمی")
        own = Actor.account(world.official.id, Role.OFFICIAL)
        with pytest.raises(Invalid) as refused:
            await attendance.leave(session, visit, reason=" ", by=own, now=NOON)
        assert refused.value.reason == "reason_needed"
        await attendance.leave(session, visit, reason=" بیماری ", by=own, now=NOON)
        assert (visit.note, visit.official_id) == ("قدیمی\nبیماری", None)
        everywhere = Scope(everywhere=True)
        wanting = await attendance.wanting(session, scope=everywhere, now=NOON)
        assert [one.id for one in wanting] == [visit.id]
        rows = await session.exec(select(Message.template))
        assert Template.OFFICIAL_CANCELLED not in rows.all()
        facts = (
            await session.exec(
                select(AuditEntry.facts).where(AuditEntry.action == "official_leaves")
            )
        ).one()
        assert "بیماری" not in str(facts)


async def test_who_leaves_hears_only_that_and_who_comes_back_is_told_anew(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        comes = {
            "official_id": world.official.id,
            "attendance": Attendance.DESK,
            "keyring": keyring,
            **WHEN,
        }
        await attendance.attend(session, visit, **comes)
        await attendance.leave(session, visit, reason="بیماری", **WHEN)
        to_official = col(Message.template).startswith("official")
        pending = select(Message.template).where(
            to_official, Message.state == MessageState.PENDING
        )
        gone = (await session.exec(pending)).all()
        await attendance.attend(session, visit, **comes)
        back = (await session.exec(pending.order_by(col(Message.id)))).all()
    assert gone == [Template.OFFICIAL_CANCELLED]
    assert back == [Template.OFFICIAL_CANCELLED, Template.OFFICIAL_BOOKED]


async def test_a_village_day_is_attended_on_its_own_day_only(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        day = await village_day(session, world)
        there = {"prison_id": None, "mobile_day_id": day.id}
        next_day = timedelta(days=1)
        later = Timespan(SESSION.start + next_day, SESSION.end + next_day)
        with pytest.raises(Invalid) as refused:
            await covered(session, world, keyring, span=later, **there)
        assert (refused.value.field, refused.value.reason) == ("day", "another_day")


async def test_a_cover_changes_from_where_all_its_visits_are_attended(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        day = await village_day(session, world)
        visit = await book(session, world, keyring, official_wanted=True)
        cover = await covered(
            session, world, keyring, prison_id=None, mobile_day_id=day.id
        )
        await session.refresh(visit)
        with pytest.raises(Invalid) as refused:
            await attendance.change(
                session, visit, attendance=Attendance.PHONE, keyring=keyring, **WHEN
            )
        assert refused.value.reason == "by_a_cover"
        beside = {"attendance": Attendance.VILLAGE, "keyring": keyring}
        for _click in range(2):
            await covers.change(session, cover, **beside, **WHEN)
        await session.refresh(visit)
        assert visit.attendance is Attendance.VILLAGE
        assert (await parts(session, visit.id))[-1] is Part.COMPANION
        await covers.uncover(session, cover, **WHEN)
        with pytest.raises(visits.NoLongerThere):
            await covers.change(session, cover, **beside, **WHEN)
        at_prison = await covered(session, world, keyring)
        with pytest.raises(Invalid) as refused:
            await covers.change(session, at_prison, **beside, **WHEN)
        assert refused.value.reason == "beside_on_village_days"


async def test_the_usual_hours_are_those_of_the_prison_or_of_the_villages(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        day = await village_day(session, world)
        when = {"day": date(2026, 11, 24), "now": NOON}
        there = await covers.usual_span(session, place=day, **when)
        prison = await covers.usual_span(session, place=world.prison, **when)
        shut = await covers.usual_span(
            session, place=await make.prison(session), **when
        )
    assert there == SESSION
    assert prison is not None
    assert prison.contains(Timespan(TEN, TEN + timedelta(minutes=25)))
    assert shut is None


async def test_covers_are_found_by_prison_village_day_and_scope(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        day = await village_day(session, world)
        cover = await covered(
            session, world, keyring, prison_id=None, mobile_day_id=day.id
        )
        for where, found in (
            ({"mobile_day_id": day.id}, [cover.id]),
            ({"prison_id": world.prison.id}, []),
            ({"official_id": world.official.id}, [cover.id]),
            ({"scope": Scope(sites=frozenset({world.point.id}))}, [cover.id]),
            ({"scope": Scope(sites=frozenset({world.prison.id}))}, []),
        ):
            rows = await visits.covers_between(session, SESSION, **where)
            assert [one.id for one in rows] == found
