"""Pictures of a call with three people in it, and of who waits, watches and follows."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.browser.people import in_state, sees_and_hears
from tests.gallery import camera
from tests.gallery.shots import DESK, KIOSK, LANGUAGES, PHONE
from tests.pages import browsing
from tests.pages.stage import Stage

#: A camera that asks little of the machine; else the service sees a weak line.
FLAGS = ("--use-fake-device-for-media-stream=fps=6",)
#: Whose pages of the visit that is live are kept, under which name, at which sizes.
_LIVE: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("family", "call-family", (PHONE, KIOSK, DESK)),
    ("terminal", "call-terminal", (KIOSK,)),
    ("official", "call-official", (PHONE, DESK)),
)


#: A little longer than what everybody is told before it is recorded.
_NOTICE = timedelta(seconds=6)


async def asked(browser: Browser, raised: Stage, folder: Path) -> None:
    """Look at the question whether the visit may be recorded, before it is answered."""
    for language in LANGUAGES:
        async with browsing.entered(
            browser, raised, "family", language=language
        ) as page:
            await page.goto(raised.url("family", f"/call/{raised.visit}"))
            await in_state(page, "live")
            await page.locator("[data-part-of-call=ask-open]").click()
            for size in (PHONE, KIOSK):
                file = folder / f"call-question.{language}.{size}.webp"
                await camera.take(page, file, size, whole=False)


async def taken(browser: Browser, raised: Stage, language: str, folder: Path) -> None:
    """Bring everybody into the visit that is live, and look at each of their pages."""
    async with AsyncExitStack() as leaving:

        async def entered(door: str, path: str) -> Page:
            page = await leaving.enter_async_context(
                browsing.entered(browser, raised, door, language=language)
            )
            page.set_default_timeout(60_000)
            await page.goto(raised.url(door, path))
            return page

        live = f"/call/{raised.visit}"
        pages = {door: await entered(door, live) for door, _, _ in _LIVE}
        await asyncio.gather(*(in_state(page, "live") for page in pages.values()))
        await sees_and_hears(pages["family"], "prisoner", "official")
        await _recorded(raised, pages.values())
        for door, name, sizes in _LIVE:
            for size in sizes:
                file = folder / f"{name}.{language}.{size}.webp"
                await camera.take(pages[door], file, size, whole=False)
        warden = await entered("warden", "/warden")
        await warden.locator("#watching button").click()
        await warden.wait_for_function(
            "() => [...document.querySelectorAll('video')].some(one => one.videoWidth)"
        )
        await warden.wait_for_timeout(2500)
        await warden.locator(f"#pane-{raised.visit}").evaluate(
            "pane => pane.scrollIntoView({ block: 'center' })"
        )
        file = folder / f"call-warden-wall.{language}.desk.webp"
        await camera.take(warden, file, DESK, whole=False)


async def _recorded(raised: Stage, pages: Collection[Page]) -> None:
    """Everybody agrees who has not, and the visit is recorded."""
    for page in pages:
        if await page.locator("[data-part-of-call=ask-now]").is_visible():
            await page.locator("[data-part-of-call=ask-open]").click()
            await page.locator("dialog [data-consent=yes]").click()
            await page.locator("[data-part-of-call=consent-close]").click()
    for page in pages:
        told = page.locator(".recorded:is([data-state=announced], [data-state=on])")
        await told.wait_for()
    async with asyncio.timeout(60):
        for page in pages:
            # The room counts from when it looks next, by a clock that stands still.
            while await page.locator(".recorded[data-state=on]").count() == 0:
                raised.clock.forward(_NOTICE)
                await page.wait_for_timeout(500)
