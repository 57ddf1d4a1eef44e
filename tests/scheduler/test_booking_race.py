"""A short form of `python -m tests.prove.booking_race`, and the limit of a week."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from scheduler import booking, verdict
from scheduler.proposals import Refusal
from tests import make, postgres
from tests.make import World
from tests.prove.booking_attempts import naive, stage
from tests.prove.booking_race import is_right, race_postgresql, race_sqlite, run
from tests.prove.overlaps import overlaps
from tests.scheduler.test_booking import TEN, at, book
from tests.scheduler.test_facts import enemy_of
from visitation import calls
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.visits import Visit

#: So many turns that two who do not wait for each other overtake one another.
TURNS = 12


async def test_many_tasks_on_sqlite_never_overlap() -> None:
    report = await race_sqlite(tasks=64, each=2, naively=False)
    assert is_right(report), report
    assert report["booked"] > 0
    assert report["refused"] > 0


async def test_the_naive_way_overlaps_on_sqlite() -> None:
    report = await race_sqlite(tasks=64, each=8, naively=True)
    assert report["overlaps"] > 0, report


@pytest.fixture
def postgresql(_migrated_postgresql: str) -> str:
    postgres.empty(_migrated_postgresql)
    return _migrated_postgresql


async def test_four_processes_on_postgresql_never_overlap(postgresql: str) -> None:
    report = await race_postgresql(
        postgresql, processes=4, tasks=4, each=3, naively=False
    )
    assert is_right(report), report
    assert report["booked"] > 0
    assert report["refused"] > 0


async def test_the_naive_way_overlaps_on_postgresql(postgresql: str) -> None:
    database = Database(postgresql)
    on = await stage(database)
    await run(database.write, on, kinds=(naive,), tasks=20, each=20)
    assert await overlaps(database) > 0
    await database.close()


async def test_the_limit_of_a_week_holds_for_many_at_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        world = await make.world(session)
        await make.policy(session, world.prison, visits_per_week=2)
        seats = [
            (
                (await make.terminal(session, world.prison)).id,
                (await make.kiosk(session, world.point)).id,
            )
            for _ in range(6)
        ]

    async def one(number: int) -> tuple[Refusal, ...]:
        terminal_id, kiosk_id = seats[number]
        try:
            async with database.write() as session:
                await book(
                    session,
                    world,
                    keyring,
                    span=at(TEN + number * timedelta(minutes=30)),
                    terminal_id=terminal_id,
                    kiosk_id=kiosk_id,
                )
        except booking.Refused as refused:
            return refused.reasons
        return ()

    answers = await asyncio.gather(*(one(number) for number in range(6)))
    assert sorted(answers) == [(), ()] + [(Refusal.WEEKLY_LIMIT,)] * 4


async def two_kept_apart(
    database: Database, keyring: Keyring
) -> list[tuple[Refusal, ...]]:
    """What each of two who must not meet is told, booked at once for one day."""
    async with database.write() as session:
        world = await make.world(session)
        other = await enemy_of(session, world)

    async def one(wish: dict[str, object]) -> tuple[Refusal, ...]:
        try:
            async with database.write() as session:
                await book(session, world, keyring, **wish)
        except booking.Refused as refused:
            return refused.reasons
        return ()

    later = {"span": at(TEN + timedelta(hours=3))}
    return sorted(await asyncio.gather(one({}), one(other | later)))


async def test_two_kept_apart_and_booked_at_once_do_not_both_get_the_day(
    database: Database, keyring: Keyring
) -> None:
    for _ in range(TURNS):
        answers = await two_kept_apart(database, keyring)
        assert answers == [(), (Refusal.KEPT_APART,)]


async def test_without_the_line_two_kept_apart_both_get_the_day_on_postgresql(
    postgresql: str, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody_waits(*_: object) -> None:
        return None

    monkeypatch.setattr(verdict, "_line_up", nobody_waits)
    database = Database(postgresql)
    answers = [await two_kept_apart(database, keyring) for _ in range(TURNS)]
    await database.close()
    assert [(), ()] in answers


async def test_a_visit_made_longer_and_a_booking_after_it_never_wait_for_each_other(
    database: Database, keyring: Keyring
) -> None:
    async def extend(visit_id: int, wait: float) -> bool:
        await asyncio.sleep(wait)
        try:
            async with database.write() as session:
                visit = await session.get_one(Visit, visit_id)
                await calls.extend(session, visit, by_minutes=30, by=SYSTEM, now=TEN)
        except calls.NotExtendable:
            return False
        return True

    async def book_after(world: World, wish: dict[str, Any]) -> bool:
        try:
            async with database.write() as session:
                span = at(TEN + timedelta(minutes=40))
                await book(session, world, keyring, span=span, **wish)
        except booking.Refused:
            return False
        return True

    for turn in range(12):
        async with database.write() as session:
            world = await make.world(session)
            held = await make.prisoner(session, world.prison)
            aunt = await make.visitor(session)
            await make.contact(session, held, aunt)
            wish = {
                "kiosk_id": (await make.kiosk(session, world.point)).id,
                "prisoner_id": held.id,
                "visitor_ids": [aunt.id],
                "override_reason": "the family came from far away",
            }
            visit = await book(session, world, keyring)
            await calls.start(session, visit, by=SYSTEM, now=TEN)
        answers = await asyncio.gather(
            extend(visit.id, turn * 0.002), book_after(world, wish)
        )
        assert sorted(answers) == [False, True]


@pytest.mark.parametrize("spoiled", ["overlaps", "wrong_claims", "conflict"])
def test_the_judge_of_a_race_is_not_easily_pleased(spoiled: str) -> None:
    good = {"how": "claims", "overlaps": 0, "wrong_claims": 0, "booked": 3}
    assert is_right(good)
    assert not is_right(good | {spoiled: 1})
    assert not is_right(good | {"how": "naive"})
