"""axe, which knows the rules of WCAG 2.2 AA, finds no barrier on our pages."""

from collections.abc import AsyncIterator, Iterable, Mapping

import pytest
from playwright.async_api import Browser, Page

from config import demo, opening
from config.program import running
from config.settings import Settings
from tests.browser.barriers import barriers
from tests.remembering import opened

pytestmark = pytest.mark.browser

FOR_ANYBODY = (
    "/",
    "/help",
    "/rules",
    "/join",
    "/offer",
    "/sign-in",
    "/sign-in/phone",
    "/pair",
)


@pytest.fixture
async def doors(settings: Settings, sqlite_url: str) -> AsyncIterator[dict[str, str]]:
    """The demonstration, in which no page is empty: a link for each role."""
    database = opened(sqlite_url)
    demonstration, invited = await demo.staged(
        settings, database, opening.keyring(settings)
    )
    async with running(settings, database, demonstration=demonstration):
        yield invited.links


async def test_no_page_of_a_menu_has_a_barrier(
    doors: Mapping[str, str], browser: Browser
) -> None:
    seen: set[str] = set()
    for link in doors.values():
        page = await _entered(browser, link, "fa")
        assert await _barriers(page, [page.url]) == []
        places = await _places(page, link) - seen
        home = link.removesuffix("/demo")
        assert await _barriers(page, [home + place for place in places]) == []
        seen |= places
        await page.context.close()
    assert len(seen) > len(doors)


async def test_no_page_that_a_role_begins_on_has_a_barrier_in_english(
    doors: Mapping[str, str], browser: Browser
) -> None:
    for link in doors.values():
        page = await _entered(browser, link, "en")
        assert await _barriers(page, [page.url]) == []
        await page.context.close()


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_no_page_for_anybody_has_a_barrier(
    doors: Mapping[str, str], browser: Browser, language: str
) -> None:
    public = doors["family"].replace("family", "anybody").removesuffix("/demo")
    page = await _entered(browser, public, language)
    assert await _barriers(page, [public + path for path in FOR_ANYBODY]) == []


async def test_axe_would_see_one(doors: Mapping[str, str], browser: Browser) -> None:
    page = await _entered(browser, doors["scheduler"], "fa")
    await page.evaluate(
        "document.querySelector('main').append(document.createElement('input'))"
    )
    [found] = await barriers(page)
    assert " label: " in found


async def _entered(browser: Browser, link: str, language: str) -> Page:
    """A browser of its own that came in by the link and reads that language."""
    context = await browser.new_context(viewport={"width": 1200, "height": 900})
    await context.add_cookies([{"name": "lang", "value": language, "url": link}])
    page = await context.new_page()
    await page.goto(link)
    assert await page.locator("html").get_attribute("lang") == language
    return page


async def _places(page: Page, link: str) -> set[str]:
    """Where the menu of the role leads, if it has one."""
    await page.goto(link.removesuffix("/demo") + "/staff")
    doors = await page.locator("a.door").all()
    return {await door.get_attribute("href") or "" for door in doors}


async def _barriers(page: Page, urls: Iterable[str]) -> list[str]:
    """What keeps somebody from using any of these pages."""
    found = []
    for url in sorted(urls):
        if page.url != url:
            answer = await page.goto(url)
            assert answer is not None
            assert answer.ok, url
        found += await barriers(page)
    return found
