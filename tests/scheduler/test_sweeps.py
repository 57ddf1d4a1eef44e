"""What time does to visits; every sweep may run late, twice, or beside itself."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlmodel import func, select

from scheduler import booking, overdue, sweeps
from scheduler.timetable import TIMETABLE
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_booking import BY, LENGTH, TEN, book, wish
from visitation import audit, calls, visits
from visitation.attempts import AttemptCount
from visitation.audit.tables import AuditEntry, AuditSeal
from visitation.database import Database
from visitation.devices import Challenge
from visitation.devices.tables import IdempotencyKey, LoginSession, PairingCode
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState, ParticipantState, VisitState
from visitation.messages import DeliveryEvent, of_visit
from visitation.places import Station
from visitation.timespan import Timespan
from visitation.visits import Claim, Participant, Visit
from visitation.words import Attendance, Outcome, Part, VisitKind

GRACE = timedelta(minutes=5)
OVER = TEN + LENGTH + GRACE
SECOND = timedelta(seconds=1)
ARRIVED = ParticipantState.ARRIVED


@pytest.fixture
def tools(clock: Clock, keyring: Keyring):
    return means(clock, keyring, FakeGateway())


async def stored(database: Database, visit: Visit) -> Visit:
    async with database.read() as session:
        return await visits.by_reference(session, visit.reference)


async def people(database: Database, visit: Visit) -> Sequence[Participant]:
    async with database.read() as session:
        return await visits.participants(session, visit.id)


async def claims(database: Database) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(Claim))).one()


async def booked(
    database: Database, keyring: Keyring, *, there: Sequence[Part] = (), **changes
) -> Visit:
    async with database.write() as session:
        world = await make.world(session)
        if changes.pop("official", None):
            changes["official_id"] = world.official.id
        visit = await book(session, world, keyring, **changes)
        for participant in await visits.participants(session, visit.id):
            if participant.part in there:
                await calls.tick(session, participant, ARRIVED, by=BY, now=TEN)
        return visit


async def test_a_hold_that_ran_out_gives_its_slot_back(
    database: Database, keyring: Keyring, tools
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await booking.hold(
            session, keyring=keyring, by=BY, now=NOON, **wish(world)
        )
    until = NOON + booking.HOLD
    assert await sweeps.expire_holds(database, now=until - SECOND, means=tools) == 0
    assert await sweeps.expire_holds(database, now=until, means=tools) == 1
    assert await sweeps.expire_holds(database, now=until, means=tools) == 0
    assert (await stored(database, visit)).state is VisitState.EXPIRED
    assert await claims(database) == 0


@pytest.mark.parametrize(
    ("there", "state", "outcome"),
    [
        ((), VisitState.MISSED, Outcome.NOBODY_CAME),
        ((Part.PRISONER,), VisitState.MISSED, Outcome.FAMILY_ABSENT),
        ((Part.VISITOR,), VisitState.MISSED, Outcome.PRISONER_ABSENT),
        ((Part.PRISONER, Part.VISITOR), VisitState.UNCLOSED, None),
    ],
)
async def test_a_visit_that_nobody_started_is_missed_by_whoever_was_not_there(
    database: Database, tools, there, state, outcome
) -> None:
    visit = await booked(database, tools.keyring, there=there)
    assert await sweeps.settle_missed(database, now=OVER - SECOND, means=tools) == 0
    runs = [sweeps.settle_missed(database, now=OVER, means=tools) for _ in range(2)]
    assert sum(await asyncio.gather(*runs)) == 1
    after = await stored(database, visit)
    assert (after.state, after.outcome) == (state, outcome)
    assert await claims(database) == 0
    assert {p.code_sealed for p in await people(database, visit)} == {None}
    async with database.read() as session:
        told = await of_visit(session, visit_id=visit.id)
    assert {m.state for m in told} == {MessageState.SUPPRESSED}


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        ([(Part.OFFICIAL, True), (Part.PRISONER, False)], Outcome.PRISONER_ABSENT),
        ([(Part.OFFICIAL, True), (Part.PRISONER, True)], None),
        (
            [(Part.OFFICIAL, True), (Part.PRISONER, True), (Part.VISITOR, False)],
            Outcome.FAMILY_ABSENT,
        ),
        ([(Part.OFFICIAL, False), (Part.PRISONER, False)], Outcome.NOBODY_CAME),
    ],
)
def test_an_official_stands_for_a_family_that_was_not_invited(
    parts: list[tuple[Part, bool]], outcome: Outcome | None
) -> None:
    there = [Participant(part=p, arrived_at=TEN if t else None) for p, t in parts]
    assert sweeps.absent(there) == outcome


async def test_the_grace_of_the_prison_counts(
    sqlite: Database, keyring: Keyring, tools
) -> None:
    visit = await booked(sqlite, keyring)
    async with sqlite.write() as session:
        prison = await session.get_one(Station, visit.terminal_id)
        site = await session.get_one(make.Site, prison.site_id)
        await make.policy(session, site, grace_minutes=30)
    assert await sweeps.settle_missed(sqlite, now=OVER, means=tools) == 0
    later = OVER + timedelta(minutes=25)
    assert await sweeps.settle_missed(sqlite, now=later, means=tools) == 1


async def started(database: Database, visit: Visit) -> None:
    async with database.write() as session:
        row = await visits.by_reference(session, visit.reference)
        await calls.start(session, row, by=BY, now=TEN)


async def test_a_live_visit_that_nobody_closed_becomes_a_work_item(
    database: Database, keyring: Keyring, tools
) -> None:
    visit = await booked(database, keyring)
    await started(database, visit)
    due = OVER + overdue.PATIENCE
    assert await sweeps.settle_missed(database, now=due, means=tools) == 0
    assert await sweeps.flag_unclosed(database, now=due - SECOND, means=tools) == 0
    assert await sweeps.flag_unclosed(database, now=due, means=tools) == 1
    assert await sweeps.flag_unclosed(database, now=due, means=tools) == 0
    after = await stored(database, visit)
    assert (after.state, after.ended_at) == (VisitState.UNCLOSED, TEN + LENGTH)
    assert await claims(database) == 0


async def test_audit_entries_are_sealed_also_by_two_at_once(
    database: Database, keyring: Keyring, tools
) -> None:
    await booked(database, keyring)
    runs = [sweeps.seal_audit(database, now=NOON, means=tools) for _ in range(2)]
    assert max(await asyncio.gather(*runs)) == 2
    assert await sweeps.seal_audit(database, now=NOON, means=tools) == 0
    async with database.read() as session:
        entries = (
            await session.exec(select(func.count()).select_from(AuditEntry))
        ).one()
        seals = (await session.exec(select(func.count()).select_from(AuditSeal))).one()
        assert (entries, seals, await audit.verify(session)) == (2, 2, 2)


async def test_codes_of_visits_that_are_over_are_forgotten(
    database: Database, keyring: Keyring, tools
) -> None:
    over = await booked(database, keyring)
    ahead = await booked(database, keyring)
    async with database.write() as session:
        row = await visits.by_reference(session, over.reference)
        row.state = VisitState.COMPLETED
    assert await sweeps.wipe_codes(database, now=NOON, means=tools) == 1
    assert await sweeps.wipe_codes(database, now=NOON, means=tools) == 0
    codes = [
        [bool(p.code_fingerprint) for p in await people(database, visit)]
        for visit in (over, ahead)
    ]
    assert codes == [[False, False], [False, True]]


async def test_what_nobody_needs_any_more_is_forgotten(
    database: Database, keyring: Keyring, tools
) -> None:
    visit = await booked(database, keyring)
    ages = {"old": NOON - timedelta(days=3), "new": NOON + timedelta(days=3)}
    async with database.write() as session:
        for name, when in ages.items():
            session.add_all(_kept(name, when, visit))
    assert await sweeps.forget(database, now=NOON, means=tools) == 5
    async with database.read() as session:
        kept = [
            (await session.exec(select(column))).all()
            for column in (
                LoginSession.fingerprint,
                IdempotencyKey.key,
                PairingCode.fingerprint,
                Challenge.reference,
                AttemptCount.key,
            )
        ]
    assert kept == [["new"]] * 5
    before = await claims(database)
    assert await sweeps.forget(database, now=OVER, means=tools) == 0
    much_later = OVER + timedelta(days=5)
    assert await sweeps.forget(database, now=much_later, means=tools) == before + 5
    assert await claims(database) == 0


async def test_a_sign_in_is_kept_while_a_call_begun_by_it_may_go_on(
    database: Database, keyring: Keyring, tools
) -> None:
    visit = await booked(database, keyring)
    async with database.write() as session:
        session.add(_kept("in a call", NOON, visit)[0])
    late, later = NOON + timedelta(hours=11), NOON + timedelta(hours=13)
    assert await sweeps.forget(database, now=late, means=tools) == 0
    assert await sweeps.forget(database, now=later, means=tools) == 1


async def test_what_a_gateway_told_is_forgotten_after_a_month(
    database: Database, tools
) -> None:
    async with database.write() as session:
        session.add_all(
            DeliveryEvent(
                gateway="fake",
                gateway_id=f"{days} days ago",
                status="delivered",
                fate="delivered",
                received_at=NOON - timedelta(days=days),
            )
            for days in (0, 29, 31, 400)
        )
    assert await sweeps.forget(database, now=NOON, means=tools) == 2
    async with database.read() as session:
        kept = (await session.exec(select(DeliveryEvent.gateway_id))).all()
    assert set(kept) == {"0 days ago", "29 days ago"}


async def test_many_past_claims_are_forgotten_and_none_to_come(
    database: Database, keyring: Keyring, tools
) -> None:
    visit = await booked(database, keyring)
    before = await claims(database)
    long_ago = Timespan(NOON - timedelta(days=90), NOON).quanta().start
    async with database.write() as session:
        session.add_all(
            Claim(resource="visitor:0", quantum=long_ago + one, visit_id=visit.id)
            for one in range(sweeps.CLAIMS + 100)
        )
    forgotten = await sweeps.forget(database, now=NOON, means=tools)
    assert forgotten == sweeps.CLAIMS + 100
    assert await claims(database) == before
    assert await sweeps.forget(database, now=NOON, means=tools) == 0


def _kept(name: str, when: datetime, visit: Visit) -> list[make.SQLModel]:
    return [
        LoginSession(
            fingerprint=name, created_at=NOON, last_seen_at=NOON, expires_at=when
        ),
        IdempotencyKey(
            actor="a",
            key=name,
            request_fingerprint="-",
            status=200,
            response="-",
            created_at=when,
        ),
        PairingCode(station_id=visit.terminal_id, fingerprint=name, expires_at=when),
        Challenge(
            reference=name, phone_fingerprint="-", created_at=NOON, expires_at=when
        ),
        AttemptCount(name="tried", key=name, since=when, count=1),
    ]


async def test_an_official_visit_without_visitors_is_settled_too(
    sqlite: Database, keyring: Keyring, tools
) -> None:
    visit = await booked(
        sqlite,
        keyring,
        there=[Part.OFFICIAL],
        official=True,
        kind=VisitKind.OFFICIAL,
        visitor_ids=[],
        attendance=Attendance.PHONE,
    )
    assert await sweeps.settle_missed(sqlite, now=OVER, means=tools) == 1
    assert (await stored(sqlite, visit)).outcome is Outcome.PRISONER_ABSENT


async def test_every_sweep_runs_on_an_empty_database(database: Database, tools) -> None:
    done = {
        job.name: await job.sweep(database, now=NOON, means=tools) for job in TIMETABLE
    }
    # The figures of a month are counted once, even to find that there are none.
    assert {name for name, count in done.items() if count} == {"count_statistics"}
    assert len({job.name for job in TIMETABLE}) == len(TIMETABLE)
