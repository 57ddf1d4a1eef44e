"""A warden's morning at the wall, in real Chromium."""

import re
from operator import gt

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.barriers import troubles
from tests.browser.conftest import Installation
from tests.browser.people import PATIENCE_MS, in_state, open_page, sign_in
from tests.browser.two_visits import arranged, both_waiting
from visitation.visits import Visit
from visitation.words import Outcome, Role
from web.news import NEWS

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)

FRAMES = """ref => [...document.querySelectorAll(`#pane-${ref} video`)]
  .map((video) => video.getVideoPlaybackQuality().totalVideoFrames)"""
SILENT = """ref => [...document.querySelectorAll(`#pane-${ref} audio`)]
  .every((audio) => audio.muted)"""


async def test_two_visits_are_begun_watched_and_conducted_from_the_wall(
    service: Installation, browser: Browser
) -> None:
    one, two = await arranged(service)
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    family, terminal = await both_waiting(context, service, one, 1)
    family_two, _terminal_two = await both_waiting(context, service, two, 2)
    warden = await open_page(context, service, "warden")
    await sign_in(warden, service, Role.WARDEN)

    await warden.goto(service.url("warden", "/warden"), wait_until="load")
    await warden.wait_for_selector("html[data-ready]", state="attached")
    await warden.evaluate("window.sameDocument = true")
    for made in (one, two):
        await warden.locator(f"#start-{made.visit.reference}").click()
        await expect(warden.locator(f"#pane-{made.visit.reference}")).to_be_visible()
    await in_state(family, "live")
    await in_state(family_two, "live")
    for made in (one, two):
        await _sees_both(warden, made.visit.reference)
    fold = warden.locator(f"#take-out-{one.visit.reference} summary")
    await fold.click()
    assert await troubles(warden) == []
    await fold.click()

    # Sound of one: whichever was pressed last.
    for heard, silent in ((one, two), (two, one)):
        pane = warden.locator(f"#pane-{heard.visit.reference}")
        await pane.get_by_role("button", name="Sound on").click()
        assert not await warden.evaluate(SILENT, heard.visit.reference)
        assert await warden.evaluate(SILENT, silent.visit.reference)

    await _outlives_lost_sockets(service, warden, one.visit.reference)

    # Two taps each: open, choose.
    await _choose(warden, one.visit.reference, "warn", "Nothing may be shown")
    await expect(
        family.get_by_text("Nothing may be shown to the camera")
    ).to_be_visible()
    await _choose(warden, one.visit.reference, "pause", "Staff make sure who is")
    await in_state(family, "paused")
    await expect(family.get_by_text("Staff make sure who is in")).to_be_visible()
    assert await troubles(warden) == []
    await in_state(family_two, "live")
    await warden.locator(f"#resume-{one.visit.reference}").click()
    await in_state(terminal, "live")
    await _choose(warden, one.visit.reference, "end", "Took place")
    await in_state(family, "ended")
    await expect(warden.locator(f"#pane-{one.visit.reference}")).to_have_count(0)
    await expect(warden.locator(f"#pane-{two.visit.reference}")).to_have_attribute(
        "data-state", "live"
    )
    assert await warden.evaluate("window.sameDocument")


async def _choose(page: Page, reference: str, act: str, words: str) -> None:
    fold = page.locator(f"#{act}-{reference}")
    await fold.locator("summary").click()
    await fold.get_by_role("button", name=words).click()


async def _sees_both(page: Page, reference: str) -> None:
    """Wait until two pictures of a visit move on the wall."""
    before: list[int] = []
    for _ in range(120):
        now = await page.evaluate(FRAMES, reference)
        if len(now) == len(before) == 2 and all(map(gt, now, before)):
            return
        # Counts that fell belong to a leg that was built anew.
        if len(now) == 2 and (not before or any(map(gt, before, now))):
            before = now
        await page.wait_for_timeout(250)
    raise AssertionError(f"the wall does not show both: {before}")


async def _outlives_lost_sockets(
    service: Installation, warden: Page, reference: str
) -> None:
    """Both kinds of socket break while something is being typed."""
    await warden.locator(f"#incident-{reference} summary").click()
    typed = warden.locator(f"#incident-{reference}-text")
    await typed.fill("He held up a paper")
    service.app[NEWS].stop()
    service.lose_sockets(reference)
    await _sees_both(warden, reference)
    prisoner = warden.locator(f"#visit-{reference}")
    same = prisoner.get_by_role("button", name="It is them")
    await expect(same).to_have_count(2)
    await same.first.click()
    await expect(same).to_have_count(1)
    await expect(typed).to_have_value("He held up a paper")
    await warden.get_by_role("button", name="Write it down").click()
    await expect(prisoner.get_by_text("It is written down.")).to_be_visible()


async def test_the_wall_is_worked_without_scripts(
    service: Installation, browser: Browser
) -> None:
    one, _two = await arranged(service)
    reference = one.visit.reference
    context = await browser.new_context(java_script_enabled=False)
    page = await open_page(context, service, "warden")
    await sign_in(page, service, Role.WARDEN)
    await page.goto(service.url("warden", "/warden"))
    visit = page.locator(f"#visit-{reference}")

    await visit.get_by_role("button", name="Brought").click()
    await expect(visit.locator(".tick--done")).to_have_text(re.compile("Brought"))
    await page.locator(f"#start-{reference}").click()
    await expect(page.get_by_text("The visit has begun.")).to_be_visible()
    await page.locator(f"#end-{reference} summary").click()
    await page.get_by_label("Remark").fill("The line broke twice")
    await page.get_by_role("button", name="Ended by staff").click()

    await expect(page.get_by_text("The visit has been ended.")).to_be_visible()
    async with service.database.read() as session:
        ended = await session.get_one(Visit, one.visit.id)
    assert (ended.outcome, ended.outcome_reason) == (
        Outcome.ENDED_BY_STAFF,
        "The line broke twice",
    )
