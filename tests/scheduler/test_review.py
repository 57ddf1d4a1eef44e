"""Judging a visit again: what is new, what is over, and what somebody decided."""

from datetime import timedelta

from sqlmodel import select

from scheduler import booking, deciding, requests, review
from scheduler.proposals import Refusal
from scheduler.ranked import Place
from tests import make
from tests.conftest import NOON
from tests.scheduler.flagged import DAY, TEN, WHY, actor, at, book, flags
from visitation import people, places
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.places import holidays
from visitation.visits.tables import Flag
from visitation.words import VisitKind

#: Half past nine in the evening: the prison is shut.
LATE = TEN + timedelta(hours=11, minutes=30)


async def test_what_was_overridden_is_kept_and_no_news(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring, span=at(LATE), override_reason=WHY)
        changed = await review.judge(session, visit.id, now=NOON)
        rows = (await session.exec(select(Flag))).all()
    assert changed == 0
    assert [row.model_dump(exclude={"id"}) for row in rows] == [
        {
            "visit_id": visit.id,
            "reason": "not_a_slot",
            "raised_at": NOON,
            "kept_at": NOON,
            "kept_by_id": world.scheduler.id,
            "kept_reason": WHY,
            "gone_at": None,
        }
    ]


async def test_what_only_booking_is_asked_is_no_flag(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        soon = at(NOON + timedelta(minutes=30))
        visit = await book(session, world, keyring, span=soon, override_reason=WHY)
        assert await review.judge(session, visit.id, now=NOON) == 0
        assert await flags(session, visit) == []


async def test_a_move_leaves_behind_what_spoke_against_the_old_place(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        by = actor(world.scheduler)
        visit = await book(session, world, keyring)
        terminal = await make.terminal(session, world.prison)
        await places.take_out_of_order(
            session, world.terminal, reason="برق", by=by, now=NOON
        )
        assert await review.judge(session, visit.id, now=NOON) == 1
        await booking.move(
            session,
            visit=visit,
            terminal_id=terminal.id,
            span=at(LATE),
            kiosk_id=visit.kiosk_id,
            override_reason=WHY,
            by=by,
            now=NOON,
        )
        assert await flags(session, visit) == [
            (Refusal.TERMINAL_OUT_OF_ORDER, False, True),
            (Refusal.NOT_A_SLOT, True, False),
        ]
        assert await review.judge(session, visit.id, now=NOON) == 0


async def test_each_reason_is_raised_once_and_closed_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        by = actor(world.scheduler)
        visit = await book(session, world, keyring)
        await people.release_prisoner(session, world.prisoner, by=by, now=NOON)
        await places.take_out_of_order(
            session, world.kiosk, reason="برق", by=by, now=NOON
        )
        both = [await review.judge(session, visit.id, now=NOON) for _ in range(2)]
        await people.take_back_prisoner(session, world.prisoner, by=by, now=NOON)
        one = [await review.judge(session, visit.id, now=NOON) for _ in range(2)]
        again = await people.release_prisoner(session, world.prisoner, by=by, now=NOON)
        await review.judge(session, visit.id, now=NOON)
        rows = await session.exec(
            select(AuditEntry).where(AuditEntry.visit_id == visit.id)
        )
        noted = [
            (row.action, row.actor, row.facts["reason"])
            for row in rows
            if row.subject.startswith("flag:")
        ]
        found = await flags(session, visit)
    assert (both, one, again) == ([2, 0], [1, 0], None)
    assert found == [
        (Refusal.KIOSK_OUT_OF_ORDER, False, False),
        (Refusal.PRISONER_RELEASED, False, True),
        (Refusal.PRISONER_RELEASED, False, False),
    ]
    assert sorted(noted) == [
        ("close_flag", "system", "prisoner_released"),
        ("raise_flag", "system", "kiosk_out_of_order"),
        ("raise_flag", "system", "prisoner_released"),
        ("raise_flag", "system", "prisoner_released"),
    ]


async def test_a_visit_keeps_its_time_while_the_prison_is_open_around_it(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        policy = await make.policy(session, world.prison, turnover_minutes=10)
        assert policy.turnover_minutes == 10
        assert await review.judge(session, visit.id, now=NOON) == 0


async def test_a_visit_that_is_over_or_cancelled_is_left_alone(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
        await people.release_prisoner(
            session, world.prisoner, by=actor(world.scheduler), now=NOON
        )
        assert await review.judge(session, visit.id, now=TEN + DAY) == 0


async def test_a_request_granted_against_a_rule_is_kept(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        by = actor(world.scheduler)
        place = Place(
            span=at(TEN), terminal_id=world.terminal.id, kiosk_id=world.kiosk.id
        )
        visit = await requests.submit(
            session,
            ranked=[place],
            prison_id=world.prison.id,
            terminal_id=world.terminal.id,
            span=at(TEN),
            kind=VisitKind.FAMILY,
            prisoner_id=world.prisoner.id,
            visitor_ids=[world.visitor.id],
            keyring=keyring,
            by=by,
            now=NOON,
        )
        day = TEN.date()
        await holidays.add(session, day=day, name="عید", by=by, now=NOON)
        await review.judge(session, visit.id, now=NOON)
        assert await flags(session, visit) == [(Refusal.HOLIDAY, False, False)]
        await deciding.approve(
            session, visit, keyring=keyring, by=by, now=NOON, override_reason=WHY
        )
        assert await flags(session, visit) == [(Refusal.HOLIDAY, True, False)]
