"""A call in real Chromium on a bad line; the long form is `make prove-lines`."""

import asyncio
from pathlib import Path

import pytest

from tests.impair import diary
from tests.impair.call import waiting
from tests.impair.line import Way

pytestmark = pytest.mark.browser

NARROW = Way(rate=150_000, delay=0.1, loss=0.03)
GOOD = Way(delay=0.03)
SETTLING = 12


async def test_both_hear_each_other_on_a_narrow_and_lossy_line(tmp_path: Path) -> None:
    async with waiting(tmp_path) as call:
        await call.begin(up=NARROW, down=NARROW)
        await asyncio.sleep(SETTLING)
        watched = await call.watch(13)

    assert {who: diary.summary(seen).heard >= 0.9 for who, seen in watched.items()} == {
        "family": True,
        "terminal": True,
    }


async def test_sound_and_picture_come_back_after_the_line_was_cut(
    tmp_path: Path,
) -> None:
    async with waiting(tmp_path) as call:
        await call.begin(up=GOOD, down=GOOD)
        await asyncio.sleep(SETTLING / 2)
        await call.watch(2)
        call.relay.cut()
        await asyncio.sleep(10)
        since = {
            "family": await call.family.evaluate("performance.now() / 1000"),
            "terminal": await call.terminal.evaluate("performance.now() / 1000"),
        }
        call.relay.mend()
        await asyncio.sleep(20)
        watched = await call.watched()

    for who, cut_until in since.items():
        sound, picture = diary.back(watched[who], cut_until, within=20)
        assert sound is not None, who
        assert picture is not None, who
