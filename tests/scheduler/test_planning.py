"""Plans: who of the waiting list gets which slot, shown first, then booked at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import planning
from scheduler.planning import NotDraft
from tests import make
from tests.conftest import NOON
from tests.scheduler import queue
from tests.scheduler.queue import DAY, LENGTH, TEN, Family, Queue
from visitation import messages, people, waiting
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Contact
from visitation.places.tables import MobileDay, MobileStop
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.waiting import Days, Placement, Plan, WaitingEntry
from visitation.wording import Template
from visitation.words import (
    AppointmentKind,
    ContactState,
    PlanState,
    SiteKind,
    WaitingState,
)

HALF_PAST = TEN + timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Three families, and two slots: at ten and at half past."""

    here: Queue
    never: Family
    month: Family
    week: Family


async def make_scene(session: AsyncSession, keyring: Keyring) -> Scene:
    here = await queue.queue(session, starts=time(10), ends=time(11))
    day = {"days": Days(first=DAY, last=DAY)}
    return Scene(
        here=here,
        week=await queue.family(session, here, keyring, met_days_ago=7, **day),
        month=await queue.family(session, here, keyring, met_days_ago=42, **day),
        never=await queue.family(session, here, keyring, **day),
    )


async def propose(
    session: AsyncSession, scene: Scene, keyring: Keyring, last: date = DAY
) -> Plan:
    return await planning.propose(
        session,
        prison=scene.here.prison,
        first_day=DAY,
        last_day=last,
        keyring=keyring,
        by=SYSTEM,
        now=NOON,
    )


async def publish(database: Database, plan: Plan, keyring: Keyring) -> int:
    async with database.write() as session:
        return await planning.publish(
            session,
            await session.get_one(Plan, plan.id),
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )


async def in_court(
    session: AsyncSession, one: Family, start: datetime, end: datetime
) -> None:
    await people.add_appointment(
        session,
        prisoner_id=one.prisoner.id,
        kind=AppointmentKind.COURT,
        span=Timespan(start, end),
        by=SYSTEM,
        now=NOON,
    )


def told(rows: Sequence[Placement]) -> list[tuple[object, ...]]:
    return [(r.entry_id, r.place, r.waited_days, r.starts_at, r.reason) for r in rows]


