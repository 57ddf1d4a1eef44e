"""A mother books and cancels on her own phone, in a browser that runs no scripts.

The story is told by what the pages are made of, so that it is the same in each
language; axe looks at every page of it in a browser that does run them.
"""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlmodel import col, select

from tests.browser.barriers import troubles
from tests.browser.conftest import PHONE, Installation
from visitation.devices import Challenge, challenges
from visitation.lifecycle import VisitState
from visitation.visits import Visit

pytestmark = pytest.mark.browser

PHONE_SIZE = {"width": 375, "height": 740}
Look = Callable[[Page], Awaitable[None]]


@pytest.mark.parametrize(
    ("language", "booked", "cancelled"),
    [
        ("fa", "ملاقات شما ثبت شد", "این ملاقات برگزار نمی‌شود."),
        ("en", "Your visit is booked", "This visit does not take place."),
    ],
)
async def test_from_signing_in_to_booked_and_cancelled_without_scripts(
    service: Installation, browser: Browser, language: str, booked: str, cancelled: str
) -> None:
    page = await _phone(browser, service, language, scripts=False)

    await _sign_in(page, service)
    done = await _book(page, service, _nothing)
    await expect(page.locator("h1")).to_have_text(booked)
    await page.goto(done)
    await page.locator("main a.button").first.click()
    await page.locator("form[action$='/code'] button").click()
    await expect(page.locator(".own__digits")).to_be_visible()
    await page.locator("a.button--danger").click()
    await page.locator("input[name=why]").nth(1).check()
    await page.locator("form.own__form button").click()
    await expect(page.get_by_text(cancelled)).to_be_visible()

    async with service.database.read() as session:
        visit = (await session.exec(select(Visit))).one()
    assert visit.state is VisitState.CANCELLED


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_no_page_of_the_story_has_a_barrier_or_is_too_wide(
    service: Installation, browser: Browser, language: str
) -> None:
    page = await _phone(browser, service, language, scripts=True)
    seen: list[str] = []

    async def look(page: Page) -> None:
        assert await troubles(page) == []
        seen.append(page.url)

    await page.goto(service.url("family", "/sign-in/phone/new"))
    await look(page)
    await _sign_in(page, service)
    await look(page)
    await _book(page, service, look)
    await page.goto(service.url("family", "/mine"))
    await look(page)
    visit = await page.locator("section.card h3 a").get_attribute("href")
    for path in (
        f"{visit}",
        f"{visit}/slip",
        f"{visit}/move",
        f"{visit}/cancel",
        "/mine/past",
        "/mine/waiting",
        "/mine/people",
        "/mine/people/new",
    ):
        await page.goto(service.url("family", path))
        await look(page)
    await page.goto(service.url("family", "/mine/waiting"))
    await page.locator("a.own__choice").first.click()
    await look(page)
    assert len(seen) == 17


async def _phone(
    browser: Browser, service: Installation, language: str, *, scripts: bool
) -> Page:
    context: BrowserContext = await browser.new_context(
        viewport=PHONE_SIZE, java_script_enabled=scripts
    )
    await context.add_cookies(
        [{"name": "lang", "value": language, "url": service.url("family", "/")}]
    )
    return await context.new_page()


async def _sign_in(page: Page, service: Installation) -> None:
    await page.goto(service.url("family", "/sign-in/phone"))
    await page.locator("#phone").fill(f"0{PHONE[3:]}")
    await page.locator("main form.card button").click()
    await expect(page.locator("#code")).to_be_visible()
    async with service.database.read() as session:
        rows = await session.exec(select(Challenge).order_by(col(Challenge.id).desc()))
        code = challenges.code_of(rows.first(), keyring=service.keyring)
    await page.locator("#code").fill(code or "")
    await page.locator("main form.card button").click()
    await page.wait_for_url("**/mine")


async def _book(page: Page, service: Installation, look: Look) -> str:
    """Six presses from the first page to a booked visit."""
    await page.locator("a.door--first").click()
    await page.wait_for_url("**/mine/book/*")
    await look(page)
    await page.locator("form.own__form button").click()
    await page.wait_for_url("**/days?*")
    await look(page)
    await page.locator(".own__day a").nth(1).click()
    await page.wait_for_url("**/times?*")
    await look(page)
    await page.locator(".own__tile").nth(2).click()
    await page.wait_for_url("**/mine/held/*")
    await look(page)
    await page.locator("main form .button--wide").click()
    await page.wait_for_url("**/done")
    await look(page)
    return page.url


async def _nothing(page: Page) -> None:
    return None
