"""Events reach a receiver: in order, once each, whatever happens to it."""

from datetime import timedelta

import pytest

from tests.fakes import Clock
from tests.webhooks.world import Line, connected
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.webhooks import deliveries, events, receivers, replaying
from visitation.webhooks.deliveries import Standing
from visitation.webhooks.tables import Webhook

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def line(database: Database, clock: Clock, keyring: Keyring) -> Line:
    return await connected(database, clock, keyring)


async def _standing(line: Line) -> Standing:
    async with line.database.read() as session:
        return (await deliveries.standing(session))[line.webhook_id]


async def test_a_receiver_that_is_down_for_a_day_misses_nothing(line: Line) -> None:
    line.receiver.is_up = False
    for hour in range(24):
        for case in ("case:one", "case:two"):
            await line.happen(case, hour + 1)
        for _minute in range(0, 60, 10):
            await line.send()
            line.clock.forward(10 * MINUTE)
    asked_while_down = line.receiver.asked

    line.receiver.is_up = True
    for _try in range(6 * 7):
        await line.send()
        line.clock.forward(10 * MINUTE)

    in_order = list(range(1, 25))
    assert line.receiver.numbers("case:one") == in_order
    assert line.receiver.numbers("case:two") == in_order
    assert line.receiver.asked - asked_while_down == 48
    assert await _standing(line) == Standing(delivered=48)


async def test_one_case_that_is_refused_does_not_stop_another(line: Line) -> None:
    for case, number in (("case:bad", 1), ("case:bad", 2), ("case:good", 1)):
        await line.happen(case, number)
    receive = line.receiver.receive

    def picky(headers: dict[str, str], body: bytes) -> int:
        return 422 if b"case:bad" in body else receive(headers, body)

    line.receiver.receive = picky
    await line.send()
    await line.happen("case:good", 2)
    await line.send()

    assert line.receiver.numbers("case:good") == [1, 2]
    assert line.receiver.numbers("case:bad") == []
    assert await _standing(line) == Standing(waiting=2, delivered=2)


async def test_an_answer_that_was_lost_is_a_duplicate_that_can_be_told(
    line: Line,
) -> None:
    line.receiver.loses_answers = 1
    await line.happen("case:one", 1)

    await line.send()
    line.clock.forward(MINUTE)
    await line.send()

    assert (line.receiver.asked, line.receiver.numbers("case:one")) == (2, [1])
    assert await _standing(line) == Standing(delivered=1)


async def test_after_three_days_people_have_it_sent_again(line: Line) -> None:
    line.receiver.is_up = False
    await line.happen("case:one", 1)
    for _hour in range(3 * 24 + 8):
        await line.send()
        line.clock.forward(HOUR)
    assert await _standing(line) == Standing(failed=1)
    line.receiver.is_up = True

    assert await _send_again(line) == 1
    await line.send()

    assert await _standing(line) == Standing(delivered=1)


async def _send_again(line: Line, since: timedelta | None = None) -> int:
    async with line.database.write() as session:
        return await replaying.send_again(
            session,
            await session.get_one(Webhook, line.webhook_id),
            since=line.clock() - since if since else None,
            by=SYSTEM,
            now=line.clock(),
        )


async def test_everything_since_a_moment_is_sent_again_under_the_same_ids(
    line: Line,
) -> None:
    await line.happen("case:one", 1)
    line.clock.forward(DAY)
    await line.happen("case:one", 2)
    await line.send()

    count = await _send_again(line, HOUR)
    await line.send()

    assert (count, line.receiver.asked) == (1, 3)
    assert line.receiver.numbers("case:one") == [1, 2]


async def test_while_paused_events_wait(line: Line) -> None:
    async with line.database.write() as session:
        row = await session.get_one(Webhook, line.webhook_id)
        await receivers.pause(session, row, by=SYSTEM, now=line.clock())
    await line.happen("case:one", 1)
    assert await line.send() == 0

    async with line.database.write() as session:
        row = await session.get_one(Webhook, line.webhook_id)
        await receivers.resume(session, row, by=SYSTEM, now=line.clock())

    assert await line.send() == 1


async def test_both_secrets_are_good_for_a_day(line: Line) -> None:
    async with line.database.write() as session:
        row = await session.get_one(Webhook, line.webhook_id)
        fresh = await receivers.rotate(
            session,
            row,
            seen=receivers.mark(row),
            keyring=line.keyring,
            by=SYSTEM,
            now=line.clock(),
        )
    await line.happen("case:one", 1)
    await line.send()
    line.receiver.secret = fresh
    await line.happen("case:one", 2)
    await line.send()
    line.clock.forward(DAY)

    good = receivers.secrets_of(
        await line.webhook(), keyring=line.keyring, now=line.clock()
    )
    assert line.receiver.numbers("case:one") == [1, 2]
    assert good == (fresh,)


async def test_who_was_removed_is_told_nothing(line: Line) -> None:
    await line.happen("case:one", 1)
    async with line.database.write() as session:
        row = await session.get_one(Webhook, line.webhook_id)
        await receivers.remove(session, row, by=SYSTEM, now=line.clock())
    await line.happen("case:one", 2)

    assert (await line.send(), line.receiver.asked) == (0, 0)


async def test_what_two_sweeps_take_at_once_is_sent_once(line: Line) -> None:
    await line.happen("case:one", 1)
    async with line.database.write() as session:
        row = await session.get_one(Webhook, line.webhook_id)
        first = await deliveries.claim(session, row, limit=9, now=line.clock())
    async with line.database.write() as session:
        row = await session.get_one(Webhook, line.webhook_id)
        second = await deliveries.claim(session, row, limit=9, now=line.clock())
    line.clock.forward(deliveries.CLAIM)

    assert (len(first), len(second)) == (1, 0)
    # Whoever took it has died: the next does.
    assert await line.send() == 1


async def test_old_events_are_forgotten_once_told(line: Line) -> None:
    await line.happen("case:one", 1)
    await line.send()
    await line.happen("case:two", 1)
    line.clock.forward(deliveries.KEPT + DAY)

    async with line.database.write() as session:
        count = await deliveries.forget(session, now=line.clock())
        left = await events.since(session, after=0, limit=9)

    assert (count, [one.key for one in left]) == (1, ["case:two"])
