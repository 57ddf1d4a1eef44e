"""The bench of messages itself: tiny, and without the clock."""

from tests.bench import messages


async def test_both_ways_send_every_message() -> None:
    with messages.provider() as base_url:
        async with messages.set_up(base_url) as bench:
            assert await messages.backlog(bench, 8) > 0
            assert len(bench.waits()) == 8
            assert await messages.plain(bench, 3) > 0
            assert len(bench.waits()) == 3
            found = await messages.under(bench, 10, seconds=1)
    assert (found["posted"], found["handed_over"]) == (10, 10)
