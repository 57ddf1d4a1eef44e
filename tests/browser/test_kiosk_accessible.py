"""axe finds no barrier on a kiosk, in any state of its pages, nor at small sizes."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Installation
from tests.browser.test_kiosk import HOST, QUIET, number_of, paired_kiosk, visit_here

pytestmark = pytest.mark.browser

LANGUAGES = ("fa", "en")


async def _speak(page: Page, service: Installation, language: str) -> None:
    await page.context.add_cookies(
        [{"name": "lang", "value": language, "url": service.url(HOST, "/")}]
    )


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_state_of_a_kiosk_has_a_barrier(
    service: Installation, browser: Browser, language: str
) -> None:
    await visit_here(service)
    page = await paired_kiosk(await browser.new_context(), service)
    number = await number_of(service)
    await _speak(page, service, language)
    seen = []
    for path in ("/station", "/join", "/station/operator", "/help", "/nowhere"):
        await page.goto(service.url(HOST, path))
        seen += await barriers(page)

    await page.goto(service.url(HOST, "/station/operator"))
    await page.locator("input[name=number]").fill(number)
    await page.locator("main form > button").click()
    await expect(page.locator('form[action="/station/over"] button')).to_be_visible()
    seen += await barriers(page)

    await page.goto(service.url(HOST, "/join"))
    await page.locator("[data-scan=open]").click()
    await expect(page.locator(".scan")).to_have_attribute("data-state", "looking")
    seen += await barriers(page)
    await page.locator("input[name=code]").fill("000000")
    await page.locator("#join-form > button").click()
    await expect(page.locator(".errors")).to_be_visible()
    seen += await barriers(page)

    await page.clock.install()
    await page.goto(service.url(HOST, "/join"))
    await page.clock.run_for(QUIET)
    await expect(page.locator("#still-here")).to_be_visible()
    seen += await barriers(page)
    assert seen == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_is_lost_on_a_small_screen_with_the_largest_letters(
    service: Installation, browser: Browser, language: str
) -> None:
    context = await browser.new_context(viewport={"width": 320, "height": 600})
    page = await paired_kiosk(context, service)
    await _speak(page, service, language)
    await context.add_cookies(
        [{"name": "text", "value": "largest", "url": service.url(HOST, "/")}]
    )
    wide = []
    for path in ("/station", "/join", "/station/operator", "/help"):
        await page.goto(service.url(HOST, path))
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert wide == []


@pytest.mark.parametrize(("language", "mistake"), [("fa", "۷"), ("en", "7")])
async def test_a_code_is_typed_with_fingers_alone(
    service: Installation, browser: Browser, language: str, mistake: str
) -> None:
    code = await visit_here(service)
    page = await paired_kiosk(await browser.new_context(has_touch=True), service)
    await _speak(page, service, language)
    await page.goto(service.url(HOST, "/join"))
    field, keys = page.locator("input[name=code]"), page.locator(".keypad button")

    await keys.get_by_text(mistake, exact=True).tap()
    await expect(field).to_have_value(mistake)
    await page.locator(".keypad__key--back").tap()
    await expect(field).to_have_value("")
    for digit in code:
        await keys.nth((int(digit) - 1) % 10).tap()
    await page.locator("#join-form > button").tap()

    await page.wait_for_url("**/check")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_kiosk_is_worked_with_the_keyboard_alone(
    service: Installation, browser: Browser, language: str
) -> None:
    code = await visit_here(service)
    page = await paired_kiosk(await browser.new_context(), service)
    await _speak(page, service, language)
    await page.goto(service.url(HOST, "/station"))

    await page.locator("#door-visit").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/join")
    await expect(page.locator("input[name=code]")).to_be_focused()
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")

    await page.wait_for_url("**/check")
