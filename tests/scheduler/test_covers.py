"""Officials: over a whole session or of single visits, and never twice at once."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import attendance, booking, covers
from scheduler.attendance import AttendsElsewhere, NoOfficialWanted
from scheduler.booking import Refused
from scheduler.proposals import Refusal
from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.scheduler.test_booking import BY, TEN, at, book
from visitation import visits
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.people import Scope
from visitation.places.tables import MobileDay, MobileStop
from visitation.timespan import Timespan
from visitation.visits import Claim, Cover, NoLongerThere, Visit
from visitation.wording import Template
from visitation.words import Attendance, MobileDayState, Part, SiteKind, VisitKind

HALF = timedelta(minutes=30)
SESSION = Timespan(TEN - HALF, TEN + 4 * HALF)


async def cover(
    session: AsyncSession, world: World, keyring: Keyring, **how: Any
) -> Cover:
    given = {
        "official_id": world.official.id,
        "prison_id": world.prison.id,
        "span": SESSION,
        "attendance": Attendance.DESK,
    }
    return await covers.cover(
        session, keyring=keyring, by=BY, now=NOON, **(given | how)
    )


async def official_claims(session: AsyncSession, world: World) -> set[str]:
    """Who holds the official: visits, covers, or nobody."""
    rows = await session.exec(
        select(Claim).where(Claim.resource == f"official:{world.official.id}")
    )
    return {"visit" if row.visit_id else "cover" for row in rows}


async def said(session: AsyncSession) -> list[Template]:
    rows = await session.exec(
        select(Message.template)
        .where(Message.template != Template.BOOKED)
        .order_by(Message.id)
    )
    return list(rows)


async def test_one_set_of_claims_holds_an_official_for_all_visits_inside(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, visits_per_week=9)
        wants = await book(session, world, keyring, official_wanted=True)
        has = await book(
            session,
            world,
            keyring,
            span=at(TEN + HALF),
            official_id=world.official.id,
            attendance=Attendance.PHONE,
        )
        wants_none = await book(session, world, keyring, span=at(TEN + 2 * HALF))
        made = await cover(session, world, keyring)
    async with database.read() as session:
        assert await official_claims(session, world) == {"cover"}
        rows = [await session.get_one(Visit, v.id) for v in (wants, has, wants_none)]
        assert [
            (row.cover_id, row.official_id, row.attendance, row.official_wanted)
            for row in rows
        ] == [
            (made.id, world.official.id, Attendance.DESK, False),
            (made.id, world.official.id, Attendance.DESK, False),
            (None, None, None, False),
        ]
        parts = [
            [p.part for p in await visits.participants(session, row.id)] for row in rows
        ]
        assert parts == [
            [Part.PRISONER, Part.VISITOR, Part.OFFICIAL],
            [Part.PRISONER, Part.VISITOR, Part.OFFICIAL],
            [Part.PRISONER, Part.VISITOR],
        ]
        assert await said(session) == [Template.OFFICIAL_BOOKED, Template.COVER_BOOKED]
        came = await session.exec(
            select(AuditEntry.visit_id).where(AuditEntry.action == "official_comes")
        )
        assert came.all() == [wants.id]


async def test_a_second_attendance_at_the_same_time_is_a_clash(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        made = await cover(session, world, keyring)
        elsewhere = await make.prison(session)
        with pytest.raises(AttendsElsewhere):
            await cover(session, world, keyring, prison_id=elsewhere.id)
        with pytest.raises(Refused) as refused:
            await book(session, world, keyring, official_id=world.official.id)
        assert refused.value.reasons == (Refusal.OFFICIAL_BUSY,)
        visit = await book(
            session,
            world,
            keyring,
            official_id=world.official.id,
            cover_id=made.id,
        )
        assert visit.cover_id == made.id
        assert await official_claims(session, world) == {"cover"}


async def test_a_visit_outside_a_cover_cannot_refer_to_it_nor_be_moved_out_of_it(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        made = await cover(session, world, keyring)
        covered = {"official_id": world.official.id, "cover_id": made.id}
        outside = at(TEN + timedelta(hours=4))
        with pytest.raises(Refused) as refused:
            await book(session, world, keyring, span=outside, **covered)
        assert refused.value.reasons == (Refusal.OUTSIDE_COVER,)
        visit = await book(session, world, keyring, **covered)
        with pytest.raises(Refused) as refused:
            await booking.move(
                session,
                visit=visit,
                terminal_id=world.terminal.id,
                span=outside,
                kiosk_id=world.kiosk.id,
                by=BY,
                now=NOON,
                override_reason="لازم است",
            )
        assert refused.value.reasons == (Refusal.OUTSIDE_COVER,)


async def test_a_cancelled_cover_frees_the_official_and_its_visits_want_one_again(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring, official_wanted=True)
        made = await cover(session, world, keyring)
        assert await covers.uncover(session, made, by=BY, now=NOON) == 1
        assert await covers.uncover(session, made, by=BY, now=NOON) == 0
    async with database.read() as session:
        row = await session.get_one(Visit, visit.id)
        assert (row.official_wanted, row.official_id, row.cover_id) == (
            True,
            None,
            None,
        )
        assert await official_claims(session, world) == set()
        people = await visits.participants(session, visit.id)
        assert [one.part for one in people] == [Part.PRISONER, Part.VISITOR]
        assert await said(session) == [Template.COVER_BOOKED, Template.COVER_CANCELLED]
        scope = Scope(sites=frozenset({world.prison.id}))
        listed = await attendance.wanting(session, scope=scope, now=NOON)
        assert [one.id for one in listed] == [visit.id]


async def test_an_official_covers_a_village_day_beside_the_family(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        day = MobileDay(
            reference="m1",
            site_id=world.point.id,
            day=date(2026, 11, 24),
            changed_at=NOON,
        )
        session.add(day)
        await session.flush()
        village_site = await make.point(session, kind=SiteKind.VILLAGE)
        session.add(
            MobileStop(
                mobile_day_id=day.id,
                village_id=village_site.id,
                starts_at=SESSION.start,
                ends_at=SESSION.end,
            )
        )
        await session.flush()
        visit = await book(session, world, keyring, official_wanted=True)
        village = {"prison_id": None, "mobile_day_id": day.id}
        made = await cover(
            session, world, keyring, attendance=Attendance.VILLAGE, **village
        )
        people = await visits.participants(session, visit.id)
        assert people[-1].part is Part.COMPANION
        await covers.uncover(session, made, by=BY, now=NOON)
        day.state = MobileDayState.CANCELLED
        session.add(day)
        await session.flush()
        with pytest.raises(Invalid):
            await cover(session, world, keyring, **village)


async def test_an_official_takes_a_visit_that_wants_one_and_leaves_it_again(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring, official_wanted=True)
        taking = {
            "official_id": world.official.id,
            "attendance": Attendance.PHONE,
            "keyring": keyring,
            "by": BY,
            "now": NOON,
        }
        await attendance.attend(session, visit, **taking)
        assert await official_claims(session, world) == {"visit"}
        with pytest.raises(NoOfficialWanted):
            await attendance.attend(session, visit, **taking)
        await attendance.leave(session, visit, reason="بیماری", by=BY, now=NOON)
        assert await official_claims(session, world) == set()
        assert (visit.official_id, visit.official_wanted) == (None, True)
        assert await said(session) == [
            Template.OFFICIAL_BOOKED,
            Template.OFFICIAL_CANCELLED,
        ]


async def test_an_official_takes_a_visit_inside_a_cover_without_a_second_claim(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        made = await cover(session, world, keyring)
        visit = await book(session, world, keyring)
        await attendance.want(session, visit, wanted=True, by=BY, now=NOON)
        await attendance.attend(
            session,
            visit,
            official_id=world.official.id,
            attendance=Attendance.PHONE,
            keyring=keyring,
            by=BY,
            now=NOON,
        )
        assert (visit.cover_id, visit.attendance) == (made.id, Attendance.DESK)
        assert await official_claims(session, world) == {"cover"}


async def test_no_official_attends_a_lawyers_visit(
    sqlite: Database, keyring: Keyring
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        visit.kind = VisitKind.LEGAL
        session.add(visit)
        await session.flush()
        with pytest.raises(NoOfficialWanted):
            await attendance.want(session, visit, wanted=True, by=BY, now=NOON)


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"span": Timespan(NOON - HALF, NOON)}, "ends"),
        ({"span": Timespan(TEN, TEN + timedelta(hours=15))}, "ends"),
        ({"span": Timespan(TEN + timedelta(minutes=1), TEN + HALF)}, "starts"),
        ({"prison_id": None}, "place"),
    ],
    ids=["over", "long", "odd", "nowhere"],
)
async def test_a_cover_has_a_time_and_a_place(
    sqlite: Database, keyring: Keyring, how: dict[str, Any], field: str
) -> None:
    async with sqlite.write() as session:
        world = await make.world(session)
        with pytest.raises(Invalid) as refused:
            await cover(session, world, keyring, **how)
        assert refused.value.field == field
        with pytest.raises(Invalid):
            await cover(session, world, keyring, official_id=world.scheduler.id)


async def test_a_cover_and_a_booking_of_the_same_official_never_both_hold(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        elsewhere = await make.prison(session)

    async def covers_there() -> str:
        async with database.write() as session:
            await cover(session, world, keyring, prison_id=elsewhere.id)
        return "cover"

    async def books_here() -> str:
        async with database.write() as session:
            await book(session, world, keyring, official_id=world.official.id)
        return "visit"

    results = await asyncio.gather(
        covers_there(), books_here(), covers_there(), return_exceptions=True
    )
    done = [one for one in results if isinstance(one, str)]
    assert len(done) == 1
    assert all(
        isinstance(one, str | AttendsElsewhere | Refused | NoLongerThere)
        for one in results
    )
    async with database.read() as session:
        assert await official_claims(session, world) == set(done)
