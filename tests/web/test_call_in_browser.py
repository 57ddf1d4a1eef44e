"""The call page in real Chromium: its table of states, and a call of two."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from typing import Any

import psutil
import pytest
from playwright.async_api import Browser, Page, expect

from signaling import conduct
from signaling.hub import CallSettings, Hub
from signaling.media.engine import MediaEvent
from signaling.media.forwarder import Forwarder, ForwarderSettings
from tests.browser.chromium import chromium
from tests.fakes import Clock
from tests.make import World
from tests.web.conftest import Site, Start
from tests.web.day import Booked, booked
from tests.web.scripted import scripted
from visitation import calls
from visitation.audit import Actor
from visitation.database import Database
from visitation.devices import issue_pairing_code
from visitation.keyring import Keyring
from visitation.words import Fault, RemovalReason, Role

pytestmark = pytest.mark.browser

WARDEN = Actor.account(1, Role.WARDEN)
#: Plays messages into the page's own module and names the state after each.
PLAY = """async ([url, events]) => {
    const { begin, told, stateOf } = await import(url);
    let facts = begin();
    const states = [];
    for (const event of events) {
        facts = event.type ? told(facts, event, 0) : { ...facts, ...event };
        states.push(stateOf(facts));
    }
    return { states, notices: facts.notices.map(({ tone, code }) => [tone, code]) };
}"""
JOINED = {
    "type": "joined",
    "participant": "me",
    "part": "visitor",
    "phase": "waiting",
    "watched": True,
    "admitted": False,
    "blocked": [],
    "now": "2026-11-23T08:30:00Z",
    "starts_at": "2026-11-23T08:30:00Z",
    "ends_at": "2026-11-23T09:00:00Z",
    "closes_at": "2026-11-23T09:05:00Z",
    "participants": [],
}
TIMES = {"ends_at": "2026-11-23T09:00:00Z", "closes_at": "2026-11-23T09:05:00Z"}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
async def hub(sqlite: Database, clock: Clock, keyring: Keyring) -> AsyncIterator[Hub]:
    """A hub with the real engine, reachable at every address of this machine."""

    def heard(event: MediaEvent) -> None:
        hub.on_event(event)

    every = (a for some in psutil.net_if_addrs().values() for a in some)
    engine = Forwarder(
        ForwarderSettings(
            public_addresses=tuple(
                one.address for one in every if one.family.name == "AF_INET"
            )
        ),
        on_event=heard,
        clock=time.monotonic,
        wall_clock=time.time,
        randomness=os.urandom,
    )
    await engine.start()
    hub = Hub(
        database=sqlite,
        engine=engine,
        keyring=keyring,
        clock=clock,
        settings=CallSettings(),
    )
    await hub.start()
    yield hub
    await hub.stop()
    await engine.stop()


@pytest.fixture
async def site(start_site: Start, hub: Hub) -> Site:
    return await start_site(live=hub)


@pytest.fixture
async def visit(site: Site, world: World) -> Booked:
    async with site.database.write() as session:
        return await booked(session, world, site.keyring, starts_at=site.clock())


async def test_the_table_of_states_follows_a_call(site: Site, browser: Browser) -> None:
    page, (url,) = await scripted(browser, site, "state")
    events: list[tuple[dict[str, Any], str]] = [
        ({"socket": "open"}, "starting"),
        (JOINED, "waiting"),
        ({"socket": "lost"}, "reconnecting"),
        ({"socket": "open"}, "waiting"),
        ({"type": "start", **TIMES}, "outside"),
        ({"type": "admit"}, "connecting"),
        ({"publisher": "connected"}, "connecting"),
        ({"subscriber": "connected"}, "live"),
        ({"subscriber": "silent"}, "reconnecting"),
        ({"subscriber": "connected"}, "live"),
        ({"publisher": "silent"}, "reconnecting"),
        ({"publisher": "connected"}, "live"),
        ({"type": "supervision", "watched": False}, "held"),
        ({"type": "pause", "paused": True}, "paused"),
        ({"type": "warn", "code": "conduct", "text": ""}, "paused"),
        ({"type": "pause", "paused": False}, "held"),
        ({"type": "supervision", "watched": True}, "live"),
        ({"type": "publish_quality", "quality": "audio_only"}, "live"),
        ({"type": "time_left", "seconds": 60}, "live"),
        ({"type": "extend", **TIMES, "reason": "staff"}, "live"),
        ({"type": "extend", **TIMES, "reason": "lost_time"}, "live"),
        ({"type": "leave", "reason": "restarting"}, "live"),
        ({"type": "unheard_of"}, "live"),
        ({"type": "leave", "reason": "removed"}, "removed"),
        ({"type": "leave", "reason": "replaced"}, "replaced"),
    ]

    played = await page.evaluate(PLAY, [url, [event for event, _ in events]])

    assert played["states"] == [state for _, state in events]
    assert played["notices"] == [
        ["bad", "conduct"],
        ["time", "time_left"],
        ["good", "extended"],
        ["good", "given_back"],
    ]


async def test_two_pages_see_and_hear_each_other_until_the_end(
    site: Site, hub: Hub, world: World, visit: Booked, browser: Browser
) -> None:
    reference = visit.visit.reference
    family = await _page(browser, site)
    phone = (world.visitor.phone or "")[-4:]
    await _typed(family, f"{site.origin}/join", code=visit.code, phone=phone)
    terminal = await _page(browser, site)
    await _typed(terminal, f"{site.origin}/pair", code=await _pairing(site, world))

    for page in (family, terminal):
        await page.goto(f"{site.origin}/call/{reference}")
        await _until(page, "waiting")
    await conduct.start(hub, reference, by=WARDEN, now=site.clock())
    for page in (family, terminal):
        await _until(page, "live")
        await _sees_and_hears(page)

    live = hub.live(reference)
    assert live is not None
    live.peers[visit.visitor.reference]._request.transport.abort()
    await _until(family, "reconnecting")
    await _until(family, "live")
    await _sees_and_hears(terminal)

    await terminal.reload()
    await _until(terminal, "live")
    await _sees_and_hears(family)

    await conduct.pause(hub, reference, paused=True, by=WARDEN, now=site.clock())
    await _until(family, "paused")
    await conduct.pause(hub, reference, paused=False, by=WARDEN, now=site.clock())
    await _until(family, "live")
    await _sees_and_hears(family)

    them, who = visit.visitor.reference, {"by": WARDEN, "now": site.clock()}
    await conduct.take_out(hub, reference, them, why=RemovalReason.RULES, **who)
    await _until(family, "removed")
    why = "مقررات ملاقات رعایت نشد"
    await expect(family.locator("[data-part-of-call=out]")).to_contain_text(why)
    await expect(terminal.locator(".call-notice")).to_contain_text(why)
    await family.reload()
    await _until(family, "outside")
    await conduct.admit(hub, reference, them, **who)
    await _until(family, "live")

    async with site.database.write() as session:
        await calls.losses.add(session, visit.visit.id, {Fault.SERVER: 130})
    await conduct.end(hub, reference, by=WARDEN, now=site.clock())
    for page in (family, terminal):
        await _until(page, "ended")
    owed = await family.locator("[data-part-of-call=owed]").inner_text()
    assert owed.startswith("۳ دقیقه از دست رفت و جبران آن ممکن نشد.")


async def _page(browser: Browser, site: Site) -> Page:
    context = await browser.new_context(locale="en-GB")
    await context.grant_permissions(["camera", "microphone"], origin=site.origin)
    return await context.new_page()


async def _typed(page: Page, address: str, **values: str) -> None:
    await page.goto(address)
    for name, value in values.items():
        await page.locator(f"[name={name}]").fill(value)
    await page.locator("main form button").first.click()
    await page.wait_for_url(lambda url: not url.endswith(("/join", "/pair")))


async def _pairing(site: Site, world: World) -> str:
    async with site.database.write() as session:
        return await issue_pairing_code(
            session,
            station_id=world.terminal.id,
            keyring=site.keyring,
            by=WARDEN,
            now=site.clock(),
        )


async def _until(page: Page, state: str) -> None:
    await page.wait_for_function(
        "state => document.documentElement.dataset.callState === state",
        arg=state,
        timeout=20_000,
    )


async def _sees_and_hears(page: Page) -> None:
    """More frames and more sound arrive from everybody else than had before."""
    before = await _arrived(page)
    async with asyncio.timeout(20):
        while True:
            await asyncio.sleep(0.2)
            now = await _arrived(page)
            if now and all(
                frames > before.get(who, (0, 0.0))[0] + 5
                and energy > before.get(who, (0, 0.0))[1]
                for who, (frames, energy) in now.items()
            ):
                return


async def _arrived(page: Page) -> dict[str, tuple[int, float]]:
    seen = await page.evaluate("() => window.visitation.inspect()")
    return {one["id"]: (one["frames"], one["energy"]) for one in seen["people"]}
