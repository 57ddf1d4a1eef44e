"""A mother books, moves and cancels on her own phone, by keyboard, without scripts.

With them it is the same. The story is told by what the pages are made of, so that it is
the same in each language; axe looks at every page of it in a browser that runs scripts.
"""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect
from sqlmodel import col, select

from tests.browser.barriers import troubles
from tests.browser.conftest import PHONE, Installation
from tests.browser.hands import Hands
from visitation.devices import Challenge, challenges
from visitation.lifecycle import VisitState
from visitation.visits import Visit

pytestmark = pytest.mark.browser

PHONE_SIZE = {"width": 375, "height": 740}
Look = Callable[[Page], Awaitable[None]]
Press = Callable[[Locator], Awaitable[None]]
Write = Callable[[Locator, str], Awaitable[None]]


@pytest.mark.parametrize(
    ("language", "scripts", "said"),
    [
        ("fa", False, ("ملاقات شما ثبت شد", "این ملاقات برگزار نمی‌شود.")),
        ("en", True, ("Your visit is booked", "This visit does not take place.")),
    ],
    ids=["no scripts", "scripts"],
)
async def test_from_signing_in_to_booked_moved_and_cancelled_by_keyboard(
    service: Installation,
    browser: Browser,
    language: str,
    scripts: bool,
    said: tuple[str, str],
) -> None:
    booked, cancelled = said
    page = await _phone(browser, service, language, scripts=scripts)
    hands = Hands(page)

    await _sign_in(page, service, hands.type, hands.press)
    await _book(page, _nothing, hands.press)
    await expect(page.locator("h1")).to_have_text(booked)
    before = await _visit(service)
    await hands.follow(page.locator("main a.button"))
    await hands.press(page.locator("form[action$='/code'] button"))
    await expect(page.locator(".own__digits")).to_be_visible()
    await hands.follow(page.locator("a[href$='/move']"))
    await hands.follow(page.locator(".own__day a").nth(1))
    await hands.press(page.locator(".own__tile").nth(4))
    await page.wait_for_url("**/mine/visits/*")
    assert (await _visit(service)).starts_at != before.starts_at
    await hands.follow(page.locator("a.button--danger"))
    await hands.choose(page.locator("input[name=why]").nth(1))
    await hands.press(page.locator("form.own__form button"))
    await expect(page.get_by_text(cancelled)).to_be_visible()
    assert (await _visit(service)).state is VisitState.CANCELLED


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
    await _sign_in(page, service, Locator.fill, Locator.click)
    await look(page)
    await _book(page, look, Locator.click)
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


async def _sign_in(
    page: Page, service: Installation, write: Write, press: Press
) -> None:
    await page.goto(service.url("family", "/sign-in/phone"))
    await write(page.locator("#phone"), f"0{PHONE[3:]}")
    await press(page.locator("main form.card button"))
    await page.locator("#code").wait_for()
    async with service.database.read() as session:
        rows = await session.exec(select(Challenge).order_by(col(Challenge.id).desc()))
        code = challenges.code_of(rows.first(), keyring=service.keyring)
    await write(page.locator("#code"), code or "")
    await press(page.locator("main form.card button"))
    await page.wait_for_url("**/mine")


async def _book(page: Page, look: Look, press: Press) -> None:
    """Six presses from the first page to a booked visit."""
    for place, where in (
        (page.locator("a.door--first"), "**/mine/book/*"),
        (page.locator("form.own__form button"), "**/days?*"),
        (page.locator(".own__day a").nth(1), "**/times?*"),
        (page.locator(".own__tile").nth(2), "**/mine/held/*"),
        (page.locator("main form .button--wide"), "**/done"),
    ):
        await press(place.first)
        await page.wait_for_url(where)
        await look(page)


async def _visit(service: Installation) -> Visit:
    async with service.database.read() as session:
        return (await session.exec(select(Visit))).one()


async def _nothing(page: Page) -> None:
    return None
