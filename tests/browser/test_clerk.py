"""A clerk's day at a village point, by keyboard alone and over a bad line."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Locator,
    Page,
    expect,
)
from sqlmodel import select

from tests.browser.appointment import booked
from tests.browser.barriers import troubles
from tests.browser.conftest import PASSWORD, Installation
from tests.browser.hands import Hands
from tests.browser.people import PATIENCE_MS
from visitation.people.tables import Account
from visitation.visits import Visit
from visitation.words import Attendance, Role

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)

#: 250 kbit/s with 300 ms there and back.
BAD_LINE = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 250_000 / 8,
    "uploadThroughput": 250_000 / 8,
}
WEIGHT = """() => [...performance.getEntriesByType('navigation'),
  ...performance.getEntriesByType('resource')]
  .filter((one) => !one.name.includes('/fonts/'))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
UNSENT = "Object.keys(sessionStorage).filter((key) => key.startsWith('unsent:'))"
#: What a page of a clerk may weigh compressed, with its styles and scripts, in bytes.
HEAVIEST = 60_000


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the story reads, in one language."""

    queue: str
    give: str
    next: str
    served: str
    hand_over: str
    hand: str
    broken: str
    restored: str
    handed: str
    kiosks: str
    report: str
    close: str
    sure: str
    closed: str


ENGLISH = Words(
    queue="Queue",
    give="To ask for a visit",
    next="Call the next: 1",
    served="Served 1",
    hand_over="Hand families over",
    hand="Hand over",
    broken="There is no connection.",
    restored="It is still here.",
    handed="The official reads it now.",
    kiosks="Kiosks",
    report="Report",
    close="Close the day",
    sure="Yes, do it",
    closed="The day is closed. Its report stands.",
)
PERSIAN = Words(
    queue="صف",
    give="برای گرفتن نوبت ملاقات",
    next="صدا زدن بعدی: ۱",
    served="کارش انجام شد",
    hand_over="تحویل خانواده‌ها",
    hand="تحویل دادن",
    broken="ارتباط قطع است.",
    restored="هنوز اینجاست.",
    handed="مقام قضایی اکنون آن را می‌خواند.",
    kiosks="ایستگاه‌ها",
    report="گزارش",
    close="بستن روز",
    sure="بله",
    closed="روز بسته شد و گزارش آن ثبت است.",
)


@pytest.mark.parametrize(
    ("language", "words"), [("en", ENGLISH), ("fa", PERSIAN)], ids=["en", "fa"]
)
async def test_a_day_at_the_point_by_keyboard_on_a_bad_line(
    service: Installation, browser: Browser, language: str, words: Words
) -> None:
    visit, code = await booked(service, attendance=Attendance.VILLAGE, at_kiosk=True)
    context = await browser.new_context(viewport={"width": 1024, "height": 768})
    page = await _signed_in(context, service, language)
    hands = Hands(page)
    line = await context.new_cdp_session(page)
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", BAD_LINE)

    # The scanner types the slip's address and Enter; Enter again ticks the arrival.
    await page.goto(service.url("clerk", "/clerk"))
    await _looks_well(page)
    await page.keyboard.type(f"https://visits.example/join#code={code}")
    await page.keyboard.press("Enter")
    await expect(page.locator("[id^=tick-arrived-]")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".tick--done")).to_have_count(1)
    await hands.enter(page.locator("[id^=tick-identified-]"))
    await expect(page.locator(".tick--done")).to_have_count(2)
    await _looks_well(page)

    await hands.follow(_way(page, words.queue))
    await hands.enter(_button(page, words.give))
    await expect(page.locator("#given")).to_be_visible()
    await hands.enter(_button(page, words.next))
    await hands.enter(_button(page, words.served))
    await expect(page.locator("#ended")).to_be_visible()
    await _looks_well(page)

    await hands.follow(_way(page, words.hand_over))
    await _hands_over_on_a_broken_line(hands, line, visit, words)
    await _looks_well(page)

    await hands.follow(_way(page, words.kiosks))
    await _looks_well(page)

    service.clock.forward(timedelta(minutes=55))
    await hands.follow(_way(page, words.report))
    await _looks_well(page)
    await hands.enter(_button(page, words.close))
    await hands.enter(_button(page, words.sure))
    await expect(page.get_by_text(words.closed)).to_be_visible()
    await expect(page.locator("#figure-arrived")).to_have_text(
        "1" if language == "en" else "۱"
    )
    await _looks_well(page)

    # What was typed goes with whoever typed it.
    await page.locator(".who form[action='/sign-out'] button").press("Enter")
    await page.wait_for_url("**/")
    assert await page.evaluate(UNSENT) == []


async def _hands_over_on_a_broken_line(
    hands: Hands, line: CDPSession, visit: Visit, words: Words
) -> None:
    """The line goes while a form is open; what was typed stays, and is sent once."""
    page = hands.page
    field = f"#text-{visit.reference}"
    await hands.to(page.locator(field))
    await page.keyboard.type("Furlough for the wedding")
    await line.send("Network.emulateNetworkConditions", {**BAD_LINE, "offline": True})
    await hands.enter(_button(page, words.hand))
    await expect(page.get_by_text(words.broken)).to_be_visible()
    await expect(page.locator(field)).to_have_value("Furlough for the wedding")

    # Whoever loads the page again has it still.
    await line.send("Network.emulateNetworkConditions", BAD_LINE)
    await page.reload()
    await expect(page.locator(field)).to_have_value("Furlough for the wedding")
    await expect(page.get_by_text(words.restored)).to_be_visible()
    await hands.enter(_button(page, words.hand))
    await expect(page.get_by_text(words.handed)).to_be_visible()


async def _signed_in(
    context: BrowserContext, service: Installation, language: str
) -> Page:
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    async with service.database.write() as session:
        rows = await session.exec(select(Account).where(Account.role == Role.CLERK))
        rows.one().language = language
    await page.goto(service.url("clerk", "/sign-in"))
    await page.locator("#username").fill("clerk")
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/staff")
    return page


def _button(page: Page, words: str) -> Locator:
    return page.get_by_role("button", name=words)


def _way(page: Page, words: str) -> Locator:
    """One of the clerk's pages, beside the others."""
    return page.locator(".ways").get_by_role("link", name=words, exact=True)


async def _looks_well(page: Page) -> None:
    """No barrier, nothing that sticks out on a phone, and light enough."""
    await page.wait_for_load_state("load")
    weight = await page.evaluate(WEIGHT)
    print(page.url, weight, "bytes")
    assert weight < HEAVIEST
    assert await troubles(page) == []
