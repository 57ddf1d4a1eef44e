"""Going on after a pause, a failure or a slow answer, and sending old events again."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import webhooks
from tests.fakes import Clock
from tests.webhooks.world import ADDRESS, Line, connected
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.webhooks import deliveries, receivers, replaying
from visitation.webhooks.deliveries import Standing
from visitation.webhooks.receivers import AddedAlready
from visitation.webhooks.tables import Webhook
from visitation.words import TOPICS, Topic

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def line(database: Database, clock: Clock, keyring: Keyring) -> Line:
    return await connected(database, clock, keyring)


async def _standing(line: Line) -> Standing:
    async with line.database.read() as session:
        known = await deliveries.standing(session)
        return known.get(line.webhook_id, Standing())


async def _try_for(line: Line, hours: int) -> None:
    for _hour in range(hours):
        await line.send()
        line.clock.forward(HOUR)
    # Now the next try of each is hours away.
    for _event in range(2):
        await line.send()
        line.clock.forward(MINUTE)


async def _pause(line: Line, length: timedelta) -> None:
    async with line.database.write() as session:
        row = await session.get_one(Webhook, line.webhook_id)
        await receivers.pause(session, row, by=SYSTEM, now=line.clock())
    line.clock.forward(length)
    async with line.database.write() as session:
        row = await session.get_one(Webhook, line.webhook_id)
        await receivers.resume(session, row, by=SYSTEM, now=line.clock())


async def test_after_a_pause_what_was_tried_before_is_sent_at_once(line: Line) -> None:
    line.receiver.is_up = False
    await line.happen("case:one", 1)
    await line.happen("case:two", 1)
    await _try_for(line, 12)

    await _pause(line, MINUTE)
    line.receiver.is_up = True

    assert await line.send() == 2


async def test_time_that_was_paused_is_no_time_of_tries(line: Line) -> None:
    line.receiver.is_up = False
    await line.happen("case:one", 1)
    await line.send()

    await _pause(line, 4 * DAY)
    await line.send()

    assert await _standing(line) == Standing(waiting=1)


async def test_with_what_failed_goes_what_waits_for_its_next_try(line: Line) -> None:
    line.receiver.is_up = False
    await line.happen("case:one", 1)
    await _try_for(line, 60)
    await line.happen("case:two", 1)
    await _try_for(line, 20)
    assert await _standing(line) == Standing(failed=1, waiting=1)
    line.receiver.is_up = True

    async with line.database.write() as session:
        row = await session.get_one(Webhook, line.webhook_id)
        await replaying.send_again(
            session, row, since=None, by=SYSTEM, now=line.clock()
        )

    assert await line.send() == 2


async def test_what_waits_for_a_refused_event_is_not_late(line: Line) -> None:
    await line.happen("case:bad", 1)
    await line.happen("case:bad", 2)
    line.receiver.receive = lambda _headers, _body: 422
    await line.send()
    line.clock.forward(HOUR)

    async with line.database.read() as session:
        due = await deliveries.due(session, now=line.clock() - HOUR)
        oldest = await webhooks.oldest(session, now=line.clock())

    assert (list(due), oldest) == ([], None)


async def test_a_slow_receiver_is_left_to_the_next_turn(line: Line) -> None:
    for number in range(25):
        await line.happen(f"case:{number}", 1)
    receive = line.receiver.receive

    def slowly(headers: dict[str, str], body: bytes) -> int:
        line.clock.forward(timedelta(seconds=2))
        return receive(headers, body)

    line.receiver.receive = slowly

    assert [await line.send() for _turn in range(3)] == [10, 10, 5]


async def test_however_many_grew_old_all_are_forgotten(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "AT_ONCE", 2)
    for number in range(5):
        await line.happen(f"case:{number}", 1)
    await line.send()
    line.clock.forward(deliveries.KEPT + DAY)

    count = await webhooks.forget(line.database, now=line.clock(), means=line.means)

    assert (count, await _standing(line)) == (5, Standing())


async def at_once(
    line: Line, change: Callable[[AsyncSession], Awaitable[object]]
) -> list[type]:
    """What becomes of two who change the same, the second while the first is at it."""
    changed, go_on = asyncio.Event(), asyncio.Event()

    async def do(*, first: bool) -> None:
        async with line.database.write() as session:
            await change(session)
            await session.flush()
            if first:
                changed.set()
                await go_on.wait()

    one = asyncio.create_task(do(first=True))
    await changed.wait()
    other = asyncio.create_task(do(first=False))
    await asyncio.sleep(0.2)
    go_on.set()
    results = await asyncio.gather(one, other, return_exceptions=True)
    return [type(result) for result in results]


async def test_of_two_who_change_the_secret_at_once_one_does(line: Line) -> None:
    seen = receivers.mark(await line.webhook())

    async def rotate(session: AsyncSession) -> None:
        await receivers.rotate(
            session,
            await session.get_one(Webhook, line.webhook_id),
            seen=seen,
            keyring=line.keyring,
            by=SYSTEM,
            now=line.clock(),
        )

    assert await at_once(line, rotate) == [type(None), AddedAlready]


async def test_of_two_who_add_one_system_at_once_one_does(line: Line) -> None:
    async def add(session: AsyncSession) -> None:
        await receivers.add(
            session,
            reference="twice",
            label="استانداری",
            address=ADDRESS,
            topics=TOPICS,
            province_id=None,
            keyring=line.keyring,
            by=SYSTEM,
            now=line.clock(),
        )

    assert await at_once(line, add) == [type(None), AddedAlready]


@pytest.mark.parametrize(("topics", "count"), [(TOPICS, 1), ((Topic.VISIT_CLOSED,), 0)])
async def test_who_comes_later_is_sent_what_it_wants_of_before(
    line: Line, topics: Collection[Topic], count: int
) -> None:
    await line.happen("case:one", 1)
    async with line.database.write() as session:
        row, _secret = await receivers.add(
            session,
            reference="another",
            label="استانداری",
            address=ADDRESS,
            topics=topics,
            province_id=None,
            keyring=line.keyring,
            by=SYSTEM,
            now=line.clock(),
        )
        found = row.id
        again: dict[str, Any] = {
            "since": line.clock() - HOUR,
            "by": SYSTEM,
            "now": line.clock(),
        }
        counts = [
            await replaying.send_again(session, row, **again) for _time in range(2)
        ]

    async with line.database.read() as session:
        standing = await deliveries.standing(session)
    assert counts == [count, count]
    assert standing.get(found, Standing()) == Standing(waiting=count)
