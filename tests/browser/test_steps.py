"""How many actions it takes; a scheduler's booking in six is counted in `test_day`.

An action is a press, or a field that is filled in.
"""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.appointment import booked, paired
from tests.browser.barriers import barriers
from tests.browser.conftest import PHONE, Installation
from tests.browser.people import PATIENCE_MS, in_state, open_page, sign_in
from tests.browser.test_around_the_call import part
from visitation.words import Role

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)

FAMILYS, WARDENS = 3, 2


class Counted:
    """Somebody's actions, one by one."""

    def __init__(self) -> None:
        self.actions = 0

    async def open(self, page: Page, address: str) -> None:
        """Press the address in a message."""
        self.actions += 1
        await page.goto(address)

    async def press(self, what: Locator) -> None:
        self.actions += 1
        await what.click()

    async def type(self, what: Locator, text: str) -> None:
        self.actions += 1
        await what.fill(text)


async def test_a_family_comes_in_by_three_actions_and_a_warden_begins_by_two(
    service: Installation, browser: Browser
) -> None:
    _visit, code = await booked(service, attendance=None)
    family, terminal, warden = await _at_hand(browser, service)

    mother = Counted()
    await mother.open(family, service.url("family", f"/join#{code}"))
    await expect(family.get_by_label("Code of the visit")).to_have_value(code)
    assert code not in family.url
    await mother.type(family.get_by_label("Last four digits"), PHONE[-4:])
    await mother.press(family.get_by_role("button", name="Go on"))
    await in_state(family, "waiting")
    await in_state(terminal, "waiting")

    await sign_in(warden, service, Role.WARDEN)
    officer = Counted()
    menu = warden.get_by_role("navigation", name="Places")
    await officer.press(menu.get_by_role("link", name="Visits in the prison"))
    await officer.press(warden.get_by_role("button", name="Let in and start"))
    for page in (family, terminal):
        await in_state(page, "live")

    assert (mother.actions, officer.actions) == (FAMILYS, WARDENS)


async def test_who_waits_is_told_gently_that_the_other_does_not_come(
    service: Installation, browser: Browser
) -> None:
    visit, code = await booked(service, attendance=None)
    family, terminal, warden = await _at_hand(browser, service)
    await family.goto(service.url("family", f"/join#{code}"))
    await expect(family.get_by_label("Code of the visit")).to_have_value(code)
    await family.get_by_label("Last four digits").fill(PHONE[-4:])
    await family.get_by_role("button", name="Go on").click()
    await in_state(family, "waiting")
    await in_state(terminal, "waiting")

    await sign_in(warden, service, Role.WARDEN)
    await warden.goto(service.url("warden", "/warden"))
    fold = warden.locator(f"#close-{visit.reference}")
    await fold.locator("summary").click()
    await fold.get_by_role("button", name="did not want to come").click()

    await in_state(family, "off")
    told = part(family, "undone")
    await expect(told).to_contain_text("It is nothing that you did.")
    await expect(told).to_contain_text("you may ask for another one")
    await expect(
        family.get_by_role("link", name="Ask for another time")
    ).to_be_visible()
    await expect(family.get_by_text("How was the visit?")).to_be_hidden()
    assert await barriers(family) == []
    await in_state(terminal, "off")
    await expect(part(terminal, "undone")).to_contain_text("tell the officer now")


async def _has_passed(page: Page, service: Installation) -> None:
    """Everything worked on this phone a while ago."""
    await page.goto(service.url("family", "/"))
    await page.evaluate("localStorage.setItem('device-passed', String(Date.now()))")


async def _at_hand(browser: Browser, service: Installation) -> tuple[Page, Page, Page]:
    """A family whose phone passed its test, a paired terminal, and a warden."""
    context = await browser.new_context()
    family = await open_page(context, service, "family")
    terminal = await open_page(context, service, "terminal")
    warden = await open_page(context, service, "warden")
    await paired(terminal, service)
    await _has_passed(family, service)
    return family, terminal, warden
