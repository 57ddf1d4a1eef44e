"""Re-planning a day takes its officials along, or wants one anew."""

from datetime import date, time

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import covers
from scheduler.newplaces import Company
from tests import make
from tests.conftest import NOON
from tests.scheduler import village
from tests.scheduler.village import (
    DAY,
    HALF_HOUR,
    ONE_DAY,
    TEN,
    drive,
    family,
)
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.people import Account, OfficialHours
from visitation.places import MobileDay
from visitation.timespan import Timespan
from visitation.visits import Claim, Cover, Visit
from visitation.wording import Template
from visitation.words import Attendance, Role


async def cover(
    session: AsyncSession, official: Account, day: MobileDay, keyring: Keyring
) -> Cover:
    """An official beside the families of a village day."""
    ten = TEN + (day.day - DAY)
    return await covers.cover(
        session,
        official_id=official.id,
        mobile_day_id=day.id,
        span=Timespan(ten, ten + 2 * HALF_HOUR),
        attendance=Attendance.VILLAGE,
        keyring=keyring,
        by=SYSTEM,
        now=NOON,
    )


async def said(session: AsyncSession, official: Account) -> list[Template]:
    """What an official was told about single visits."""
    rows = await session.exec(
        select(Message.template)
        .where(
            Message.phone == official.phone,
            col(Message.template).not_in([Template.COVER_BOOKED]),
        )
        .order_by(col(Message.id))
    )
    return list(rows.all())


async def test_an_official_comes_along_where_their_hours_allow_it(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        free = await make.account(session, Role.OFFICIAL)
        bound = await make.account(session, Role.OFFICIAL)
        session.add(
            OfficialHours(
                account_id=bound.id,
                weekday=DAY.weekday(),
                starts=time(8),
                ends=time(16),
                zone=here.prison.zone,
                attendance=Attendance.DESK,
                valid_from=date(2026, 1, 1),
            )
        )
        first = await family(session, here, keyring, official_id=free.id)
        second = await family(
            session, here, keyring, start=TEN + HALF_HOUR, official_id=bound.id
        )
        await village.cancel(session, here)
        await drive(session, here.office, here.village, DAY + ONE_DAY)
        plan = await village.draft(session, here)
        await village.carry_out(session, plan, keyring)
        one = await session.get_one(Visit, first.visit.id, populate_existing=True)
        two = await session.get_one(Visit, second.visit.id, populate_existing=True)
        held = await session.exec(
            select(Claim.visit_id)
            .where(col(Claim.resource).like("official:%"))
            .distinct()
        )
        heard = [await said(session, one) for one in (free, bound)]

    assert [line.new and line.new.company for line in plan.lines] == [
        Company.COMES_ALONG,
        Company.WANTED,
    ]
    assert (one.official_id, one.official_wanted) == (free.id, False)
    assert (two.official_id, two.official_wanted) == (None, True)
    assert held.all() == [one.id]
    assert heard == [
        [Template.OFFICIAL_BOOKED, Template.OFFICIAL_MOVED],
        [Template.OFFICIAL_BOOKED, Template.OFFICIAL_CANCELLED],
    ]


async def test_a_covered_visit_goes_to_the_officials_next_cover_or_wants_one(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await village.village(session)
        judge = await make.account(session, Role.OFFICIAL)
        given_day = await cover(session, judge, here.planned, keyring)
        wish = {"official_id": judge.id, "cover_id": given_day.id}
        wish |= {"attendance": Attendance.VILLAGE}
        first = await family(session, here, keyring, **wish)
        second = await family(session, here, keyring, start=TEN + HALF_HOUR, **wish)
        await village.cancel(session, here)
        half = await make.kiosk(session, here.office)
        next_day = await drive(session, here.office, here.village, DAY + ONE_DAY)
        again = await cover(session, judge, next_day, keyring)
        await family(
            session, here, keyring, start=TEN + ONE_DAY + HALF_HOUR, kiosk_id=half.id
        )
        await drive(session, here.office, here.village, DAY + 2 * ONE_DAY)
        plan = await village.draft(session, here)
        await village.carry_out(session, plan, keyring)
        one = await session.get_one(Visit, first.visit.id, populate_existing=True)
        two = await session.get_one(Visit, second.visit.id, populate_existing=True)
        heard = await said(session, judge)

    assert [line.new and line.new.company for line in plan.lines] == [
        Company.BY_COVER,
        Company.WANTED,
    ]
    assert (one.official_id, one.cover_id) == (judge.id, again.id)
    assert (two.official_id, two.cover_id, two.official_wanted) == (None, None, True)
    assert Template.OFFICIAL_CANCELLED not in heard
