"""A privileged visit that is encrypted from end to end, in real Chromium."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.barriers import troubles
from tests.browser.confidential import (
    LOSE_WORKER,
    NOTED,
    at_level,
    begun,
    hears,
    nothing_comes,
    protection,
    same_words,
)
from tests.browser.conftest import Installation
from tests.browser.people import in_state, open_page, sees_and_hears, sign_in
from visitation.words import Attendance, Role

pytestmark = pytest.mark.browser


async def test_both_compare_words_and_outlive_a_lost_socket_a_reload_and_a_worker(
    service: Installation, browser: Browser
) -> None:
    lawyer, terminal, visit = await begun(
        await browser.new_context(), service, lawyer_lacks=NOTED
    )
    await same_words(lawyer, terminal)
    await sees_and_hears(lawyer, "prisoner")
    await sees_and_hears(terminal, "visitor")
    await hears(terminal, "private.ends")
    await _compare(lawyer)
    counted = (await protection(lawyer))["counted"]
    assert (counted["plain"], counted["altered"]) == (0, 0)

    before = await same_words(lawyer, terminal)
    service.lose_sockets(visit.reference)
    for page in (lawyer, terminal):
        await in_state(page, "live")
    await sees_and_hears(lawyer, "prisoner")
    assert await same_words(lawyer, terminal) == before
    assert (await protection(lawyer))["compared"]

    await terminal.reload()
    await in_state(terminal, "live")
    await sees_and_hears(terminal, "visitor")
    await sees_and_hears(lawyer, "prisoner")
    again = await same_words(lawyer, terminal)
    assert again != before
    assert not (await protection(lawyer))["compared"]

    await lawyer.evaluate(LOSE_WORKER)
    await sees_and_hears(lawyer, "prisoner")
    await sees_and_hears(terminal, "visitor")
    assert await same_words(lawyer, terminal, after=again) != again


async def _compare(page: Page) -> None:
    await page.locator('[data-part-of-private="open"]').click()
    await expect(page.get_by_role("heading", name="What protects")).to_be_focused()
    assert await page.locator("[data-part-of-private=phrase] li").count() == 4
    assert await troubles(page) == []
    await page.get_by_role("button", name="They match").click()
    await expect(page.locator('[data-part-of-private="open"]')).to_contain_text(
        "words compared"
    )
    await page.get_by_role("button", name="Close").click()
    assert (await protection(page))["compared"]


async def test_words_that_differ_stop_everything_until_there_are_other_keys(
    service: Installation, browser: Browser
) -> None:
    lawyer, terminal, _ = await begun(await browser.new_context(), service)
    before = await same_words(lawyer, terminal)
    await sees_and_hears(terminal, "visitor")

    await lawyer.locator('[data-part-of-private="open"]').click()
    await lawyer.get_by_role("button", name="They do not match").click()
    await at_level(lawyer, "refused")
    await expect(lawyer.get_by_text("Say nothing confidential. Try")).to_be_visible()
    await expect(lawyer.locator('[href$="private.refused.opus"]')).to_be_visible()
    assert await troubles(lawyer) == []
    await nothing_comes(terminal)

    await lawyer.get_by_role("button", name="Try with new keys").click()
    assert await same_words(lawyer, terminal, after=before) != before
    await sees_and_hears(terminal, "visitor")


async def test_whoever_comes_late_gets_other_words_and_leaves_them_when_they_go(
    service: Installation, browser: Browser
) -> None:
    context = await browser.new_context()
    lawyer, terminal, visit = await begun(context, service, attendance=Attendance.DESK)
    two = await same_words(lawyer, terminal)
    official = await open_page(context, service, "official")
    await sign_in(official, service, Role.OFFICIAL)
    await official.goto(service.url("official", f"/call/{visit.reference}"))
    three = await same_words(lawyer, terminal, official)
    assert three != two
    await sees_and_hears(official, "prisoner", "visitor")
    await sees_and_hears(lawyer, "prisoner", "official")
    # Whoever has keys stands in the list, with or without a picture.
    ends = lawyer.locator('[data-part-of-private="ends"] li')
    await expect(ends).to_have_count(2)

    await official.locator('[data-part-of-call="leave"]').click()
    await official.locator('[data-part-of-call="go"]').click()
    await sees_and_hears(lawyer, "prisoner")
    await sees_and_hears(terminal, "visitor")
    assert await same_words(lawyer, terminal) == three
