"""The few places and people that everybody in the machine wants at once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from visitation.audit import Actor
from visitation.people import OfficialHours
from visitation.places.tables import Holiday, MobileDay, MobileStop
from visitation.words import Attendance, Relation, Role, SiteKind

#: Noon of a Monday in Tehran, which is three and a half hours ahead all year.
NOON = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
AHEAD = timedelta(hours=3, minutes=30)
MINUTE = timedelta(minutes=1)
SLOTS_A_DAY = 4
PITCH, LENGTH, TURNOVER = 30 * MINUTE, 25 * MINUTE, 5 * MINUTE
POLICY = {
    "turnover_minutes": 5,
    "notice_minutes": 60,
    "family_notice_minutes": 180,
    "official_notice_minutes": 60,
    "horizon_days": 40,
    "family_horizon_days": 10,
    "visits_per_week": 2,
    "visits_per_month": 3,
    "max_party": 2,
    "cancel_minutes": 120,
    "decide_minutes": 60,
    "grace_minutes": 5,
}
#: From the first day: the village day, and a holiday.
ON_THE_ROAD, OFF = 1, 3


def day_after(days: int) -> date:
    return NOON.date() + timedelta(days=days)


def slot_start(day: date, number: int) -> datetime:
    """When a slot of the prisons' short morning begins: eight in Tehran, and on."""
    return datetime.combine(day, time(4, 30), UTC) + number * PITCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything by id. Prisoners and visitors are named by what they are there for."""

    prisons: tuple[int, int]
    terminals: dict[int, int]
    kiosks: dict[int, int]
    mixed: frozenset[int]
    point: int
    abroad: int
    office: int
    village: int
    mobile_day: int
    road: tuple[datetime, datetime]
    prisoners: tuple[int, ...]
    visitors: tuple[int, ...]
    contacts: dict[tuple[int, int], int]
    minor: int
    lawyer: int
    silent: int
    officials: tuple[int, int]
    gone: int
    by: Actor

    def __deepcopy__(self, memo: object) -> "Ground":
        return self

    @property
    def stations(self) -> dict[int, int]:
        """The site of each terminal and kiosk."""
        return self.terminals | self.kiosks


async def build(session: AsyncSession) -> Ground:
    """Two prisons, an office in the village's province, one abroad, and families."""
    here, there = await make.province(session), await make.province(session)
    first, second = await make.prison(session, here), await make.prison(session, here)
    for prison in (first, second):
        await make.policy(session, prison, **POLICY)
    mixed, plain = (
        await make.terminal(session, first),
        await make.terminal(session, first),
    )
    other = await make.terminal(session, second)
    hours = {"starts": time(8), "ends": time(10)}
    await make.open_every_day(session, first, stations=[mixed.id], **hours)
    family = {"kinds": ["family"], "stations": [plain.id]}
    await make.open_every_day(session, first, **family, **hours)
    await make.open_every_day(session, second, **hours)
    session.add(Holiday(day=day_after(OFF), province_id=here.id, name="جشن"))
    point = await make.point(session, here, kind=SiteKind.OFFICE)
    abroad = await make.point(session, there, kind=SiteKind.OFFICE)
    office = await make.point(session, here)
    village = await make.point(session, here, kind=SiteKind.VILLAGE)
    kiosks = [await make.kiosk(session, at) for at in (point, abroad, office)]
    road = MobileDay(
        reference="road", site_id=office.id, day=day_after(ON_THE_ROAD), changed_at=NOON
    )
    session.add(road)
    await session.flush()
    eight = slot_start(day_after(ON_THE_ROAD), 0)
    session.add(
        MobileStop(
            mobile_day_id=road.id,
            village_id=village.id,
            starts_at=eight,
            ends_at=eight + 2 * PITCH,
        )
    )
    people = await _families(session, first)
    official, other_official = [
        await make.account(session, Role.OFFICIAL) for _ in "ab"
    ]
    gone = await make.account(session, Role.OFFICIAL, disabled_at=NOON)
    session.add_all(_hours(other_official.id))
    scheduler = await make.account(session, Role.SCHEDULER)
    return Ground(
        prisons=(first.id, second.id),
        terminals={mixed.id: first.id, plain.id: first.id, other.id: second.id},
        kiosks={one.id: one.site_id for one in kiosks},
        mixed=frozenset({mixed.id, other.id}),
        point=point.id,
        abroad=abroad.id,
        office=office.id,
        village=village.id,
        mobile_day=road.id,
        road=(eight, eight + 2 * PITCH),
        officials=(official.id, other_official.id),
        gone=gone.id,
        by=Actor.account(scheduler.id, Role.SCHEDULER),
        **people,
    )


async def _families(session, prison):
    """Three prisoners; an aunt and a lawyer visit two each, and one has a child."""
    prisoners = [await make.prisoner(session, prison) for _ in "abc"]
    mother, aunt = await make.visitor(session), await make.visitor(session)
    wife = await make.visitor(session, phone=None)
    child = await make.visitor(session, born_on=date(2016, 1, 1))
    lawyer = await make.visitor(session)
    links = [
        (0, mother, Relation.PARENT),
        (0, aunt, Relation.RELATIVE),
        (1, aunt, Relation.RELATIVE),
        (1, wife, Relation.SPOUSE),
        (2, wife, Relation.SPOUSE),
        (2, child, Relation.CHILD),
        (0, lawyer, Relation.LAWYER),
        (1, lawyer, Relation.LAWYER),
    ]
    contacts = {}
    for number, visitor, relation in links:
        prisoner = prisoners[number]
        row = await make.contact(session, prisoner, visitor, relation=relation)
        contacts[prisoner.id, visitor.id] = row.id
    return {
        "prisoners": tuple(one.id for one in prisoners),
        "visitors": tuple(one.id for one in (mother, aunt, wife, child, lawyer)),
        "contacts": contacts,
        "minor": child.id,
        "lawyer": lawyer.id,
        "silent": wife.id,
    }


def _hours(account_id: int) -> list[OfficialHours]:
    return [
        OfficialHours(
            account_id=account_id,
            weekday=weekday,
            starts=time(8),
            ends=time(9),
            zone="Asia/Tehran",
            attendance=Attendance.DESK,
            valid_from=date(2026, 1, 1),
        )
        for weekday in range(7)
    ]
