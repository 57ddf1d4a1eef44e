"""Services written down without a line: kept, loaded again, and sent once each."""

import asyncio

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlmodel import select

from tests.browser.conftest import PASSWORD, Installation
from tests.browser.people import PATIENCE_MS
from visitation.services.tables import ServiceRecord
from visitation.words import ServiceKind

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)

KINDS = tuple(ServiceKind)
#: The page stands by itself from then on.
KEPT = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  const later = () => new Promise((done) => setTimeout(done, 20));
  while (active.state !== 'activated') await later();
  return Boolean(await caches.match('/services/shell', { ignoreVary: true }));
}"""
WAITING = """async () => new Promise((done) => {
  const asked = indexedDB.open('services', 1);
  asked.onsuccess = () => {
    const every = asked.result.transaction('entries').objectStore('entries').getAll();
    every.onsuccess = () => { asked.result.close(); done(every.result.length); };
  };
})"""


async def _sign_in(service: Installation, page: Page, username: str) -> None:
    await page.goto(service.url("clerk", "/sign-in?next=/services"))
    await page.fill("[name=username]", username)
    await page.fill("[name=password]", PASSWORD)
    await page.click("main button:not([type=button])")
    # The form's own address ends alike, behind its question mark.
    await page.wait_for_url(service.url("clerk", "/services"))
    await _ready(page)


async def _tap(page: Page, count: int) -> None:
    before = await page.evaluate(WAITING)
    for which in range(count):
        await page.click(f"#kind-{KINDS[which % len(KINDS)]}")
    await _until(page, before + count)


async def _until(page: Page, waiting: int) -> None:
    """Until so many wait in the browser."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while await page.evaluate(WAITING) != waiting:  # noqa: ASYNC110 - theirs
            await asyncio.sleep(0.05)


async def _ready(page: Page) -> None:
    await page.wait_for_selector("html[data-ready]", state="attached")


async def _recorded(service: Installation) -> list[str]:
    async with service.database.read() as session:
        rows = await session.exec(select(ServiceRecord))
        return sorted(one.kind.value for one in rows)


async def _offline_with(context: BrowserContext, page: Page, count: int) -> None:
    assert await page.evaluate(KEPT)
    await context.set_offline(True)
    await page.reload()
    await _ready(page)
    await expect(page.locator("#services-point")).not_to_be_empty()
    await _tap(page, count)


async def _taps_for_nobody(
    service: Installation, context: BrowserContext, page: Page
) -> None:
    """Where there is no line, nobody writes in the name of who has left."""
    before = await page.evaluate(WAITING)
    await context.set_offline(True)
    await page.goto(service.url("clerk", "/services"))
    await _ready(page)
    await expect(page.locator("#services-said")).to_contain_text("Open this page once")
    await page.click(f"#kind-{KINDS[0]}")
    assert await page.evaluate(WAITING) == before
    await context.set_offline(False)


@pytest.fixture
async def context(browser: Browser) -> BrowserContext:
    return await browser.new_context(locale="en")


async def test_thirty_services_without_a_line_are_sent_once_each(
    service: Installation, context: BrowserContext
) -> None:
    page = await context.new_page()
    await _sign_in(service, page, "clerk")
    await _offline_with(context, page, 15)
    await page.reload()
    await _ready(page)
    await _tap(page, 15)
    assert await page.evaluate(WAITING) == 30
    assert await _recorded(service) == []

    await context.set_offline(False)

    await _until(page, 0)
    expected = [KINDS[which % len(KINDS)].value for which in range(15)] * 2
    assert await _recorded(service) == sorted(expected)


async def test_two_tabs_that_send_at_once_leave_one_of_each(
    service: Installation, context: BrowserContext
) -> None:
    page = await context.new_page()
    await _sign_in(service, page, "clerk")
    await _offline_with(context, page, 6)
    other = await context.new_page()
    await other.goto(service.url("clerk", "/services"))
    await _ready(other)
    for tab in (page, other):
        # As in a browser that cannot let tabs take turns.
        await tab.evaluate("Object.defineProperty(navigator, 'locks', {value: null})")

    await context.set_offline(False)
    go = "window.dispatchEvent(new Event('online'))"
    await asyncio.gather(page.evaluate(go), other.evaluate(go))

    await _until(page, 0)
    assert len(await _recorded(service)) == 6


async def test_nobody_loses_or_sends_what_somebody_else_wrote(
    service: Installation, context: BrowserContext
) -> None:
    page = await context.new_page()
    await _sign_in(service, page, "clerk")
    assert await page.evaluate(KEPT)
    await page.route("**/services/batch", lambda route: route.abort())
    await _tap(page, 3)

    await page.click("header form[action='/sign-out'] button")
    await page.click("dialog .button--secondary")
    await page.wait_for_url(service.url("clerk", "/"))
    await page.unroute("**/services/batch")
    await _taps_for_nobody(service, context, page)
    await _sign_in(service, page, "administrator")
    await expect(page.locator("#services-theirs")).to_be_visible()
    assert (await page.evaluate(WAITING), await _recorded(service)) == (3, [])
    await page.click("header form[action='/sign-out'] button")
    await page.wait_for_url(service.url("clerk", "/"))
    await _sign_in(service, page, "clerk")

    await _until(page, 0)
    assert len(await _recorded(service)) == 3
