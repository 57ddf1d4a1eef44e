"""The main job, from booking to outcome, as its people do it in real Chromium."""

import re

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlmodel import select

from tests.browser.barriers import troubles
from tests.browser.conftest import Installation
from tests.browser.people import in_state, open_page, sees_and_hears, sign_in
from visitation.places.tables import Station
from visitation.visits import Visit
from visitation.words import Role, StationKind

pytestmark = pytest.mark.browser


async def test_a_visit_from_booking_to_outcome(
    service: Installation, browser: Browser
) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    administrator = await open_page(context, service, "administrator")
    await sign_in(administrator, service, Role.ADMINISTRATOR)
    terminal = await _paired(context, service, administrator, StationKind.TERMINAL)
    kiosk = await _paired(context, service, administrator, StationKind.KIOSK)

    scheduler = await open_page(context, service, "scheduler")
    await sign_in(scheduler, service, Role.SCHEDULER)
    reference = await _book(scheduler, service)
    code = await _code_in_the_message(scheduler, service)

    await kiosk.goto(service.url("kiosk", "/station"))
    await kiosk.locator("#door-visit").click()
    await kiosk.get_by_label("Code of the visit").fill(code)
    await kiosk.get_by_role("button", name="Go on").click()
    await _check_devices(kiosk)
    await in_state(kiosk, "waiting")
    await terminal.wait_for_url(f"**/call/{reference}*")
    await in_state(terminal, "waiting")

    clerk = await open_page(context, service, "clerk")
    await sign_in(clerk, service, Role.CLERK)
    await clerk.goto(service.url("clerk", "/clerk"))
    await _tick(clerk, "Identified: زهرا کریمی")

    warden = await open_page(context, service, "warden")
    await sign_in(warden, service, Role.WARDEN)
    await warden.goto(service.url("warden", "/warden"))
    for tick in ("Told", "Brought", "Identified"):
        await _tick(warden, f"{tick}: رضا کریمی")
    await warden.get_by_role("button", name="Let in and start").click()
    await in_state(kiosk, "live")
    await in_state(terminal, "live")

    official = await open_page(context, service, "official")
    await sign_in(official, service, Role.OFFICIAL)
    await official.goto(service.url("official", "/official"))
    await official.get_by_role("link", name="Join").click()
    await in_state(official, "live")
    await sees_and_hears(kiosk, "prisoner", "official")
    await sees_and_hears(terminal, "visitor", "official")
    await sees_and_hears(official, "visitor", "prisoner")

    await _conduct(warden, kiosk, terminal, official)
    await _history(scheduler, service, reference)


async def _paired(
    context: BrowserContext,
    service: Installation,
    administrator: Page,
    kind: StationKind,
) -> Page:
    """Pair a browser with the station, by a code that an administrator shows."""
    async with service.database.read() as session:
        station = (
            await session.exec(select(Station).where(Station.kind == kind))
        ).one()
    await administrator.goto(service.url("administrator", f"/stations/{station.id}"))
    await administrator.get_by_role("button", name="Show a pairing code").click()
    code = await administrator.locator(".secret").inner_text()
    page = await open_page(context, service, kind.value)
    await page.goto(service.url(kind.value, "/pair"))
    await page.get_by_label("Pairing code").fill(code)
    await page.get_by_role("button", name="Pair").click()
    await page.wait_for_url("**/station")
    return page


async def _book(page: Page, service: Installation) -> str:
    """Book the next free slot, and return the reference of the visit."""
    await page.goto(service.url("scheduler", "/schedule"))
    await page.get_by_role("link", name="Free: book").first.click()
    await page.get_by_role("link", name="رضا کریمی").click()
    await page.get_by_role("checkbox", name="زهرا کریمی").check()
    await page.get_by_role("radio", name="کیوسک ۱").check()
    await page.get_by_label("Official who attends").select_option(index=1)
    await page.get_by_role("button", name="Check the booking").click()
    await page.get_by_role("button", name="Book the visit").click()
    await expect(page.get_by_text("The visit is booked.")).to_be_visible()
    async with service.database.read() as session:
        return (await session.exec(select(Visit))).one().reference


