"""A mother asks at the kiosk and is answered in the visit; order and figures follow."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.appointment import booked, paired
from tests.browser.conftest import Installation
from tests.browser.people import (
    PATIENCE_MS,
    in_state,
    let_in,
    open_page,
    sees_and_hears,
    sign_in,
)
from tests.browser.test_filing import heard, typed
from tests.browser.test_kiosk import HOST, paired_kiosk
from visitation.words import Role

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)
#: Figures are of this minute, by design; a loaded machine takes longer.
_FIGURES_S = 120
TRACKING_DIGITS = 10


async def test_a_furlough_asked_for_at_the_kiosk_is_granted_ordered_and_counted(
    service: Installation, browser: Browser
) -> None:
    visit, code = await booked(service, at_kiosk=True)
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    kiosk = await paired_kiosk(context, service)
    tracking = await _ask(kiosk, code)

    warden = await _meet(context, service, kiosk, visit.reference, code)
    official = await _grant(context, service, visit.reference)
    assert len(tracking) == TRACKING_DIGITS
    assert "موافقت شد" in await _told(official, service)
    await _end(warden, service)
    await _carry_out(warden, service)

    counted = {
        "Visits that took place": "1",
        "Requests raised": "1",
        "Requests decided": "1",
        "Half were decided within": "0 days",
    }
    assert await _figures(context, service, *counted) == counted


async def _ask(kiosk: Page, code: str) -> str:
    """By pictures and the voice, before the visit; the code to follow it by."""
    await kiosk.get_by_role("link", name=re.compile("^My requests")).click()
    await kiosk.get_by_label("Code of the visit").click()
    await typed(kiosk, code)
    await kiosk.get_by_role("button", name="Go on").click()
    await kiosk.wait_for_url("**/file")
    await kiosk.get_by_role("button", name="Ask for something").click()
    await heard(kiosk, "ask.what")
    await kiosk.get_by_role("link", name="To come home").click()
    await kiosk.get_by_role("button", name="For a few days").click()
    await heard(kiosk, "filing.form")
    await kiosk.get_by_label("To see the family").check()
    await kiosk.get_by_role("button", name="Go on").click()
    await heard(kiosk, "asked.furlough")
    await kiosk.get_by_role("button", name="Yes, hand it in").click()
    await kiosk.wait_for_url("**/receipt")
    shown = await kiosk.locator(".filing__big").inner_text()
    await kiosk.get_by_role("link", name="Done").click()
    await kiosk.wait_for_url("**/station")
    return re.sub(r"\D", "", shown)


async def _meet(
    context: BrowserContext, service: Installation, kiosk: Page, visit: str, code: str
) -> Page:
    """Mother and son see each other; the warden's page."""
    terminal = await open_page(context, service, "terminal")
    await paired(terminal, service)
    await in_state(terminal, "waiting")
    # Whoever is done leaves the kiosk as the next ones find it.
    await kiosk.get_by_text("English", exact=True).click()
    await kiosk.get_by_role("link", name=re.compile("^Visit ")).click()
    await kiosk.get_by_label("Code of the visit").click()
    await typed(kiosk, code)
    await kiosk.get_by_role("button", name="Go on").click()
    await kiosk.wait_for_url("**/check*")
    await kiosk.goto(service.url(HOST, f"/call/{visit}"))
    await in_state(kiosk, "waiting")
    warden = await open_page(context, service, "warden")
    await let_in(warden, service)
    for page in (kiosk, terminal):
        await in_state(page, "live")
    await sees_and_hears(kiosk, "prisoner")
    return warden


async def _grant(context: BrowserContext, service: Installation, visit: str) -> Page:
    """Beside the pictures, with an order to the prison that is due in five days."""
    official = await open_page(context, service, "official")
    await sign_in(official, service, Role.OFFICIAL)
    await official.goto(service.url("official", f"/call/{visit}"))
    await in_state(official, "live")
    await sees_and_hears(official, "visitor", "prisoner")
    board, desk = official.locator("#beside-board"), official.locator("#beside-desk")
    await board.get_by_role("link", name="Answer").click()
    await desk.get_by_role("link", name="Leave is granted").click()
    await desk.get_by_label("Text", exact=True).fill("Three days of leave from Friday")
    await desk.get_by_text("Tell the prison to do something").click()
    await desk.get_by_label("What the prison is to do").fill("Prepare three days")
    await desk.get_by_label("In how many working days").fill("5")
    await desk.get_by_role("button", name="Read it back").click()
    within = desk.get_by_text("To the prison, within 5 working days:")
    await expect(within).to_be_visible()
    await desk.get_by_role("button", name="Yes, send").click()
    await expect(desk.get_by_text("It has the number")).to_be_visible()
    return official


async def _told(official: Page, service: Installation) -> str:
    """What was sent of it, exactly."""
    await official.goto(service.url("official", "/cases?view=all"))
    await official.locator("th[scope=row] a").click()
    return await official.locator(".message-text").last.inner_text()


async def _end(warden: Page, service: Installation) -> None:
    await warden.goto(service.url("warden", "/warden"))
    await warden.get_by_role("link", name="Large view").click()
    await in_state(warden, "live")
    await warden.get_by_text("End the visit").click()
    await warden.get_by_role("button", name="Took place").click()


async def _carry_out(warden: Page, service: Installation) -> None:
    await warden.goto(service.url("warden", "/orders"))
    await warden.locator(".order summary").first.click()
    await warden.get_by_label("How it was done").fill("The papers are ready")
    await warden.get_by_role("button", name="Report it as done").click()
    done = warden.get_by_text("The order is reported as done.")
    await expect(done).to_be_visible()


async def _figures(
    context: BrowserContext, service: Installation, *titles: str
) -> dict[str, str]:
    """Some figures of the day, as they are once the counting is done."""
    page = await open_page(context, service, "administrator")
    await sign_in(page, service, Role.ADMINISTRATOR)
    shown: dict[str, str] = {}
    for _ in range(_FIGURES_S):
        await page.goto(service.url("administrator", "/statistics?span=today"))
        for title in titles:
            box = page.locator(".figures__one", has_text=title)
            shown[title] = await box.locator(".figures__value").inner_text()
        if shown[titles[0]] != "0":
            return shown
        await asyncio.sleep(1)
    raise AssertionError(f"nothing was counted: {shown}")
