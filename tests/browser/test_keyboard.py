"""The main task of each role by keyboard alone, with scripts and without.

Clerks, wardens and families have it in their own stories (`test_clerk`, `test_duty`,
`test_kiosk_accessible`); an official's in the call is in `test_official`.
"""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sqlmodel import select

from tests import make
from tests.browser.appointment import booked
from tests.browser.conftest import PASSWORD, PHONE, Installation
from tests.browser.people import open_page
from visitation.people import Account
from visitation.words import Role

pytestmark = pytest.mark.browser
#: More than the longest page has places to stop at.
STOPS = 120
FOCUSED = "one => one === document.activeElement"


class Hands:
    """Somebody who has a keyboard and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def to(self, place: Locator) -> None:
        """Go on with Tab until it has the focus."""
        wanted = place.first
        await expect(wanted).to_be_visible()
        at_the_top = await self.page.evaluate(
            "document.activeElement === document.body"
        )
        if at_the_top and await wanted.evaluate("one => one.closest('main') !== null"):
            # The first place to stop at leads past the menu.
            await self.page.keyboard.press("Tab")
            await self.page.keyboard.press("Enter")
        for _ in range(STOPS):
            if await wanted.evaluate(FOCUSED):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{place} cannot be reached by Tab")

    async def follow(self, place: Locator) -> None:
        await self.to(place)
        before = self.page.url
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(lambda url: url != before)

    async def press(self, place: Locator) -> None:
        """Press a button, and say yes where that is asked."""
        await self.to(place)
        await self.page.keyboard.press("Enter")
        yes = self.page.get_by_role("button", name="Yes, do it")
        if await yes.count():
            await self.to(yes)
            await self.page.keyboard.press("Enter")
        await self.page.wait_for_load_state()

    async def type(self, place: Locator, text: str) -> None:
        await self.to(place)
        await self.page.keyboard.type(text)

    async def choose(self, wanted: Locator) -> None:
        """Choose one of several by arrows, from the one that is on."""
        group = f"input[name={await wanted.get_attribute('name')}]"
        on = self.page.locator(f"{group}:checked")
        await self.to(on if await on.count() else self.page.locator(group))
        await self.page.keyboard.press("Space")
        for _ in range(STOPS):
            if await wanted.is_checked():
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{wanted} cannot be chosen by arrows")


@pytest.fixture(params=["scripts", "no scripts"])
def hands(
    request: pytest.FixtureRequest, service: Installation, browser: Browser
) -> Callable[[Role], Awaitable[Hands]]:
    """Signs somebody in by keyboard."""

    async def sign_in(role: Role) -> Hands:
        context = await browser.new_context(
            java_script_enabled=request.param == "scripts"
        )
        page = await open_page(context, service, role.value)
        await page.goto(service.url(role.value, "/sign-in"))
        hands = Hands(page)
        await hands.type(page.get_by_label("Username"), role.value)
        await hands.type(page.get_by_label("Password"), PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/staff")
        return hands

    return sign_in


async def test_schedulers_administrators_and_auditors_need_no_pointer(
    service: Installation, hands: Callable[[Role], Awaitable[Hands]]
) -> None:
    await _books_and_cancels(await hands(Role.SCHEDULER))
    await _pairs(await hands(Role.ADMINISTRATOR))
    await _with_auditor(service)
    await _searches(await hands(Role.AUDITOR))


async def test_a_family_comes_in_by_keys_with_scripts_and_without(
    service: Installation, browser: Browser
) -> None:
    _visit, code = await booked(service)
    for scripts in (True, False):
        context = await browser.new_context(java_script_enabled=scripts)
        page = await open_page(context, service, "family")
        await page.goto(service.url("family", "/"))
        hands = Hands(page)
        await hands.follow(page.locator("a.door").first)
        await hands.type(page.get_by_label("Code of the visit"), code)
        await hands.type(page.get_by_label("Last four digits"), PHONE[-4:])
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/check")
        await hands.to(page.get_by_role("link", name="waiting room"))


async def _books_and_cancels(hands: Hands) -> None:
    page = hands.page
    menu = page.get_by_role("navigation", name="Places")
    await hands.follow(menu.get_by_role("link", name="Booking"))
    await hands.follow(page.get_by_role("link", name="Free: book").nth(2))
    await hands.follow(page.get_by_role("link", name="رضا کریمی"))
    await hands.choose(page.get_by_role("radio", name="کیوسک ۱"))
    await hands.press(page.get_by_role("button", name="Check the booking"))
    await hands.press(page.get_by_role("button", name="Book the visit"))
    await expect(page.get_by_text("The visit is booked.").first).to_be_visible()

    await hands.follow(page.get_by_role("link", name="The visit", exact=True))
    await hands.follow(page.locator("a[href$='/cancel']"))
    await hands.choose(page.get_by_role("radio").first)
    await hands.type(page.get_by_label("Reason"), "Ill")
    await hands.press(page.get_by_role("button", name="Cancel the visit"))
    await expect(page.get_by_text("The visit is cancelled,").first).to_be_visible()


async def _pairs(hands: Hands) -> None:
    page = hands.page
    await hands.follow(page.locator("main a[href='/sites']"))
    await hands.follow(page.get_by_role("link", name="زندان مرکزی اصفهان"))
    await hands.follow(page.get_by_role("link", name="کابین ۱"))
    await hands.press(page.get_by_role("button", name="Show a pairing code"))
    await expect(page.get_by_text("Pairing code").first).to_be_visible()


async def _searches(hands: Hands) -> None:
    page = hands.page
    await hands.follow(page.locator("main a[href='/audit']"))
    await hands.type(page.get_by_label("Who did it"), "scheduler")
    await page.keyboard.press("Enter")
    await expect(page.locator("tbody tr").first).to_contain_text("Scheduler")
    await hands.to(page.locator("a[download]"))
    async with page.expect_download() as started:
        await page.keyboard.press("Enter")
    assert (await started.value).suggested_filename


async def _with_auditor(service: Installation) -> None:
    async with service.database.write() as session:
        rows = await session.exec(select(Account).where(Account.role == Role.CLERK))
        await make.account(
            session,
            Role.AUDITOR,
            username="auditor",
            password_hash=rows.one().password_hash,
            language="en",
            everywhere=True,
        )
