"""The allowance ledger: a period's entries always sum to what it has left."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests import make
from tests.conftest import NOON
from tests.make import World
from visitation import visits
from visitation.audit import Actor
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.errors import Invalid
from visitation.lifecycle import VisitState
from visitation.places import Policy
from visitation.visits import (
    Allowance,
    AllowanceEntry,
    Balance,
    Period,
    Quota,
    Spent,
    Visit,
    refunds,
)
from visitation.visits.periods import month_of, week_of
from visitation.words import AllowanceChange, Outcome, Role, VisitKind

BY = Actor(key="account:1", role=Role.SCHEDULER)
TEHRAN = ZoneInfo("Asia/Tehran")
DAY = timedelta(days=1)
TODAY = date(2026, 11, 23)
WEEK, MONTH = "week:2026-11-21", "month:1405-09"


def quota(per_week: int = 2, per_month: int = 8, day: date = TODAY) -> Quota:
    policy = Policy(visits_per_week=per_week, visits_per_month=per_month)
    return visits.quota(policy, TEHRAN, day)


async def a_visit(
    session: AsyncSession, world: World, *, start: datetime = NOON, **columns
) -> Visit:
    number = (await session.exec(select(func.count()).select_from(Visit))).one()
    values = {
        "reference": f"v{number}",
        "kind": VisitKind.FAMILY,
        "state": VisitState.BOOKED,
        "starts_at": start,
        "ends_at": start + timedelta(minutes=25),
        "booked_end_at": start + timedelta(minutes=25),
        "prison_id": world.prison.id,
        "terminal_id": (await make.terminal(session, world.prison)).id,
        "prisoner_id": world.prisoner.id,
        "created_at": NOON,
        "changed_at": NOON,
    }
    visit = Visit(**(values | columns))
    session.add(visit)
    await session.flush()
    return visit


async def use(session: AsyncSession, visit: Visit, of: Quota, **more) -> None:
    async with session.begin_nested():
        await visits.use(session, visit, of, by=BY, now=NOON, **more)


async def ledger(session: AsyncSession) -> dict[str, tuple[int, int, int]]:
    """Each period's granted, used, and the sum of its entries."""
    sums = dict(
        (
            await session.exec(
                select(AllowanceEntry.period, func.sum(AllowanceEntry.amount)).group_by(
                    col(AllowanceEntry.period)
                )
            )
        ).all()
    )
    rows = await session.exec(
        select(Allowance).execution_options(populate_existing=True)
    )
    return {row.period: (row.granted, row.used, sums[row.period]) for row in rows}


@pytest.mark.parametrize(
    ("day", "week", "month"),
    [
        (
            date(2026, 11, 20),  # a Friday, 29 Aban
            Period(
                name="week:2026-11-14",
                first=date(2026, 11, 14),
                after=date(2026, 11, 21),
            ),
            Period(
                name="month:1405-08",
                first=date(2026, 10, 23),
                after=date(2026, 11, 22),
            ),
        ),
        (
            date(2026, 11, 22),  # a Sunday, 1 Azar
            Period(name=WEEK, first=date(2026, 11, 21), after=date(2026, 11, 28)),
            Period(name=MONTH, first=date(2026, 11, 22), after=date(2026, 12, 22)),
        ),
        (
            date(2027, 3, 20),  # a Saturday, 29 Esfand, the year's last day
            Period(
                name="week:2027-03-20", first=date(2027, 3, 20), after=date(2027, 3, 27)
            ),
            Period(
                name="month:1405-12", first=date(2027, 2, 20), after=date(2027, 3, 21)
            ),
        ),
    ],
    ids=["friday", "sunday", "new year's eve"],
)
def test_periods_are_weeks_from_saturday_and_months_of_the_solar_year(
    day: date, week: Period, month: Period
) -> None:
    assert (week_of(day), month_of(day)) == (week, month)


