"""The line test in real Chromium, through our own forwarder."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.appointment import booked, paired
from tests.browser.conftest import PHONE, Installation
from tests.browser.people import join_by_code, open_page, sign_in
from visitation import lines
from visitation.lines import LineTest, Verdict
from visitation.words import Role

pytestmark = pytest.mark.browser

#: Connecting, ten seconds, and a busy machine.
TEST_MS = 60_000
PASSED = {Verdict.GOOD, Verdict.WEAK}
#: A machine with other work drops what a line of its own would not.
TRIES = 3
#: How a board says it.
SAID = {
    Verdict.GOOD: "Line: good, ",
    Verdict.WEAK: "Line: weak, ",
    Verdict.SOUND_ONLY: "Line: sound only, ",
    Verdict.NOT_ENOUGH: "Line: not enough, ",
}


async def _to_the_line(page: Page) -> None:
    """Through camera, microphone and loudspeaker to the line."""
    await page.get_by_role("button", name="Begin").click()
    for step in ("camera", "microphone", "loudspeaker"):
        screen = page.locator(f'[data-step="{step}"]')
        await expect(screen).to_be_visible()
        await screen.get_by_role("button", name="Skip").click()
    await expect(page.locator('[data-step="line"]')).to_be_visible()


async def _told(page: Page) -> str:
    """The verdict that the page shows, once it does."""
    await page.wait_for_function(
        """() => /good|weak|sound_only|not_enough|broken|busy|unsupported/.test(
             document.querySelector('[data-step="line"]').dataset.state)""",
        timeout=TEST_MS,
    )
    return str(await page.locator('[data-step="line"]').get_attribute("data-state"))


async def _tests(service: Installation, visit_id: int) -> list[LineTest]:
    async with service.database.read() as session:
        return list(await lines.tests_of_visit(session, visit_id=visit_id))


async def test_a_family_tries_its_line_before_the_call(
    service: Installation, browser: Browser
) -> None:
    visit, code = await booked(service)
    context = await browser.new_context()
    family = await open_page(context, service, "family")
    await join_by_code(family, service, code, PHONE)

    for _ in range(TRIES):
        await _to_the_line(family)
        verdict = await _told(family)
        kept = (await _tests(service, visit.id))[-1]
        assert verdict == kept.verdict.value
        if kept.verdict in PASSED:
            break
        await family.reload()

    assert kept.verdict in PASSED, kept
    assert kept.loss_up < 0.12
    assert kept.loss_down < 0.12
    assert kept.rate_up > 60_000
    assert kept.rate_down > 60_000
    assert kept.round_trip is not None
    assert not kept.relayed
    await expect(family.locator("[data-number=rate_up]")).to_have_text(
        re.compile(r"\d+")
    )
    await family.get_by_role("button", name="Go on").click()
    await expect(family.get_by_text("The line is good enough.")).to_be_visible()

    # Whoever passed is not asked again within the hour.
    await family.goto(service.url("family", "/check"))
    await expect(family.locator('[data-step="line"]')).to_have_count(0)


async def test_a_station_tries_its_line_and_staff_see_it(
    service: Installation, browser: Browser
) -> None:
    context = await browser.new_context()
    terminal = await open_page(context, service, "terminal")
    await paired(terminal, service)

    await terminal.goto(service.url("terminal", "/station/line"))
    verdict = Verdict(await _told(terminal))

    warden = await open_page(context, service, "warden")
    await sign_in(warden, service, Role.WARDEN)
    await warden.goto(service.url("warden", "/warden"))
    await expect(warden.get_by_text(SAID[verdict])).to_be_visible()


async def test_a_test_that_is_skipped_leaves_nothing_behind(
    service: Installation, browser: Browser
) -> None:
    visit, code = await booked(service)
    context = await browser.new_context()
    family = await open_page(context, service, "family")
    await join_by_code(family, service, code, PHONE)
    await _to_the_line(family)
    await expect(family.locator('[data-state="measuring"]')).to_be_visible(
        timeout=TEST_MS
    )

    await family.locator('[data-step="line"] [data-act="skip"]').click()

    await expect(family.get_by_text("Line: not tried.")).to_be_visible()
    assert await _tests(service, visit.id) == []
