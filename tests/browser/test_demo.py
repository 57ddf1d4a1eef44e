"""The demonstration's second call, as a newcomer opens it: a lawyer's, by two links."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from config import demo, opening, program
from config.settings import Settings
from tests.browser.barriers import troubles
from tests.browser.confidential import at_level, same_words
from tests.browser.conftest import settings_of
from tests.browser.people import PATIENCE_MS, in_state, sees_and_hears

pytestmark = pytest.mark.browser


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A demonstration in a folder of its own, with tables and nothing in them."""
    port = settings_of("sqlite://", tmp_path).web.port
    found = demo.prepared(tmp_path / "demo", port=port, to_lan=False, fresh=True)
    opening.bring_up_to_date(found)
    return found


@pytest.fixture
async def links(settings: Settings) -> AsyncIterator[Mapping[str, str]]:
    """What `visitation demo` prints, while it runs."""
    database = opening.opened(settings, new=True)
    staged, invitation = await demo.staged(
        settings, database, opening.keyring(settings)
    )
    async with program.running(settings, database, demonstration=staged):
        yield invitation.links


async def test_both_links_lead_to_one_call_in_which_both_read_the_same_words(
    links: Mapping[str, str], browser: Browser
) -> None:
    lawyer = await opened(browser, links["lawyer"])
    client = await opened(browser, links["terminal2"])
    assert lawyer.url.rpartition("/")[2] == client.url.rpartition("/")[2]

    words = await same_words(lawyer, client)
    await sees_and_hears(lawyer, "prisoner")
    await sees_and_hears(client, "visitor")

    shown = [await read(page) for page in (lawyer, client)]
    assert shown[0] == shown[1]
    assert [number for _, number in shown[0]] == [f"{word:03}" for word in words]


async def opened(browser: Browser, link: str) -> Page:
    """A browser of its own that opened a link, in English, and is in the call."""
    context = await browser.new_context()
    await context.add_cookies([{"name": "lang", "value": "en", "url": link}])
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(link)
    await in_state(page, "live")
    return page


async def read(page: Page) -> list[tuple[str, str]]:
    """The words and numbers of a page, which says that only the ends can open it."""
    await at_level(page, "ends")
    badge = page.locator('[data-part-of-private="open"]')
    await expect(badge).to_contain_text("End-to-end encrypted")
    await badge.click()
    words = page.locator("[data-part-of-private=phrase] li")
    await expect(words).to_have_count(4)
    assert await troubles(page) == []
    return [
        (
            await one.locator("strong").inner_text(),
            await one.locator("span").inner_text(),
        )
        for one in await words.all()
    ]
