"""Asking for something at a kiosk in real Chromium, by buttons, and being read to."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Installation
from tests.browser.people import open_page
from tests.browser.test_kiosk import HOST, paired_kiosk, visit_here

pytestmark = pytest.mark.browser


async def typed(page: Page, code: str) -> None:
    """Type a code by the keys on the screen."""
    for digit in code:
        await page.get_by_role("button", name=digit, exact=True).click()


async def heard(page: Page, sentence: str) -> None:
    """The page's voice says that sentence."""
    listen = page.get_by_role("button", name="Listen").first
    await expect(listen).to_have_attribute("href", re.compile(f"voice/en/{sentence}"))
    await expect(listen).to_have_attribute("data-playing", "")


async def test_a_mother_asks_for_a_furlough_at_the_kiosk_and_follows_it(
    service: Installation, browser: Browser
) -> None:
    code = await visit_here(service)
    page = await paired_kiosk(await browser.new_context(), service)
    clips: list[str] = []
    page.on("request", lambda one: clips.append(one.url) if "opus" in one.url else None)

    await page.get_by_role("link", name=re.compile("^My requests")).click()
    await page.get_by_label("Code of the visit").click()
    await typed(page, code)
    await page.get_by_role("button", name="Go on").click()
    await page.wait_for_url("**/file")
    await page.get_by_role("button", name="Ask for something").click()
    await heard(page, "ask.what")
    await page.get_by_role("link", name="To come home").click()
    await heard(page, "ask.home")
    await page.get_by_role("link", name="One step back").click()
    await page.get_by_role("link", name="To come home").click()
    await page.get_by_role("button", name="For a few days").click()
    await heard(page, "filing.form")
    await page.get_by_label("To see the family").check()
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_text("رضا کریمی")).to_be_visible()
    await heard(page, "asked.furlough")
    await page.get_by_role("button", name="Yes, hand it in").dblclick()
    await page.wait_for_url("**/receipt")
    shown = await page.locator(".filing__big").inner_text()
    await page.get_by_role("link", name="Done").click()
    await page.wait_for_url("**/station")

    assert any("asked.furlough" in one for one in clips)
    tracking = re.sub(r"\D", "", shown)
    assert len(tracking) == 10

    # Nobody is signed in here any more, and yet the code says how it stands.
    phone = await open_page(await browser.new_context(), service, "family")
    await phone.goto(service.url("family", "/"))
    await phone.get_by_role("link", name="Follow a request by its code").click()
    await phone.get_by_label("Code of the request").fill(tracking)
    await phone.get_by_role("button", name="Show how it stands").click()
    await expect(phone.get_by_role("heading", name="Furlough")).to_be_visible()
    await expect(phone.get_by_text("We have it.")).to_be_visible()
    await expect(phone.get_by_text("رضا کریمی")).to_have_count(0)
    assert tracking not in phone.url
    await page.goto(service.url(HOST, "/file"))
    await page.wait_for_url("**/join")


async def test_own_words_lead_to_a_kind_without_scripts(
    service: Installation, browser: Browser
) -> None:
    code = await visit_here(service)
    context = await browser.new_context(java_script_enabled=False)
    page = await open_page(context, service, "family")

    await page.goto(service.url("family", "/file/code"))
    await page.get_by_label("Code of the visit").fill(code)
    await page.get_by_label("Last four digits of your phone").fill("4567")
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("button", name="Ask for something").click()
    await page.get_by_role("link", name="In my own words").click()
    await page.get_by_label("What would you like to ask for?").fill(
        "پسرم دندان درد دارد و دکتر نمی‌برندش"
    )
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("button", name="Medical care").click()
    await page.get_by_label("A dentist").check()
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("button", name="Yes, hand it in").click()

    heading = page.get_by_role("heading", name="Your request is handed in")
    await expect(heading).to_be_visible()
