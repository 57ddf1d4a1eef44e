"""A kiosk in real Chromium: reads a slip, speaks, asks whether somebody is there."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlmodel import select

from tests.browser.appointment import booked, paired, station
from tests.browser.chromium import chromium
from tests.browser.conftest import Installation
from tests.browser.people import open_page
from tests.browser.slip_camera import film
from visitation import devices, visits
from visitation.words import StationKind
from web import station_frame

pytestmark = pytest.mark.browser

HOST = "kiosk"
#: Until a kiosk asks whether somebody is there, and until it does not wait any longer.
QUIET, PATIENCE = "01:31", "00:31"


@asynccontextmanager
async def _seeing(path: Path, text: str | None) -> AsyncIterator[Browser]:
    """A browser whose camera sees a slip."""
    seen = film(path / "slip.y4m", text)
    async with chromium(more=(f"--use-file-for-fake-video-capture={seen}",)) as opened:
        yield opened


async def paired_kiosk(
    context: BrowserContext, service: Installation, *, instead: bool = False
) -> Page:
    """The village's kiosk, at its first page."""
    kiosk = await station(service, StationKind.KIOSK)
    page = await open_page(context, service, HOST)
    await paired(page, service, host=HOST, station_id=kiosk.id, instead=instead)
    await page.wait_for_url("**/station")
    return page


async def visit_here(service: Installation) -> str:
    """A visit at the kiosk in its next slot, and the family's code."""
    _visit, code = await booked(service, attendance=None, at_kiosk=True)
    return code


async def number_of(service: Installation) -> str:
    """The operator's number of the kiosk."""
    kiosk = await station(service, StationKind.KIOSK)
    async with service.database.read() as session:
        devices_of = await devices.paired(session, station_ids=[kiosk.id])
    return station_frame.operator_number(service.keyring, devices_of[kiosk.id].id)


async def test_a_slip_before_the_camera_opens_the_visit(
    service: Installation, tmp_path: Path
) -> None:
    code = await visit_here(service)
    address = f"https://visits.example.ir/join#code={code}"
    async with _seeing(tmp_path, address) as browser:
        page = await paired_kiosk(await browser.new_context(), service)
        await page.get_by_role("link", name=re.compile("^Visit ")).click()
        await page.get_by_role("button", name="Show the slip to the camera").click()

        await page.wait_for_url("**/check")
        heading = page.get_by_role("heading", name="Try your device")
        await expect(heading).to_be_visible()


async def test_a_picture_that_is_no_slip_is_told_and_digits_are_typed(
    service: Installation, tmp_path: Path
) -> None:
    async with _seeing(tmp_path, "https://shop.example/join#code=12") as browser:
        page = await paired_kiosk(await browser.new_context(), service)
        await page.goto(service.url(HOST, "/join"))
        await page.get_by_role("button", name="Show the slip to the camera").click()

        told = page.get_by_text("This is not the square of a visit’s slip.")
        await expect(told).to_be_visible()
        await page.get_by_role("button", name="Type the digits instead").click()
        await expect(page.get_by_label("Code of the visit")).to_be_focused()
        await expect(told).to_be_hidden()


async def test_a_smudged_slip_leads_to_the_digits(
    service: Installation, tmp_path: Path
) -> None:
    async with _seeing(tmp_path, None) as browser:
        page = await paired_kiosk(await browser.new_context(), service)
        await page.clock.install()
        await page.goto(service.url(HOST, "/join"))
        await page.get_by_role("button", name="Show the slip to the camera").click()
        scan = page.get_by_role("region", name="Show the slip to the camera")
        await expect(scan).to_have_attribute("data-state", "looking")

        await page.clock.run_for("00:21")

        await expect(page.get_by_text("The square cannot be read.")).to_be_visible()


async def test_a_slips_address_on_a_phone_fills_in_the_code(
    service: Installation, browser: Browser
) -> None:
    _visit, code = await booked(service)
    page = await open_page(await browser.new_context(), service, "family")

    await page.goto(service.url("family", f"/join#code={code}"))

    await expect(page.get_by_label("Code of the visit")).to_have_value(code)
    await expect(page.get_by_label("Last four digits of your phone")).to_be_focused()
    assert code not in page.url


async def test_a_kiosk_speaks_and_is_silent_when_told(
    service: Installation, browser: Browser
) -> None:
    page = await paired_kiosk(await browser.new_context(), service)
    await page.get_by_role("link", name=re.compile("^Visit ")).click()
    listen = page.get_by_role("button", name="Listen").first

    # It speaks by itself, because somebody has touched the kiosk.
    await expect(listen).to_have_attribute("data-playing", "")
    await page.get_by_role("button", name="Voice").click()
    await expect(listen).not_to_have_attribute("data-playing", "")
    await page.reload()
    await expect(page.get_by_role("button", name="Voice")).to_have_attribute(
        "aria-pressed", "false"
    )
    await expect(listen).not_to_have_attribute("data-playing", "")
    await listen.press("Space")
    await expect(listen).to_have_attribute("data-playing", "")


async def test_a_phone_is_silent_until_it_is_asked(
    service: Installation, browser: Browser
) -> None:
    page = await open_page(await browser.new_context(), service, "family")
    await page.goto(service.url("family", "/"))
    listen = page.get_by_role("button", name="Listen")
    voice = page.get_by_role("button", name="Voice")

    await expect(voice).to_have_attribute("aria-pressed", "false")
    await listen.click()
    await expect(listen).to_have_attribute("data-playing", "")
    # Who listens once is read to from then on.
    await expect(voice).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("link", name=re.compile("^Visit ")).click()
    spoken = page.get_by_role("button", name="Listen").first
    await expect(spoken).to_have_attribute("data-playing", "")


