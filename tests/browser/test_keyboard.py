"""The main task of each role by keyboard alone, with scripts and without.

Clerks, wardens, officials and families have it in their own stories (`test_clerk`,
`test_duty`, `test_official`, `test_kiosk_accessible`, `test_own_phone`), and what is
left of staff without scripts is in `test_without_scripts`.
"""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, expect
from sqlmodel import select

from tests import make
from tests.browser.appointment import booked
from tests.browser.conftest import PHONE, Installation
from tests.browser.hands import Hands, signed_in
from tests.browser.people import open_page
from visitation.people import Account
from visitation.words import Role

pytestmark = pytest.mark.browser


@pytest.fixture(params=["scripts", "no scripts"])
def hands(
    request: pytest.FixtureRequest, service: Installation, browser: Browser
) -> Callable[[Role], Awaitable[Hands]]:
    """Signs somebody in by keyboard."""

    async def sign_in(role: Role) -> Hands:
        scripts = request.param == "scripts"
        return await signed_in(browser, service, role, scripts=scripts)

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
    await page.wait_for_url("**/audit?*who=scheduler*")
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
