"""A call of two people through the whole service, one of them on a bad line.

The terminal in the prison has a good line; the family's page reaches the service
through a relay. What each page saw and heard is written down second by second.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from config.program import running
from config.settings import Settings
from signaling import conduct
from signaling.hub import Hub
from tests.browser.appointment import booked, paired
from tests.browser.chromium import flags
from tests.browser.conftest import (
    PHONE,
    SECRET,
    Installation,
    MorningClock,
    populate,
    settings_of,
)
from tests.browser.people import in_state, join_by_code, open_page
from tests.impair.line import Way
from tests.impair.relay import Relay, bad_line, through
from tests.impair.voices import camera, microphone
from visitation.audit import SYSTEM
from visitation.database import Database, migrate
from visitation.keyring import Keyring
from web.keys import LIVE

PERFECT = Way()
#: On the worst lines a page takes its time to come into the call.
JOINING_MS = 90_000
#: What happens in a page's second, gathered there so that asking costs little.
WATCH = """() => {
  window.seconds = [];
  window.clearInterval(window.watching);
  window.watching = window.setInterval(async () => {
    const at = performance.now() / 1000;
    window.seconds.push({ at, ...(await window.visitation.inspect()) });
  }, 1000);
}"""

Second = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCall:
    """A call that may begin: both wait, and nothing is wrong with the line yet."""

    service: Installation
    relay: Relay
    family: Page
    terminal: Page
    reference: str

    async def begin(self, *, up: Way, down: Way) -> None:
        """Makes the line bad and starts the visit on it."""
        self.relay.change(up=up, down=down)
        hub: Hub = self.service.app[LIVE]
        now = self.service.clock()
        await conduct.start(hub, self.reference, by=SYSTEM, now=now)
        for page in (self.family, self.terminal):
            await in_state(page, "live")

    async def watch(self, seconds: float) -> dict[str, list[Second]]:
        """What each of the two saw and heard of the other in these seconds."""
        for page in (self.family, self.terminal):
            await page.evaluate(WATCH)
        await asyncio.sleep(seconds)
        return await self.watched()

    async def watched(self) -> dict[str, list[Second]]:
        """What has been written down so far."""
        return {
            "family": await self.family.evaluate("window.seconds"),
            "terminal": await self.terminal.evaluate("window.seconds"),
        }


@asynccontextmanager
async def installed(
    directory: Path, *, address: str = ""
) -> AsyncIterator[tuple[Installation, Settings]]:
    """The whole service, with its people, in an empty directory.

    `address` is one more that its media is reached at.
    """
    url = f"sqlite:///{directory / 'visits.db'}"
    await asyncio.to_thread(migrate, url)
    database, clock = Database(url), MorningClock()
    await populate(database, clock())
    settings = settings_of(url, directory)
    addresses = (*settings.media.public_addresses, *filter(None, (address,)))
    media = settings.media.model_copy(update={"public_addresses": addresses})
    settings = settings.model_copy(update={"media": media})
    async with running(settings, database, clock=clock) as app:
        service = Installation(
            port=settings.web.port,
            database=database,
            keyring=Keyring(SECRET.encode()),
            clock=clock,
            app=app,
        )
        yield service, settings


@asynccontextmanager
async def speaking(
    directory: Path, *, program: str | None = shutil.which("chromium")
) -> AsyncIterator[Browser]:
    """A browser with a small camera and somebody who speaks all the time."""
    seen, heard = (
        await asyncio.to_thread(camera, directory),
        await asyncio.to_thread(microphone, directory),
    )
    media = [
        f"--use-file-for-fake-video-capture={seen}",
        f"--use-file-for-fake-audio-capture={heard}",
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=[*flags(), *media]
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def waiting(directory: Path, *, seed: int = 1) -> AsyncIterator[BadCall]:
    """Both sides of a visit in the waiting room."""
    async with (
        installed(directory) as (service, settings),
        speaking(directory) as browser,
        bad_line(
            up=PERFECT,
            down=PERFECT,
            hosts=tuple(map(str, settings.media.public_addresses)),
            udp=settings.media.udp_port,
            tcp=service.port,
            seed=seed,
        ) as relay,
    ):
        visit, code = await booked(service)
        context = await browser.new_context()
        terminal = await open_page(context, service, "terminal")
        await paired(terminal, service)
        behind = replace(service, port=relay.tcp_port)
        family = await open_page(context, behind, "family")
        await family.add_init_script(through(relay, udp=settings.media.udp_port))
        await join_by_code(family, behind, code, PHONE)
        await family.goto(behind.url("family", f"/call/{visit.reference}"))
        for page in (family, terminal):
            await in_state(page, "waiting")
            page.set_default_timeout(JOINING_MS)
        yield BadCall(
            service=service,
            relay=relay,
            family=family,
            terminal=terminal,
            reference=visit.reference,
        )