async def test_a_plan_serves_the_longest_unvisited_and_explains_each_place(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        scene = await make_scene(session, keyring)
        plan = await propose(session, scene, keyring)
        again = await propose(session, scene, keyring)
        rows = await planning.placements(session, plan.id)
        same = await planning.placements(session, again.id)
        booked = (await session.exec(select(Visit.state))).all()

    assert told(rows) == [
        (scene.never.entry.id, 1, 1, TEN, ""),
        (scene.month.entry.id, 2, 42, HALF_PAST, ""),
        (scene.week.entry.id, 3, 7, None, "taken"),
    ]
    assert told(same) == told(rows)
    assert (rows[0].terminal_id, rows[0].kiosk_id, rows[0].ends_at) == (
        scene.here.terminal.id,
        scene.here.kiosk.id,
        TEN + LENGTH,
    )
    assert VisitState.BOOKED not in booked


async def test_publishing_books_everything_and_tells_everybody_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        scene = await make_scene(session, keyring)
        plan = await propose(session, scene, keyring)

    results = await asyncio.gather(
        publish(database, plan, keyring),
        publish(database, plan, keyring),
        return_exceptions=True,
    )

    assert sorted(map(type, results), key=str) == sorted([NotDraft, int], key=str)
    assert 2 in results
    async with database.read() as session:
        rows = await planning.placements(session, plan.id)
        states = (
            await session.exec(select(WaitingEntry.state).order_by(WaitingEntry.id))
        ).all()
        booked = await session.get_one(Visit, rows[0].visit_id)
        said = await messages.of_visit(session, visit_id=booked.id)
        kept = await session.get_one(Plan, plan.id)
    assert (booked.state, booked.starts_at) == (VisitState.BOOKED, TEN)
    assert [m.template for m in said] == [Template.BOOKED]
    assert states == [WaitingState.WAITING, WaitingState.PLACED, WaitingState.PLACED]
    assert (kept.state, kept.published_at) == (PlanState.PUBLISHED, NOON)


async def test_what_was_taken_meanwhile_stays_on_the_list_and_the_rest_is_booked(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        scene = await make_scene(session, keyring)
        plan = await propose(session, scene, keyring)
        await queue.book(session, scene.here, scene.week, keyring)
        entry = await session.get_one(WaitingEntry, scene.month.entry.id)
        await waiting.withdraw(session, entry, by=SYSTEM, now=NOON)

    assert await publish(database, plan, keyring) == 0

    async with database.read() as session:
        rows = await planning.placements(session, plan.id)
        entry = await session.get_one(WaitingEntry, scene.never.entry.id)
    assert [row.reason for row in rows] == ["terminal_taken", "gone", "taken"]
    assert entry.state is WaitingState.WAITING


async def test_whom_a_slot_is_offered_meanwhile_is_left_to_answer(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        scene = await make_scene(session, keyring)
        plan = await propose(session, scene, keyring)
        entry = await session.get_one(WaitingEntry, scene.never.entry.id)
        offered = WaitingState.OFFERED
        await waiting.shift(session, entry, offered, by=SYSTEM, now=NOON)

    assert await publish(database, plan, keyring) == 1

    async with database.read() as session:
        rows = await planning.placements(session, plan.id)
        entry = await session.get_one(WaitingEntry, scene.never.entry.id)
    assert [row.reason for row in rows] == ["gone", "", "taken"]
    assert entry.state is offered


async def test_a_plan_never_takes_a_place_from_anybody_who_has_one(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        scene = await make_scene(session, keyring)
        await queue.book(session, scene.here, scene.week, keyring)
        plan = await propose(session, scene, keyring)
        rows = await planning.placements(session, plan.id)

    assert [row.starts_at for row in rows] == [HALF_PAST, None, None]


async def test_whom_the_rules_refuse_makes_way_and_is_told_why(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        scene = await make_scene(session, keyring)
        found = await session.exec(
            select(Contact).where(Contact.visitor_id == scene.never.visitor.id)
        )
        contact = found.one()
        contact.state = ContactState.SUSPENDED
        session.add(contact)
        await session.flush()
        plan = await propose(session, scene, keyring)
        rows = await planning.placements(session, plan.id)

    assert [(row.starts_at, row.reason) for row in rows] == [
        (None, "not_approved"),
        (TEN, ""),
        (HALF_PAST, ""),
    ]


@pytest.mark.parametrize(
    ("until", "shared"),
    [
        (HALF_PAST, [(HALF_PAST, ""), (TEN, ""), (None, "taken")]),
        (HALF_PAST + LENGTH, [(None, "prisoner_away"), (TEN, ""), (HALF_PAST, "")]),
    ],
)
async def test_a_prisoner_is_visited_at_an_hour_that_is_none_in_court(
    database: Database,
    keyring: Keyring,
    until: datetime,
    shared: list[tuple[datetime | None, str]],
) -> None:
    async with database.write() as session:
        scene = await make_scene(session, keyring)
        await in_court(session, scene.never, TEN, until)
        plan = await propose(session, scene, keyring)
        rows = await planning.placements(session, plan.id)

    assert [(row.starts_at, row.reason) for row in rows] == shared


async def test_a_family_that_nothing_fits_is_told_so(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        scene = await make_scene(session, keyring)
        later = Days(first=DAY + timedelta(1), last=DAY + timedelta(2))
        other = await queue.family(session, scene.here, keyring, days=later)
        plan = await propose(session, scene, keyring)
        rows = await planning.placements(session, plan.id)

    reasons = {row.entry_id: row.reason for row in rows}
    assert reasons[other.entry.id] == "no_option"


async def test_a_village_is_reached_only_while_the_office_stands_there(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        here = await queue.queue(session, starts=time(10), ends=time(12))
        province = here.prison.province_id
        village = await make.point(
            session, await make.province(session), kind=SiteKind.VILLAGE
        )
        office = await make.point(session, await make.province(session))
        village.province_id = office.province_id = province
        kiosk = await make.kiosk(session, office)
        day = MobileDay(reference="d", site_id=office.id, day=DAY, changed_at=NOON)
        session.add_all([village, office, day])
        await session.flush()
        session.add(
            MobileStop(
                mobile_day_id=day.id,
                village_id=village.id,
                starts_at=TEN + timedelta(minutes=60),
                ends_at=TEN + timedelta(minutes=110),
            )
        )
        one = await queue.family(session, here, keyring, points=[village.id])
        plan = await planning.propose(
            session,
            prison=here.prison,
            first_day=DAY,
            last_day=DAY + timedelta(days=6),
            keyring=keyring,
            by=SYSTEM,
            now=NOON,
        )
        (row,) = await planning.placements(session, plan.id)

    assert (row.entry_id, row.kiosk_id, row.starts_at) == (
        one.entry.id,
        kiosk.id,
        TEN + timedelta(minutes=60),
    )


async def test_a_discarded_plan_cannot_be_published(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        scene = await make_scene(session, keyring)
        plan = await propose(session, scene, keyring)
        await planning.discard(session, plan, by=SYSTEM, now=NOON)

    with pytest.raises(NotDraft):
        await publish(database, plan, keyring)


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        (DAY, DAY - timedelta(1), "ends_before_start"),
        (DAY - timedelta(9), DAY - timedelta(2), "already_over"),
        (DAY, DAY + timedelta(63), "plan_too_long"),
    ],
)
async def test_days_that_make_no_plan_are_refused(
    database: Database, keyring: Keyring, first: date, last: date, reason: str
) -> None:
    async with database.write() as session:
        here = await queue.queue(session)
        with pytest.raises(Invalid, match=reason):
            await planning.propose(
                session,
                prison=here.prison,
                first_day=first,
                last_day=last,
                keyring=keyring,
                by=SYSTEM,
                now=NOON,
            )