@pytest.mark.parametrize(
    ("outcome", "in_time", "back"),
    [
        (None, True, True),
        (Outcome.CANCELLED_BY_FAMILY, True, True),
        (Outcome.CANCELLED_BY_FAMILY, False, False),
        (Outcome.CANCELLED_BY_PRISON, False, True),
        (Outcome.CANCELLED_BY_CLOSURE, True, True),
        (Outcome.TECHNICAL_FAMILY, True, True),
        (Outcome.TECHNICAL_SERVER, True, True),
        (Outcome.PRISONER_ABSENT, True, True),
        (Outcome.FAMILY_ABSENT, True, False),
        (Outcome.COMPLETED, True, False),
        (Outcome.ENDED_BY_STAFF, True, False),
        (Outcome.LATE, True, False),
    ],
)
def test_a_visit_is_given_back_unless_the_family_had_it_or_let_it_go(
    outcome: Outcome | None, in_time: bool, back: bool
) -> None:
    assert refunds(outcome, in_time=in_time) is back


async def test_a_visit_counts_in_its_week_and_its_month(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await a_visit(session, world)
        await use(session, visit, quota())
        assert await ledger(session) == {WEEK: (2, 1, 1), MONTH: (8, 1, 7)}
        found = await visits.balances(session, world.prisoner.id, quota())
        without = await visits.balances(
            session, world.prisoner.id, quota(), but_visit=visit.id
        )
    assert found == {
        WEEK: Balance(granted=2, used=1),
        MONTH: Balance(granted=8, used=1),
    }
    assert without[WEEK] == Balance(granted=2, used=0)


async def test_nothing_is_used_beyond_what_is_granted(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        for _ in range(2):
            await use(session, await a_visit(session, world), quota())
        third = await a_visit(session, world)
        with pytest.raises(Spent) as spent:
            await use(session, third, quota())
        assert spent.value.periods == {WEEK}
        assert await ledger(session) == {WEEK: (2, 2, 0), MONTH: (8, 2, 6)}


async def test_a_stated_reason_adds_a_visit_before_it_is_used(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        for _ in range(2):
            await use(session, await a_visit(session, world), quota())
        await use(session, await a_visit(session, world), quota(), beyond="مادر بیمار")
        assert await ledger(session) == {WEEK: (3, 3, 0), MONTH: (8, 3, 5)}
        entries = await visits.entries_of(session, world.prisoner.id, [WEEK])
    assert [(e.change, e.amount, e.reason) for e in entries[:2]] == [
        (AllowanceChange.USE, -1, ""),
        (AllowanceChange.ADJUSTMENT, 1, "مادر بیمار"),
    ]


async def test_a_visit_is_given_back_once(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await a_visit(session, world)
        await use(session, visit, quota())
        for _ in range(2):
            await visits.give_back(session, visit, by=BY, now=NOON)
        assert await ledger(session) == {WEEK: (2, 0, 2), MONTH: (8, 0, 8)}


async def test_a_visit_that_moves_leaves_the_week_it_was_in(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await a_visit(session, world)
        await use(session, visit, quota())
        await use(session, visit, quota())
        later = quota(day=TODAY + 7 * DAY)
        await use(session, visit, later)
        assert await ledger(session) == {
            WEEK: (2, 0, 2),
            "week:2026-11-28": (2, 1, 1),
            MONTH: (8, 1, 7),
        }


async def test_visits_from_before_the_ledger_are_counted_when_it_begins(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        for start, columns in (
            (NOON, {}),
            (NOON + DAY, {"state": VisitState.COMPLETED}),
            (NOON + 2 * DAY, {"state": VisitState.CANCELLED}),
            (NOON + 7 * DAY, {}),
            (NOON + DAY, {"kind": VisitKind.LEGAL}),
            # 30 Aban, the day before the month, and late at night by UTC.
            (datetime(2026, 11, 21, 20, 29, tzinfo=UTC), {}),
        ):
            await a_visit(session, world, start=start, **columns)
        found = await visits.balances(session, world.prisoner.id, quota())
        assert await ledger(session) == {}
        assert found == {
            WEEK: Balance(granted=3, used=3),
            MONTH: Balance(granted=8, used=3),
        }
        new = await a_visit(session, world)
        await use(session, new, quota(), beyond="-")
        assert await ledger(session) == {WEEK: (4, 4, 0), MONTH: (8, 4, 4)}
        old = (await session.exec(select(Visit).order_by(col(Visit.id)))).first()
        await visits.give_back(session, old, by=BY, now=NOON)
        assert await ledger(session) == {WEEK: (4, 3, 1), MONTH: (8, 3, 5)}


async def test_a_policy_that_changed_is_made_up_for_but_never_below_the_used(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        for of in (quota(2), quota(3), quota(3)):
            await use(session, await a_visit(session, world), of)
        assert (await ledger(session))[WEEK] == (3, 3, 0)
        last = await a_visit(session, world)
        with pytest.raises(Spent):
            await use(session, last, quota(1))
        await visits.adjust(
            session,
            world.prisoner.id,
            quota(1),
            WEEK,
            amount=3,
            reason="-",
            by=BY,
            now=NOON,
        )
        found = await visits.balances(session, world.prisoner.id, quota(1))
        # The policy's one and the three by hand; the three before were used by then.
        assert found[WEEK] == Balance(granted=4, used=3)


async def test_an_adjustment_has_a_reason_and_an_entry_and_is_audited(
    database: Database,
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        own = world.prisoner.id
        await visits.adjust(
            session, own, quota(), MONTH, amount=2, reason=" عید ", by=BY, now=NOON
        )
        await visits.adjust(
            session, own, quota(), WEEK, amount=-1, reason="تنبیه", by=BY, now=NOON
        )
        assert await ledger(session) == {WEEK: (1, 0, 1), MONTH: (10, 0, 10)}
        entries = await visits.entries_of(session, own, [WEEK, MONTH])
        audited = (await session.exec(select(AuditEntry))).all()
    assert {(e.period, e.change, e.amount, e.reason) for e in entries} == {
        (WEEK, AllowanceChange.ACCRUAL, 2, ""),
        (MONTH, AllowanceChange.ACCRUAL, 8, ""),
        (WEEK, AllowanceChange.ADJUSTMENT, -1, "تنبیه"),
        (MONTH, AllowanceChange.ADJUSTMENT, 2, "عید"),
    }
    assert [entry.facts for entry in audited] == [
        {"period": MONTH, "amount": 2},
        {"period": WEEK, "amount": -1},
    ]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"reason": " "}, "reason: reason_needed"),
        ({"amount": 0}, "amount: adjustment_size"),
        ({"amount": 15}, "amount: adjustment_size"),
        ({"amount": -2}, "amount: below_used"),
        ({"period": "week:2026-11-28"}, "period: no_such_period"),
    ],
    ids=lambda value: str(value)[:24],
)
async def test_an_adjustment_that_makes_no_sense_is_refused(
    database: Database, changes: dict, wrong: str
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await use(session, await a_visit(session, world), quota())
        values = {"period": WEEK, "amount": 1, "reason": "-"} | changes
        period = values.pop("period")
        with pytest.raises(Invalid, match=wrong):
            await visits.adjust(
                session, world.prisoner.id, quota(), period, by=BY, now=NOON, **values
            )


async def test_the_last_one_is_used_by_one_of_many(database: Database) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await use(session, await a_visit(session, world), quota())
        rivals = [await a_visit(session, world) for _ in range(6)]

    async def one(number: int) -> bool:
        try:
            async with database.write() as session:
                visit = await session.get_one(Visit, rivals[number].id)
                await visits.use(session, visit, quota(), by=BY, now=NOON)
        except Spent:
            return False
        return True

    answers = await asyncio.gather(*(one(number) for number in range(6)))
    async with database.read() as session:
        assert await ledger(session) == {WEEK: (2, 2, 0), MONTH: (8, 2, 6)}
    assert sorted(answers) == [False] * 5 + [True]
