"""An auditor plays a recording, in real Chromium: all of it at one time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from config import recorded, recordings, seed
from config.program import running
from tests.browser.barriers import troubles
from tests.browser.conftest import PASSWORD, SECRET, settings_of
from tests.browser.people import PATIENCE_MS
from tests.pages import kept
from tests.remembering import opened
from tests.web.shelves import acts, flipped
from visitation.database import Database
from visitation.keyring import Keyring
from web.recording_shelf import Shelf

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)

#: Where each video that shows something is in the recording, at one moment.
PLACES = """() => {
  const lanes = JSON.parse(document.getElementById("timeline").textContent).lanes;
  const pieces = lanes.flatMap((lane) => lane.pieces);
  return [...document.querySelectorAll("[data-picture]")]
    .filter((video) => video.src && !video.paused && !video.ended)
    .map((video) => video.currentTime
      + pieces.find((one) => one.source === new URL(video.src).pathname).from);
}"""
SEEK = """(place) => {
  const bar = document.querySelector("[data-player=bar]");
  bar.value = place;
  bar.dispatchEvent(new Event("input"));
}"""
PLAYING = """count => [...document.querySelectorAll("[data-picture]")]
  .filter((video) => !video.paused && video.readyState > 2).length === count"""
APART = 0.15


@dataclass(frozen=True, kw_only=True)
class Archive:
    """The service with one recording, and where it lies."""

    port: int
    database: Database
    shelf: Shelf
    reference: str

    @property
    def page(self) -> str:
        return f"http://auditor.localhost:{self.port}/recordings/{self.reference}"


@pytest.fixture
async def archive(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Archive]:
    told = {"recordings": kept.section(tmp_path)}
    settings = settings_of(sqlite_url, tmp_path).model_copy(update=told)
    database, keyring = opened(sqlite_url), Keyring(SECRET.encode())
    shelf = recordings.shelf(settings)
    assert shelf is not None
    await seed.fill(database, keyring, password=PASSWORD, now=datetime.now(UTC))
    reference = await recorded.fill(database, keyring, shelf=shelf)
    async with running(settings, database):
        yield Archive(
            port=settings.web.port,
            database=database,
            shelf=shelf,
            reference=reference,
        )


async def auditor(archive: Archive, context: BrowserContext) -> Page:
    """Signed in, before the page of the recording, which asks for a reason."""
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    host = f"http://auditor.localhost:{archive.port}"
    await context.add_cookies([{"name": "lang", "value": "en", "url": host}])
    await page.goto(f"{host}/sign-in?next=/recordings")
    await page.get_by_label("Username").fill("auditor")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.locator(f"a[href='/recordings/{archive.reference}']").click()
    await expect(
        page.get_by_role("heading", name="Why do you play it?")
    ).to_be_visible()
    return page


async def asks(page: Page, *, scripts: bool = True) -> None:
    """Give a reason, and come to the player, ready to be used."""
    await page.get_by_label("For a case").check()
    await page.get_by_role("button", name="Go on to the recording").click()
    await expect(page.get_by_role("heading", name="Play", exact=True)).to_be_visible()
    if scripts:
        await page.wait_for_selector("html[data-ready]", state="attached")


async def apart(page: Page) -> float:
    """How far pictures were from each other, mostly, in two seconds of playing."""
    seen: list[list[float]] = []
    for _ in range(10):
        seen.append(await page.evaluate(PLACES))
        await page.wait_for_timeout(200)
    # A slow machine comes to an end meanwhile, where nothing plays any more.
    played = [places for places in seen if places]
    assert played
    return median(max(places) - min(places) for places in played)


async def test_a_recording_is_asked_for_played_and_sought_through(
    archive: Archive, browser: Browser
) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await auditor(archive, context)
    assert await troubles(page) == []
    await asks(page)
    # Looking at the page plays nothing, and nothing is on record.
    assert await acts(archive.database, "recording_played") == []

    await page.get_by_role("button", name="Play", exact=True).click()
    await page.wait_for_function(PLAYING, arg=3)
    assert await apart(page) < APART
    assert await troubles(page) == []

    # The line of one was broken here: a card stands where the picture would.
    await page.evaluate(SEEK, 10)
    cards = page.locator("[data-card]:visible")
    await expect(cards).to_have_count(1)
    await expect(cards).to_have_text("No picture")
    await page.wait_for_timeout(500)
    assert await apart(page) < APART

    # The first is sent smaller from here on, which is another file.
    await page.evaluate(SEEK, 18)
    await page.wait_for_function(
        "() => document.querySelector('[data-picture]').videoWidth === 128"
    )
    await page.wait_for_function(PLAYING, arg=3)
    assert await apart(page) < APART
    await expect(cards).to_have_count(0)

    # It ends by itself, and begins again.
    await page.evaluate(SEEK, 24)
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    await expect(page.locator("[data-player=time]")).to_have_text("0:25 / 0:25")
    played = await acts(archive.database, "recording_played")
    assert len({one["file"] for one in played}) == len(played) == 4


async def test_the_keyboard_plays_skips_and_hurries(
    archive: Archive, browser: Browser
) -> None:
    page = await auditor(archive, await browser.new_context())
    await asks(page)
    time, button = (
        page.locator("[data-player=time]"),
        page.locator("[data-player=play]"),
    )
    await page.locator(".player__stage").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("l")
    await expect(time).to_have_text("0:15 / 0:25")
    await page.keyboard.press("j")
    await page.keyboard.press("ArrowLeft")
    await expect(time).to_have_text("0:00 / 0:25")
    await page.keyboard.press("k")
    await expect(button).to_have_text("Pause")
    await page.keyboard.press(".")
    await expect(page.locator("[data-player=rate]")).to_have_value("1.25")
    await page.keyboard.press(" ")
    await expect(button).to_have_text("Play")
    await page.keyboard.press("End")
    await expect(time).to_have_text("0:25 / 0:25")
    # On the bar the browser's own keys hold, by which it moves a second.
    await page.locator("[data-player=bar]").focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowRight")
    await expect(time).to_have_text("0:01 / 0:25")
    said = await page.locator("[data-player=bar]").get_attribute("aria-valuetext")
    assert said == "0:01 / 0:25"


async def test_a_damaged_file_stops_everything_and_names_its_segment(
    archive: Archive, browser: Browser
) -> None:
    home = archive.shelf.directory / archive.reference
    for film in home.glob("*-1.webm.sealed"):
        flipped(film, 500)
    page = await auditor(archive, await browser.new_context())
    await asks(page)
    await page.get_by_role("button", name="Play", exact=True).click()
    alarm = page.get_by_role("alert")
    await expect(alarm).to_contain_text("Segment 0 of the file")
    await expect(alarm).to_contain_text("was changed")
    await expect(page.locator("[data-player=play]")).to_have_text("Play")
    assert await page.evaluate(PLACES) == []


async def test_without_scripts_each_file_plays_by_itself(
    archive: Archive, browser: Browser
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await auditor(archive, context)
    await asks(page, scripts=False)
    films: Any = page.locator("video[controls]")
    await expect(films).to_have_count(4)
    await expect(films.first).to_be_visible()
    await expect(page.locator("[data-player=bar]")).to_be_hidden()
    await films.first.focus()
    await page.keyboard.press(" ")
    for _ in range(100):
        if await films.first.evaluate("video => video.currentTime") > 0.5:
            break
        await page.wait_for_timeout(100)
    assert await films.first.evaluate("video => video.currentTime") > 0.5
