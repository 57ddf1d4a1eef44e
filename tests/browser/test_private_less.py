"""A privileged visit with a browser that cannot encrypt from end to end."""

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.barriers import troubles
from tests.browser.confidential import (
    LOSE_WORKER,
    NOTED,
    REBUILD,
    UNABLE,
    at_level,
    begun,
    hears,
    nothing_comes,
    protection,
    same_words,
)
from tests.browser.conftest import Installation
from tests.browser.people import in_state, open_page, sees_and_hears
from visitation.visits import Visit

pytestmark = pytest.mark.browser


async def test_the_page_says_from_the_start_that_it_is_less_and_whose_browser_cannot(
    service: Installation, browser: Browser
) -> None:
    context = await browser.new_context()
    lawyer, terminal, _ = await begun(context, service, prisoner_lacks=UNABLE)
    await at_level(lawyer, "transport")
    await at_level(terminal, "transport")
    await sees_and_hears(lawyer, "prisoner")
    await sees_and_hears(terminal, "visitor")
    await hears(terminal, "private.transport")

    await lawyer.locator('[data-part-of-private="open"]').click()
    why = lawyer.locator('[data-part-of-private="why"]')
    await expect(why).to_contain_text("رضا کریمی")
    await expect(why).to_contain_text("cannot encrypt from end to end")
    assert await troubles(lawyer) == []
    assert (await protection(lawyer))["counted"]["plain"] > 0

    persian = {"name": "lang", "value": "fa", "url": service.url("family", "/")}
    await context.add_cookies([persian])
    await lawyer.set_viewport_size({"width": 375, "height": 740})
    await lawyer.reload()
    await at_level(lawyer, "transport")
    await lawyer.locator('[data-part-of-private="open"]').click()
    await expect(why).to_have_text(
        "مرورگر \u2068رضا کریمی\u2069 رمزنگاری سرتاسری ندارد."
    )
    assert await troubles(lawyer) == []


async def test_what_was_end_to_end_stops_until_the_person_agrees_to_less(
    service: Installation, browser: Browser
) -> None:
    lawyer, terminal, _ = await begun(await browser.new_context(), service)
    await same_words(lawyer, terminal)
    await sees_and_hears(terminal, "visitor")

    await terminal.add_init_script(UNABLE)
    await terminal.reload()
    question = lawyer.get_by_role("alertdialog")
    await expect(question).to_be_visible()
    await at_level(lawyer, "stopped")
    assert await troubles(lawyer) == []
    await lawyer.keyboard.press("Escape")
    await expect(question).to_be_visible()
    # The page that was end-to-end before it was loaded again asks its person as well.
    await expect(terminal.get_by_role("alertdialog")).to_be_visible()
    await in_state(terminal, "live")
    await nothing_comes(terminal)
    await nothing_comes(lawyer)

    for page in (lawyer, terminal):
        await page.get_by_role("button", name="Go on with less").click()
        await at_level(page, "transport")
    await sees_and_hears(lawyer, "prisoner")
    await sees_and_hears(terminal, "visitor")


async def test_another_tab_and_another_browser_know_that_it_was_end_to_end(
    service: Installation, browser: Browser
) -> None:
    context = await browser.new_context()
    lawyer, terminal, visit = await begun(context, service)
    await same_words(lawyer, terminal)

    # A new tab of this browser remembers it; nobody need tell it.
    tab = await _comes_unable(context, service, visit)
    await expect(tab.get_by_role("alertdialog")).to_be_visible()
    await expect(terminal.get_by_role("alertdialog")).to_be_visible()
    await hears(terminal, "private.stopped")
    for page in (tab, terminal):
        await page.get_by_role("button", name="Go on with less").click()
        await at_level(page, "transport")
        badge = page.locator('[data-part-of-private="open"]')
        await expect(badge).to_contain_text("end-to-end no longer")
        await badge.click()
        said = page.locator('[data-part-of-private="is"]')
        await expect(said).to_contain_text("was end-to-end encrypted before")
        listen = page.locator('[data-private-voice="less"]')
        await expect(listen.get_by_role("button", name="Listen")).to_be_visible()
    await hears(terminal, "private.less")
    await sees_and_hears(terminal, "visitor")

    # Another browser has nothing to remember: the other end tells it.
    elsewhere = await browser.new_context()
    await elsewhere.add_cookies((await context.storage_state())["cookies"])  # type: ignore[arg-type]
    other = await _comes_unable(elsewhere, service, visit)
    await expect(other.get_by_role("alertdialog")).to_be_visible()
    await nothing_comes(terminal)


async def _comes_unable(
    context: BrowserContext, service: Installation, visit: Visit
) -> Page:
    page = await open_page(context, service, "family")
    await page.add_init_script(UNABLE)
    await page.goto(service.url("family", f"/call/{visit.reference}"))
    return page


async def test_a_worker_that_dies_again_and_again_is_a_browser_that_cannot(
    service: Installation, browser: Browser
) -> None:
    lawyer, terminal, _ = await begun(
        await browser.new_context(), service, lawyer_lacks=NOTED
    )
    for _ in range(3):
        await same_words(lawyer, terminal)
        await lawyer.evaluate(LOSE_WORKER)
    for page in (lawyer, terminal):
        await at_level(page, "stopped")
    asked = lawyer.locator('[data-part-of-private="asked-why"]')
    await expect(asked).to_contain_text("What encrypts in your browser has stopped")
    await nothing_comes(terminal)
    # A leg that the service asks for would have no worker to hold it back.
    await lawyer.evaluate(REBUILD)
    await lawyer.wait_for_timeout(2500)
    await nothing_comes(terminal)

    for page in (lawyer, terminal):
        await page.get_by_role("button", name="Go on with less").click()
    await sees_and_hears(lawyer, "prisoner")
    await sees_and_hears(terminal, "visitor")
