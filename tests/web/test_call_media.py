"""The life of the two legs in the page, played in Chromium with pretended wires."""

from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.chromium import chromium
from tests.web.conftest import Site, Start
from tests.web.scripted import addresses, scripted

pytestmark = pytest.mark.browser

#: Makes the legs of a page that has a picture to send, and notes what it says.
BEGIN = """async ([media, pulse]) => {
    const { Media } = await import(media);
    const { begin, stands } = await import(pulse);
    const canvas = document.createElement("canvas");
    canvas.getContext("2d");
    const said = [];
    const own = canvas.captureStream(5).getTracks();
    const legs = new Media({
        send: (message) => said.push(message.type),
        line: () => ({ ready: true, heard: performance.now(), roundTrip: 50 }),
        probe: () => {}, expects: () => true, onLeg: () => {}, onTracks: () => {},
        onLevels: () => {},
    }, { tracks: () => own, hears: true });
    const stand = () => (legs.pulses.publisher = stands(begin(0), performance.now()));
    window.played = { legs, said, own, stand };
}"""


#: Whether anything should be arriving from one who says so of themselves.
SPOKEN_TO = """async ([url, people]) => {
    const { begin, isSpokenTo } = await import(url);
    const tracks = [{ kind: "audio", mid: "a0", muted: false }];
    const usual = { state: "connected", tracks, blocked: [], stalled: [] };
    const live = { ...begin(), phase: "live" };
    return people.map((one) => isSpokenTo({ ...live, people: [{ ...usual, ...one }] }));
}"""


@pytest.fixture
async def site(start_site: Start) -> Site:
    return await start_site()


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Page]:
    async with chromium() as browser:
        page, urls = await scripted(browser, site, "media", "pulse")
        await page.evaluate(BEGIN, urls)
        yield page


async def _played(page: Page, script: str) -> Any:
    return await page.evaluate(
        f"async ({{ legs, said, own, stand }}) => {{ {script} }}",
        await page.evaluate_handle("played"),
    )


async def test_a_page_without_devices_does_not_wait_for_a_leg_to_send_on(
    page: Page,
) -> None:
    states = await _played(
        page,
        """await legs.publish();
        stand();
        const before = legs.stateOf("publisher");
        own.length = 0;
        await legs.publish();
        return [before, legs.stateOf("publisher")];""",
    )

    assert states == ["silent", "none"]


async def test_a_page_that_came_back_without_a_leg_to_receive_on_asks_for_it(
    page: Page,
) -> None:
    said = await _played(page, "legs.recover(); return said;")

    assert said == ["subscribe"]


async def test_a_service_in_trouble_is_offered_one_new_leg_a_second(page: Page) -> None:
    tries, offers = await _played(
        page,
        """const [tries, offers] = [[], []];
        const help = legs.help.bind(legs);
        legs.help = (target, remedy, now) => {
            if (remedy !== "none") tries.push(now);
            help(target, remedy, now);
        };
        legs.publisher.wires.send = (said) => offers.push(said.type);
        await legs.publish();
        for (let n = 0; n < 90 && tries.length < 3; n += 1) {
            legs.renegotiate("publisher", true);
            await new Promise((done) => setTimeout(done, 100));
        }
        while (offers.length < 4) await new Promise((done) => setTimeout(done, 100));
        return [tries, offers];""",
    )

    assert offers == ["offer"] * 4
    # A timer may fire a little early.
    assert all(later - sooner > 900 for sooner, later in pairwise(tries))


async def test_no_leg_is_built_once_the_call_is_over(page: Page) -> None:
    said = await _played(
        page,
        """await legs.publish();
        legs.renegotiate("publisher", true);
        legs.close();
        await new Promise((done) => setTimeout(done, 1500));
        return [said, legs.publisher.newest];""",
    )

    assert said == [["offer"], None]


async def test_nothing_need_arrive_from_one_who_is_silenced_or_cut_off(
    site: Site, page: Page
) -> None:
    (url,) = addresses(site, "state")
    people = [
        {},
        {"blocked": ["video"]},
        {"blocked": ["audio"]},
        {"stalled": ["audio"]},
        {"state": "reconnecting"},
    ]

    spoken_to = await page.evaluate(SPOKEN_TO, [url, people])

    assert spoken_to == [True, True, False, False, False]