async def _code_in_the_message(page: Page, service: Installation) -> str:
    """The code as the console gateway sent it to the mother's phone."""
    for _ in range(60):
        await page.goto(service.url("scheduler", "/messages"))
        texts = await page.locator(".message-text").all_inner_texts()
        found = [
            match[0]
            for text in texts
            if (match := re.search(r"(?<!\d)\d{6}(?!\d)", _ascii(text)))
        ]
        waiting = await page.get_by_text("written, not sent").count()
        if found and len(texts) == 2 and not waiting:
            return found[0]
        await page.wait_for_timeout(500)
    raise AssertionError(f"no message with a code was sent: {texts}")


def _ascii(text: str) -> str:
    return text.translate({0x06F0 + digit: str(digit) for digit in range(10)})


async def _check_devices(page: Page) -> None:
    await page.get_by_role("button", name="Begin").click()
    await page.get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("Does the bar move?")).to_be_visible()
    await page.get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("Did you hear the voice?")).to_be_visible()
    await page.get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("Is the line good enough?")).to_be_visible()
    await page.get_by_role("button", name="Skip").click()
    await page.get_by_role("link", name="Go to the waiting room").click()


async def _tick(page: Page, words: str) -> None:
    """Tick it, and see that it is ticked."""
    button = page.get_by_role("button", name=words)
    await button.click()
    await expect(button).to_have_count(0)


async def _conduct(warden: Page, kiosk: Page, terminal: Page, official: Page) -> None:
    """Watch, pause, warn, mute, extend, and end with a reason."""
    await warden.get_by_role("link", name="Large view").click()
    await in_state(warden, "live")
    await expect(kiosk.get_by_text("Staff are watching")).to_be_visible()
    await warden.get_by_role("button", name="Pause the visit").click()
    for page in (kiosk, terminal, official):
        await in_state(page, "paused")
    for page in (warden, kiosk, official):
        assert await troubles(page) == []
    await warden.get_by_role("button", name="Let the visit go on").click()
    for page in (kiosk, terminal, official):
        await in_state(page, "live")
    await sees_and_hears(kiosk, "prisoner", "official")

    await warden.get_by_text("Say something").click()
    await warden.get_by_label("Message to everybody in the visit").fill("Five minutes.")
    await warden.get_by_role("button", name="Send the message").click()
    await expect(kiosk.get_by_text("Five minutes.")).to_be_visible()
    await warden.get_by_text("Make the visit longer").click()
    await warden.get_by_role("button", name="5 minutes more").click()
    await expect(warden.get_by_text("The visit was made longer.")).to_be_visible()
    await official.get_by_role("button", name="Leave").click()
    await official.get_by_role("button", name="Yes, leave").click()
    await in_state(official, "left")

    await warden.get_by_text("End the visit").click()
    assert await troubles(warden) == []
    await warden.get_by_role("button", name="Took place").click()
    for page in (kiosk, terminal):
        await in_state(page, "ended")
        assert await troubles(page) == []


async def _history(page: Page, service: Installation, reference: str) -> None:
    """Who did what and which messages went out, on one page."""
    await page.goto(service.url("scheduler", f"/visits/{reference}"))
    shown = re.sub("[\u2066-\u2069]", "", await page.locator("main").inner_text())
    for side in ("Prison", "Family", "Official"):
        assert re.search(rf"{side}’?'?s side\s+\d+\.\d\s+\d+\.\d", shown), side
    for act in (
        "Booked – Scheduler",
        "was identified – Clerk",
        "Started – Warden",
        "Extended by 5 minutes – Warden",
        "Official left the call",
        "Ended: Took place – Warden",
    ):
        assert act in shown, act
    await expect(page.locator(".message-text")).to_have_count(2)
