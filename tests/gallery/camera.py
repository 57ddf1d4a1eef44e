"""Pictures of what a browser shows, as WebP."""

import asyncio
import base64
from pathlib import Path

from playwright.async_api import Page

from tests.gallery.shots import SCALES, SIZES

_QUALITY = 30
#: Longer pages are cut: what is looked at is the upper part.
_TALLEST = 1200
_SETTLED_MS = 150


async def take(page: Page, file: Path, size: str, *, whole: bool = True) -> None:
    """Keep a picture of what a page shows at a size.

    Args:
        page: in any size.
        file: where to.
        size: a name in `shots.SIZES`.
        whole: the page from top to bottom, as far as that is looked at; or what fits.
    """
    width, height = SIZES[size]
    await page.set_viewport_size({"width": width, "height": height})
    await page.wait_for_timeout(_SETTLED_MS)
    top = 0 if whole else await page.evaluate("scrollY")
    if whole:
        long = await page.evaluate("document.documentElement.scrollHeight")
        height = max(height, min(long, _TALLEST))
    session = await page.context.new_cdp_session(page)
    taken = await session.send(
        "Page.captureScreenshot",
        {
            "format": "webp",
            "quality": _QUALITY,
            "captureBeyondViewport": True,
            "clip": {
                "x": 0,
                "y": top,
                "width": width,
                "height": height,
                "scale": SCALES[size],
            },
        },
    )
    await session.detach()
    await asyncio.to_thread(file.write_bytes, base64.b64decode(taken["data"]))