async def test_larger_letters_lose_nothing_that_was_typed(
    service: Installation, browser: Browser
) -> None:
    page = await open_page(await browser.new_context(), service, "family")
    await page.goto(service.url("family", "/join"))
    await page.get_by_label("Code of the visit").fill("123")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = await page.evaluate(size)

    await page.get_by_role("button", name="Larger letters").click()
    await page.get_by_role("button", name="Larger letters").click()

    assert await page.evaluate(size) > 1.4 * before
    await expect(page.get_by_label("Code of the visit")).to_have_value("123")
    await expect(page.get_by_role("button", name="Larger letters")).to_be_disabled()
    await page.reload()
    assert await page.evaluate(size) > 1.4 * before


async def test_an_idle_kiosk_asks_and_then_forgets(
    service: Installation, browser: Browser
) -> None:
    page = await paired_kiosk(await browser.new_context(), service)
    await page.clock.install()
    await page.goto(service.url(HOST, "/join"))
    await page.get_by_label("Code of the visit").fill("123456")

    await page.clock.run_for(QUIET)
    question = page.get_by_role("alertdialog", name="Are you still here?")
    await expect(question).to_be_visible()
    await question.get_by_role("button", name="I am still here").click()
    await expect(question).to_be_hidden()
    await expect(page.get_by_label("Code of the visit")).to_have_value("123456")

    await page.clock.run_for(QUIET)
    await expect(question).to_be_visible()
    await page.clock.run_for(PATIENCE)
    await page.wait_for_url("**/station")
    # The language that was chosen is forgotten too.
    await expect(page.locator("html")).to_have_attribute("lang", "fa")


async def test_there_is_no_way_back_to_the_last_family(
    service: Installation, browser: Browser
) -> None:
    code = await visit_here(service)
    page = await paired_kiosk(await browser.new_context(), service)
    await page.goto(service.url(HOST, "/join"))
    await page.get_by_label("Code of the visit").fill(code)
    await page.get_by_role("button", name="Go on").click()
    await page.wait_for_url("**/check")
    await page.evaluate("document.getElementById('over').requestSubmit()")
    await page.wait_for_url("**/station")

    await page.evaluate("history.go(-1)")
    await page.wait_for_timeout(500)
    assert page.url.endswith("/station")
    await page.goto(service.url(HOST, "/check"))
    await page.wait_for_url("**/join")


async def test_a_visit_that_is_due_asks_for_its_code_by_itself_once(
    service: Installation, browser: Browser
) -> None:
    await visit_here(service)
    page = await paired_kiosk(await browser.new_context(), service)
    async with service.database.read() as session:
        now = service.clock()
        starts_at = (await session.exec(select(visits.Visit.starts_at))).one()
    service.clock.forward(starts_at - now)
    await page.reload()

    await expect(page.get_by_text("It is the turn of the visit at")).to_be_visible()
    await page.wait_for_url("**/join")
    await page.evaluate("document.getElementById('over').requestSubmit()")
    await page.wait_for_url("**/station")
    await expect(page.locator(".due")).to_be_visible()
    await page.wait_for_timeout(9000)
    assert page.url.endswith("/station")


async def test_without_a_network_nothing_typed_is_lost(
    service: Installation, browser: Browser
) -> None:
    context = await browser.new_context()
    page = await paired_kiosk(context, service)
    await page.goto(service.url(HOST, "/join"))
    code = page.get_by_label("Code of the visit")
    await code.fill("123456")

    await context.set_offline(True)
    await expect(page.get_by_text("No connection.")).to_be_visible()
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("link", name="Back").click()
    await page.wait_for_timeout(300)
    assert page.url.endswith("/join")
    await expect(code).to_have_value("123456")

    await context.set_offline(False)
    await expect(page.get_by_text("No connection.")).to_be_hidden()
    await page.get_by_role("button", name="Go on").click()
    await expect(page.locator(".errors")).to_be_visible()


async def test_a_kiosk_stays_lit_and_fills_the_screen(
    service: Installation, browser: Browser
) -> None:
    context = await browser.new_context()
    await context.add_init_script(
        """const said = () => document.documentElement.dataset;
        const ask = async (what) => { said()[what] = "asked"; };
        Object.defineProperty(navigator, "wakeLock", { value: { request: ask } });
        Element.prototype.requestFullscreen = () => ask("whole");"""
    )
    page = await paired_kiosk(context, service)

    await expect(page.locator("html[data-screen=asked]")).to_be_attached()
    await expect(page.locator("html[data-whole=asked]")).not_to_be_attached()
    await page.locator("main").click(position={"x": 2, "y": 2})
    await expect(page.locator("html[data-whole=asked]")).to_be_attached()


async def test_staff_hold_the_name_and_type_the_number(
    service: Installation, browser: Browser
) -> None:
    page = await paired_kiosk(await browser.new_context(), service)
    number = await number_of(service)
    name = page.get_by_role("button", name="کیوسک ۱")

    await name.click()
    await page.wait_for_timeout(300)
    assert page.url.endswith("/station")
    await name.click(delay=3200)
    await page.wait_for_url("**/station/operator")
    await page.get_by_label("Operator’s number").fill(number)
    await page.get_by_role("button", name="Open the menu").click()

    await expect(page.get_by_role("link", name="Try the line")).to_be_visible()
    await page.get_by_role("button", name="Forget the family, and begin anew").click()
    await page.wait_for_url("**/station")
