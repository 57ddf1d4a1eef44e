"""An official's pages in each language, on a phone, and without scripts."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.appointment import booked
from tests.browser.barriers import troubles
from tests.browser.conftest import Installation
from tests.browser.people import PATIENCE_MS, in_state, open_page, sign_in
from tests.browser.test_official import wished
from visitation.words import Role

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)

SMALL = {"width": 375, "height": 740}
LANGUAGES = ("fa", "en")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_state_of_an_officials_pages_has_a_barrier_or_is_too_wide(
    service: Installation, browser: Browser, language: str
) -> None:
    visit, _code = await booked(service)
    await wished(service, visit, "برای عروسی خواهرش")
    context = await browser.new_context(viewport=SMALL)
    page = await open_page(context, service, "official")
    await sign_in(page, service, Role.OFFICIAL)
    await context.add_cookies(
        [{"name": "lang", "value": language, "url": service.url("official", "/")}]
    )
    beside = service.url("official", f"/official/{visit.reference}/beside")
    seen = []
    for path in ("/official", "/official/calendar"):
        await page.goto(service.url("official", path))
        seen += await troubles(page)
    for query in ("", "?template=furlough_granted", "?kind=noted"):
        await page.goto(beside + query)
        seen += await troubles(page)
    await page.locator(".beside__order summary").click()
    await page.locator("[name=order]").fill("نامه بفرستید")
    seen += await troubles(page)
    await page.locator("[name=text]").fill("…")
    await page.locator("[name=step][value=read]").click()
    await expect(page.locator(".errors")).to_be_visible()
    seen += await troubles(page)
    await page.locator("[name=text]").fill("متن کوتاه")
    await page.locator("[name=step][value=read]").click()
    await expect(page.locator(".beside__text")).to_be_visible()
    seen += await troubles(page)
    await page.locator("[name=step][value=send]").click()
    await expect(page.locator("#beside-desk .notice--good")).to_be_visible()
    seen += await troubles(page)
    for part in ("", "?part=companion"):
        await page.goto(service.url("official", f"/call/{visit.reference}{part}"))
        await expect(page.locator("#known-past")).to_be_visible()
        await in_state(page, "waiting")
        seen += await troubles(page)
    assert seen == []


async def test_without_scripts_an_official_decides_all_the_same(
    service: Installation, browser: Browser
) -> None:
    await booked(service)
    context = await browser.new_context(java_script_enabled=False, viewport=SMALL)
    page = await open_page(context, service, "official")
    await sign_in(page, service, Role.OFFICIAL)
    await page.goto(service.url("official", "/official"))
    await page.locator("#next").get_by_role("link", name="Requests and").click()
    await page.locator("summary", has_text="Pass on").click()
    await page.get_by_role("link", name="To the court, with support").click()
    await page.get_by_role("button", name="Read it back").click()
    await page.get_by_role("button", name="No, change it").click()
    await page.get_by_label("Text", exact=True).fill("To the court.")
    await page.get_by_role("button", name="Read it back").click()
    await page.get_by_role("button", name="Yes, send").click()

    await expect(page.get_by_text("It has the number")).to_be_visible()
    await expect(page.locator("#known-rulings")).to_contain_text("To the court.")
