"""When the page takes a leg for silent, and what it does then, played in Chromium."""

from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.chromium import chromium
from tests.web.conftest import Site, Start
from tests.web.scripted import scripted

pytestmark = pytest.mark.browser

#: Plays what arrived when; asks for the remedy twice a second, and notes it.
PLAY = """async ([url, { heard, seconds, doubts = [], how = {} }]) => {
    const pulse = await import(url);
    let leg = pulse.stands(pulse.begin(0), 0);
    const arrivals = new Set(heard);
    const done = [];
    let count = 0;
    for (let now = 0; now <= seconds * 1000; now += 500) {
        if (arrivals.has(now)) count += 1;
        leg = pulse.heard(leg, count, now);
        if (doubts.includes(now)) leg = pulse.doubted(leg, now);
        const remedy = pulse.remedy(leg, {
            now, roundTrip: 100, idle: false, whole: true, otherHears: false, ...how,
        });
        if (remedy === "none") continue;
        done.push([now / 1000, remedy]);
        leg = pulse.tried(leg, now);
    }
    return done;
}"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
async def site(start_site: Start) -> Site:
    return await start_site()


async def _played(browser: Browser, site: Site, scripts: list[Any]) -> list[Any]:
    page, (url,) = await scripted(browser, site, "pulse")
    return [await page.evaluate(PLAY, [url, script]) for script in scripts]


def every(step: float, until: float) -> list[int]:
    """Milliseconds at which something arrived."""
    return [round(1000 * step * n) for n in range(round(until / step) + 1)]


PLAYED: dict[str, tuple[dict[str, Any], list[list[Any]]]] = {
    "media flows": (
        {"heard": every(0.5, 30), "seconds": 30},
        [],
    ),
    "a line cut for good": (
        {"heard": every(0.5, 10), "seconds": 20},
        [[13.5, "restart"], [17.0, "rebuild"]],
    ),
    "the other leg still hears": (
        {"heard": every(0.5, 10), "seconds": 18, "how": {"otherHears": True}},
        [[16.5, "restart"]],
    ),
    "reports lost now and then": (
        {"heard": [0, 1000, 3000, 4000, 7000, 8000, 10_500, 13_000], "seconds": 15},
        [],
    ),
    "only the browser's own checks": (
        {"heard": every(2.5, 30), "seconds": 30},
        [],
    ),
    "another network, and nothing comes": (
        {"heard": every(0.5, 10), "seconds": 13, "doubts": [10_000]},
        [[11.5, "rebuild"]],
    ),
    "another network that carries": (
        {"heard": every(0.5, 30), "seconds": 30, "doubts": [10_000]},
        [],
    ),
    "given up by the browser": (
        {"heard": every(0.5, 10), "seconds": 13, "how": {"whole": False}},
        [[12.5, "rebuild"]],
    ),
    "over a satellite": (
        {"heard": every(0.5, 10), "seconds": 22, "how": {"roundTrip": 1200}},
        [[14.5, "restart"], [22.0, "rebuild"]],
    ),
}


async def test_a_leg_is_helped_only_when_it_is_silent(
    site: Site, browser: Browser
) -> None:
    done = await _played(browser, site, [script for script, _ in PLAYED.values()])

    wanted = {name: remedies for name, (_, remedies) in PLAYED.items()}
    assert dict(zip(PLAYED, done, strict=True)) == wanted


async def test_tries_on_a_leg_that_stays_silent_come_more_and_more_slowly(
    site: Site, browser: Browser
) -> None:
    [done] = await _played(browser, site, [{"heard": [0], "seconds": 90}])

    pauses = [later - at for (at, _), (later, _) in pairwise(done)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (3.5, 15.5)
