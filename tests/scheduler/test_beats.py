"""Beats go on while the wall clock jumps and after the loop was blocked."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from scheduler.beats import Beats
from tests.conftest import NOON
from tests.scheduler.test_ticker import until

TICK = timedelta(milliseconds=50)


class Heard:
    """Counts the beats of each job."""

    def __init__(self) -> None:
        self.beats: Counter[str] = Counter()

    def __call__(self, name: str) -> None:
        self.beats[name] += 1

    async def three_more(self) -> None:
        before = self.beats["often"]
        await until(lambda: self.beats["often"] >= before + 3)


@pytest.mark.parametrize(
    "jump",
    [
        pytest.param(timedelta(days=1), id="a day forwards"),
        pytest.param(timedelta(days=365 * 56), id="to today, from 1970"),
        pytest.param(-timedelta(hours=1), id="an hour back"),
        pytest.param(-timedelta(days=400), id="a year back"),
    ],
)
async def test_beats_go_on_when_the_clock_is_put(jump: timedelta) -> None:
    heard = Heard()
    start = datetime(1970, 1, 2, tzinfo=UTC) if jump.days > 10_000 else NOON
    with time_machine.travel(start, tick=True) as clock:
        beats = Beats({"often": TICK, "seldom": timedelta(hours=30)}, heard)
        beats.start()
        await heard.three_more()
        clock.shift(jump)
        for _ in range(2):
            await heard.three_more()
        await beats.stop()
    # What is due once in thirty hours may come at a jump of days, and only then.
    assert heard.beats["seldom"] <= (jump > timedelta(hours=30))


async def test_a_loop_that_was_blocked_has_one_beat_to_catch_up_on() -> None:
    heard = Heard()
    beats = Beats({"often": timedelta(seconds=0.2)}, heard)
    beats.start()
    await until(lambda: heard.beats["often"] == 1)
    time.sleep(2.5)  # noqa: ASYNC251 - that is the point
    await until(lambda: heard.beats["often"] == 2)
    await asyncio.sleep(0.1)
    at_once = heard.beats["often"]
    await beats.stop()
    assert at_once == 2


async def test_no_beat_comes_after_the_stop() -> None:
    heard = Heard()
    beats = Beats({"often": TICK}, heard)
    beats.start()
    await heard.three_more()
    await beats.stop()
    before = heard.beats["often"]
    await asyncio.sleep(0.2)
    assert heard.beats["often"] == before
