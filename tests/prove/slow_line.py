"""`make prove-slow-line`: a family's story on 2G, page by page, with what each weighs.

250 kbit/s and 300 ms both ways, as Chromium's own tools slow a line. The first page
has to be readable within 5 s and every later one within 2 s, until the waiting room.
Usable is when words stand there, since pages work without scripts, and for the call
when the service has answered; bytes are those that travelled for that page.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page
from sqlmodel import col, select

from config.program import running
from tests.browser.appointment import booked
from tests.browser.chromium import chromium
from tests.browser.conftest import (
    PHONE,
    SECRET,
    Installation,
    MorningClock,
    populate,
    settings_of,
)
from visitation.database import Database, migrate
from visitation.devices import Challenge, challenges
from visitation.keyring import Keyring

LINE = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 250_000 / 8,
    "uploadThroughput": 250_000 / 8,
}
WAITS = "() => document.documentElement.dataset.callState === 'waiting'"
FIRST_SECONDS, LATER_SECONDS = 5.0, 2.0
PAINTED = """() => {
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  return paint ? paint.startTime / 1000 : -1;
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One page: seconds until it could be used, requests, and bytes that came."""

    name: str
    usable: float
    requests: int
    size: int


class Slow:
    """A phone on a slow line, which notes what every page costs."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.opened: list[Opened] = []
        self._requests = self._size = 0

    async def begin(self) -> None:
        line = await self.page.context.new_cdp_session(self.page)
        await line.send("Network.enable")
        await line.send("Network.emulateNetworkConditions", LINE)
        line.on("Network.responseReceived", self._asked)
        line.on("Network.loadingFinished", self._came)

    def _asked(self, said: dict[str, Any]) -> None:
        self._requests += not said["response"].get("fromDiskCache", False)

    def _came(self, said: dict[str, Any]) -> None:
        self._size += int(said["encodedDataLength"])

    async def note(self, name: str, usable: str = "") -> None:
        """The page that stands there now is the next of the story."""
        painted = -1.0
        while painted < 0:
            await self.page.wait_for_timeout(100)
            painted = await self.page.evaluate(PAINTED)
        if usable:
            await self.page.wait_for_function(usable)
        usable_at = await self.page.evaluate("performance.now() / 1000")
        await self.page.wait_for_load_state("networkidle")
        self.opened.append(
            Opened(
                name=name,
                usable=usable_at if usable else painted,
                requests=self._requests,
                size=self._size,
            )
        )
        self._requests = self._size = 0


async def by_code(slow: Slow, service: Installation, code: str) -> None:
    """From the address in a message to the waiting room."""
    page = slow.page
    await page.goto(service.url("family", f"/join#{code}"), wait_until="commit")
    await slow.note("the code")
    await page.locator('input[name="phone"]').fill(PHONE[-4:])
    await page.locator("#join-form button").last.click()
    await page.wait_for_url("**/check", wait_until="commit")
    await slow.note("try your device")
    await page.locator('[data-first] a[href^="/call/"]').click()
    await page.wait_for_url("**/call/*", wait_until="commit")
    await slow.note("the waiting room", usable=WAITS)


async def on_own_phone(slow: Slow, service: Installation) -> None:
    """Sign in, book a visit, and look at it; the first six pages of self-service."""
    page = slow.page
    await page.goto(service.url("own", "/"), wait_until="commit")
    await slow.note("the first page")
    await page.goto(service.url("own", "/sign-in/phone"), wait_until="commit")
    await slow.note("sign in")
    await page.locator("#phone").fill(f"0{PHONE[3:]}")
    await page.locator("main form.card button").click()
    await page.wait_for_url("**/code*", wait_until="commit")
    await slow.note("the number that came")
    async with service.database.read() as session:
        rows = await session.exec(select(Challenge).order_by(col(Challenge.id).desc()))
        code = challenges.code_of(rows.first(), keyring=service.keyring)
    await page.locator("#code").fill(code or "")
    await page.locator("main form.card button").click()
    await page.wait_for_url("**/mine", wait_until="commit")
    await slow.note("my visits")
    for press, where, name in (
        ("a.door--first", "**/mine/book/*", "who comes"),
        ("form.own__form button", "**/days?*", "the days"),
        (".own__day a", "**/times?*", "the times"),
        (".own__tile", "**/mine/held/*", "check"),
        ("main form .button--wide", "**/done", "booked"),
    ):
        await page.locator(press).last.click()
        await page.wait_for_url(where, wait_until="commit")
        await slow.note(name)


@asynccontextmanager
async def installed() -> AsyncIterator[Installation]:
    """The whole service on free ports, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/visits.db"
        await asyncio.to_thread(migrate, url)
        clock, database = MorningClock(), Database(url)
        await populate(database, clock())
        settings = settings_of(url, Path(folder))
        async with running(settings, database, clock=clock) as app:
            yield Installation(
                port=settings.web.port,
                database=database,
                keyring=Keyring(SECRET.encode()),
                clock=clock,
                app=app,
            )


async def story(service: Installation) -> list[Opened]:
    """Both ways of a family, each in a browser that has seen nothing yet."""
    _visit, code = await booked(service, attendance=None)
    found: list[Opened] = []
    async with chromium() as browser:
        for way in ("by code", "own phone"):
            context = await browser.new_context(
                viewport={"width": 375, "height": 667}, locale="fa"
            )
            slow = Slow(await context.new_page())
            slow.page.set_default_timeout(60_000)
            await slow.begin()
            if way == "by code":
                await by_code(slow, service, code)
            else:
                await on_own_phone(slow, service)
            found += _judged(way, slow.opened)
            await context.close()
    return found


def _judged(way: str, opened: list[Opened]) -> list[Opened]:
    print(f"\n{way:28} usable    goal requests  bytes", flush=True)
    late = []
    for at, one in enumerate(opened):
        goal = LATER_SECONDS if at else FIRST_SECONDS
        print(
            f"{one.name:28} {one.usable:5.2f} s {goal:4.1f} s {one.requests:8}"
            f" {one.size:6}",
            flush=True,
        )
        if one.usable > goal:
            late.append(one)
    return late


async def main() -> None:
    async with installed() as service:
        late = await story(service)
    print(f"\n{len(late)} pages too late: {', '.join(one.name for one in late)}")
    sys.exit(bool(late))


if __name__ == "__main__":
    asyncio.run(main())
