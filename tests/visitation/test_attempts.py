"""Counting attempts, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.conftest import NOON
from visitation import attempts
from visitation.attempts import AttemptCount, Limit, TooMany
from visitation.database import Database

THREE = Limit(name="three", most=3, window=timedelta(hours=1))
MINUTE = timedelta(minutes=1)


async def hit(database: Database, key: str = "k", **more: object) -> bool:
    try:
        async with database.write() as session:
            await attempts.hit(session, THREE, key, **({"now": NOON} | more))
    except TooMany:
        return False
    return True


async def test_as_many_as_allowed_and_not_one_more(database: Database) -> None:
    assert [await hit(database) for _ in range(5)] == [True, True, True, False, False]
    assert await hit(database, "another")
    assert await hit(database, more=1)
    assert not await hit(database, more=1)


async def test_those_at_the_same_moment_are_counted_too(database: Database) -> None:
    let_in = await asyncio.gather(*(hit(database) for _ in range(12)))

    assert sum(let_in) == 3


async def test_what_was_refused_is_not_counted(database: Database) -> None:
    for _ in range(6):
        await hit(database)

    async with database.read() as session:
        assert await attempts.count(session, THREE, "k", now=NOON) == 3


async def test_no_hour_has_more_than_an_hours_share(database: Database) -> None:
    let_in = [
        minute
        for minute in range(300)
        if await hit(database, now=NOON + minute * MINUTE)
    ]

    assert len(let_in) > 9
    for minute in let_in:
        assert sum(minute <= other < minute + 60 for other in let_in) <= 3


async def test_whoever_is_refused_is_told_how_long_to_wait(database: Database) -> None:
    for minute in (0, 0, 30):
        await hit(database, now=NOON + minute * MINUTE)
    now = NOON + 31 * MINUTE

    async with database.read() as session:
        with pytest.raises(TooMany) as refused:
            await attempts.check(session, THREE, "k", now=now)

    assert not await hit(database, now=now + refused.value.wait - MINUTE)
    assert await hit(database, now=now + refused.value.wait)


async def test_a_success_starts_afresh(database: Database) -> None:
    for _ in range(3):
        await hit(database)
        await hit(database, "another")
    async with database.write() as session:
        await attempts.forget(session, THREE, "k")

    assert await hit(database)
    assert not await hit(database, "another")


async def test_what_is_only_added_is_never_refused(database: Database) -> None:
    async with database.write() as session:
        for _ in range(5):
            await attempts.add(session, THREE, "k", now=NOON)

        assert await attempts.count(session, THREE, "k", now=NOON) == 5
        with pytest.raises(TooMany):
            await attempts.check(session, THREE, "k", now=NOON)
        await attempts.check(session, THREE, "k", now=NOON, more=3)


async def test_the_past_is_forgotten_and_no_limit_misses_it(
    database: Database,
) -> None:
    longest = Limit(name="day", most=1, window=attempts.LONGEST_WINDOW)
    async with database.write() as session:
        await attempts.add(session, longest, "old", now=NOON - timedelta(days=2))
        await attempts.add(session, longest, "new", now=NOON - timedelta(days=1))

        assert await attempts.forget_past(session, now=NOON) == 1
        left = (await session.exec(select(AttemptCount.key))).all()
    assert left == ["new"]
